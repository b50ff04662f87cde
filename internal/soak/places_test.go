//go:build linux

package soak_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// places bounds how many act at the same time, so that the server, which the race detector makes slow, answers soon
// whatever else its machine has to do: what it does late, it does not do by chance. The bound follows from how long it
// takes to answer. Its methods may be called from any goroutine.
type places struct {
	mu    sync.Mutex
	most  float64         // guarded by mu
	taken int             // guarded by mu
	queue []chan struct{} // each closed when who waits has a place; guarded by mu
	slow  []delay         // of the last recently; guarded by mu
}

// recently is how far back delays are told of with a fault.
const recently = 10 * time.Second

// delay is an answer that took long, or a timer that came late: of the server, or of this process.
type delay struct {
	at   time.Time
	took time.Duration
}

func newPlaces() places { return places{most: 20} }

// take waits for a place; false if ctx ends first.
func (p *places) take(ctx context.Context) bool {
	p.mu.Lock()
	mine := make(chan struct{})
	p.queue = append(p.queue, mine)
	p.give()
	p.mu.Unlock()
	select {
	case <-mine:
		return true
	case <-ctx.Done():
		return false // and nobody counts any more
	}
}

// force takes a place although there may be none.
func (p *places) force() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken++
}

func (p *places) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken--
	p.give()
}

// give gives what is free to some of those who wait, whoever came first: many wait for little when the large room
// fills. It needs mu.
func (p *places) give() {
	for ; float64(p.taken) < p.most && len(p.queue) > 0; p.taken++ {
		i, last := rand.IntN(len(p.queue)), len(p.queue)-1
		close(p.queue[i])
		p.queue[i] = p.queue[last]
		p.queue = p.queue[:last]
	}
}

// watchTime tells places how late this process is itself.
func (s *soak) watchTime() {
	const step = 50 * time.Millisecond
	for begun := time.Now(); s.pause(step); begun = time.Now() {
		s.places.answered(time.Since(begun) - step)
	}
}

// answered takes note of how long the server took to answer.
func (p *places) answered(took time.Duration) {
	const (
		quick, slow   = 40 * time.Millisecond, 100 * time.Millisecond
		fewest, limit = 5, 300
		more, less    = 0.2, 0.98
	)
	p.mu.Lock()
	defer p.mu.Unlock()
	if took > slow {
		p.slow = append(p.slow, delay{time.Now(), took})
		for time.Since(p.slow[0].at) > recently {
			p.slow = p.slow[1:]
		}
	}
	switch {
	case took < quick:
		p.most = min(limit, p.most+more)
		p.give()
	case took > slow:
		p.most = max(fewest, p.most*less)
	}
}

// longest is how long the server took to answer at most, or this process to look, of late. Where that is seconds, the
// machine may be to blame for a ping without an answer.
func (p *places) longest() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	var longest time.Duration
	for _, d := range p.slow {
		if time.Since(d.at) <= recently {
			longest = max(longest, d.took)
		}
	}
	return longest.Round(time.Millisecond)
}
