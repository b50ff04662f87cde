//go:build linux

package attack_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// square is the room of the pair that is attacked from within.
const square = "square"

// siege is one attack under way. Its methods may be called from any goroutine.
type siege struct {
	t      *testing.T
	server *server

	mu      sync.Mutex
	open    []*socket     // guarded by mu
	counted map[label]int // what must have been counted in the end; guarded by mu
}

// run lets healthy users talk, performs the attack, and checks what is promised.
func (a attack) run(t *testing.T, binary string) row {
	s := &siege{t: t, server: start(t, binary, a.flags...), counted: map[label]int{}}
	people := invite(t, Target{Address: s.server.address, Token: a.token, Secure: a.secure})
	people.pair("calm", false)
	if a.within {
		people.pair(square, true)
	}
	begun := time.Now()
	time.Sleep(250 * time.Millisecond) // the quiet time that the rest is compared with
	before := s.settled()
	s.server.forgetPeak()

	attacked := time.Now()
	gauge := s.server.gauge()
	people.admit(a.full != label{})
	a.perform(s)
	r := row{attack: a, newcomers: people.admitted()}
	if err := gauge.finish(); err != nil {
		t.Errorf("the admin listener: %v", err)
	}
	over := time.Now()
	r.heap, r.rss = int64(gauge.heap), s.server.peak()
	s.leave()
	s.count(a.full, r.newcomers.Refused)

	r.refusals = s.checkCounted(before)
	s.checkMemory(a, gauge, before)
	trips := people.depart()
	r.quiet, r.during = between(trips, begun, attacked), between(trips, attacked, over)
	t.Logf("%d clients; quiet: %v; attacked for %v: %v (p99 %.1f times the quiet one); %d newcomers, the slowest in %s; peaks: heap %d MiB, RSS %d MiB; %s",
		a.clients, r.quiet, over.Sub(attacked).Round(time.Millisecond), r.during, r.ratio(),
		r.newcomers.In, brief(r.newcomers.Slowest), r.heap>>20, r.rss>>20, r.refusals)
	return r
}

func (s *siege) settled() reading {
	s.t.Helper()
	r, err := s.server.settled()
	if err != nil {
		s.t.Fatalf("the admin listener: %v", err)
	}
	return r
}

// count says that something must be counted n times more, in the end.
func (s *siege) count(l label, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counted[l] += n
}

// countSome says that something must be counted more often, in the end.
func (s *siege) countSome(l label) { s.count(l, some) }

// some stands for any number but 0.
const some = -1

// leave closes what the attackers have opened.
func (s *siege) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.open {
		k.Close()
	}
	s.open = nil
}

// checkCounted waits until all has been counted that must be, exactly, and returns it in words.
func (s *siege) checkCounted(before reading) string {
	s.t.Helper()
	deadline := time.Now().Add(testkit.Patience)
	for {
		now := s.settled()
		var words, wrong []string
		for _, l := range slices.SortedFunc(maps.Keys(s.counted), func(a, b label) int { return strings.Compare(a.String(), b.String()) }) {
			got := now.sum(l) - before.sum(l)
			if want := s.counted[l]; got != want && (want != some || got == 0) {
				wrong = append(wrong, fmt.Sprintf("%v has risen by %d, want %d", l, got, want))
			}
			if got > 0 {
				words = append(words, fmt.Sprintf("%s %d", cmp.Or(l.value, l.metric), got))
			}
		}
		if len(wrong) == 0 {
			return strings.Join(words, ", ")
		}
		if time.Now().After(deadline) {
			s.t.Error(strings.Join(wrong, "; "))
			return strings.Join(words, ", ")
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// checkMemory compares the peak of the heap with what is allowed, and waits until the heap and the goroutines are back
// to what they were, but for what maps and pools keep.
func (s *siege) checkMemory(a attack, peak *gauge, before reading) {
	s.t.Helper()
	const (
		garbage = 2        // a heap is collected when it has doubled, by default
		spare   = 16 << 20 // for what is not the attackers'
		kept    = 8 << 20
		others  = 16 // goroutines: of the admin listener, of the last newcomer
	)
	if most := garbage*(int64(before[heapInUse])+int64(a.clients)*a.each) + spare; int64(peak.heap) > most {
		s.t.Errorf("the heap was %d MiB, want at most %d MiB", int64(peak.heap)>>20, most>>20)
	}
	deadline := time.Now().Add(testkit.Patience)
	for {
		now := s.settled()
		routines, live := now[goroutines]-before[goroutines], now[heapLive]-before[heapLive]
		if routines <= others && live <= kept {
			return
		}
		if time.Now().After(deadline) {
			s.t.Errorf("%v goroutines and %v KiB of heap more than before", routines, int64(live)>>10)
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}
