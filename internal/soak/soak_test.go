//go:build linux

package soak_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// round is how long the population is busy until it comes to rest.
const round = 8 * time.Second

// soak is one run.
type soak struct {
	*verdict
	path     string // of the program
	seed     uint64
	server   *server
	proxy    *proxy
	model    *model
	draining atomic.Bool // whether the server has been told to stop
	people   sync.WaitGroup
	restarts atomic.Int64 // how many connections were told that it stops
	results  []string     // for who reads the result; owned by run
	busy     sync.RWMutex // held for reading by whoever does something
	places   places

	mu      sync.Mutex
	conns   map[*conn]bool // that are open; guarded by mu
	clients []*client      // that are there when nobody does anything, if they can; guarded by mu
	resting chan struct{}  // closed when all are to come to rest; guarded by mu
	leave   chan struct{}  // closed when all are to leave; guarded by mu
}

// TestSoak takes SOAK as the time for which the population is busy, and SOAK_SEED.
func TestSoak(t *testing.T) {
	length, seed := time.Minute, rand.Uint64()
	var err error
	if text := os.Getenv("SOAK"); text != "" {
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatalf("SOAK: %v", err)
		}
	}
	if text := os.Getenv("SOAK_SEED"); text != "" {
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("SOAK_SEED: %v", err)
		}
	}
	path := build(t)
	fmt.Printf("SOAK=%v SOAK_SEED=%d\n", length, seed) // at once: t.Log comes with the end
	s, err := newSoak(context.Background(), path, seed)
	if err != nil {
		t.Fatal(err)
	}
	s.run(length)
	fault := s.finish()
	for _, line := range s.results {
		t.Log(line)
	}
	if fault != "" {
		t.Errorf("SOAK_SEED=%d: %s", seed, fault)
	}
}

// newSoak starts a server, and is over when ctx is.
func newSoak(ctx context.Context, path string, seed uint64) (*soak, error) {
	v := newVerdict(ctx)
	server, err := start(v, path)
	if err != nil {
		return nil, err
	}
	s := &soak{
		verdict: v, path: path, seed: seed, server: server, model: newModel(), places: newPlaces(),
		conns: map[*conn]bool{}, resting: make(chan struct{}), leave: make(chan struct{}),
	}
	if s.proxy, err = newProxy(server.address); err != nil {
		server.kill()
	}
	return s, err
}

// fault is verdict.fault, with what may excuse it.
func (s *soak) fault(format string, args ...any) {
	s.verdict.fault("%s\nthe longest wait in the %v before it: %v", fmt.Sprintf(format, args...), recently, s.places.longest())
}

// run is the whole of it, unless there is a fault.
func (s *soak) run(length time.Duration) {
	before := s.baseline()
	var aside sync.WaitGroup
	defer aside.Wait()
	defer s.end()
	aside.Go(s.shortLives)
	s.populate(population{pairs: 100, fives: 20, crowd: 1000, sleepers: 4, within: 10 * time.Second})
	for end := time.Now().Add(length); !s.over() && time.Now().Before(end); s.rest() {
		s.sleep(min(round, time.Until(end)))
	}
	s.empty()
	s.compare(before)
	s.populate(population{pairs: 60, fives: 10, crowd: 200, within: 2 * time.Second})
	s.sleep(3 * time.Second)
	if s.drain(); s.restarts.Load() == 0 {
		s.fault("nobody was told that the server stops")
	}
}

// finish ends what still runs, and returns the fault with all that may tell where it comes from; empty if there is none.
func (s *soak) finish() string {
	s.end()
	fault, at := s.said()
	if fault != "" {
		select {
		case <-s.server.ended: // if it does, what it says is worth waiting for
		case <-time.After(time.Second):
		}
	}
	end := s.server.kill()
	s.closeConns()
	s.proxy.close()
	s.people.Wait()
	s.closeConns()
	s.results = append(s.results, s.model.count.String())
	if fault == "" {
		return ""
	}
	after := at.Sub(s.server.begun).Round(time.Second)
	return fmt.Sprintf("a fault %v after the server's start%s\n%s\nthe server said:\n%s", after, end, fault, s.server.words)
}

func (s *soak) rememberConn(k *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[k] = true
}

func (s *soak) forgetConn(k *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, k)
}

// closeConns closes every connection and waits for its end.
func (s *soak) closeConns() {
	s.mu.Lock()
	var all []*conn
	for k := range s.conns {
		all = append(all, k)
	}
	s.mu.Unlock()
	for _, k := range all {
		k.socket.Close()
		<-k.ended
	}
}
