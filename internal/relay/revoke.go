package relay

import (
	"encoding/json"
	"sync"
	"time"

	"beckon/internal/turn"
)

// Of revocations on their way to the process.
const (
	maxRevocations     = 1 << 16 // that may wait, of at most a few hundred bytes each
	revocationsPerLine = 1000
)

// revocations wait for the process to be told. They are safe for concurrent use.
type revocations struct {
	wake chan struct{} // has an element when there may be something to do

	mu      sync.Mutex
	waiting []turn.Revocation // guarded by mu
	losing  bool              // one was lost since there was room; guarded by mu
}

// Revoke makes the process refuse the credentials of a login, which run out at a time, and end its allocations. It
// returns at once: the process is told in the background, and if it does not take what it is told, or there is none, this
// waits for the next one. One that is started again has neither allocations, nor knows who was revoked before.
func (r *Relay) Revoke(login string, until time.Time) {
	added, first := r.revocations.add(turn.NewRevocation(login, until))
	if !added {
		r.observer.NotRevoked(1)
	}
	if first {
		r.log.Warn().Int("waiting", maxRevocations).Msg("the relay's process does not keep up with who has logged out: some will go on to use it")
	}
}

func (q *revocations) add(what turn.Revocation) (added, first bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) >= maxRevocations {
		first, q.losing = !q.losing, true
		return false, first
	}
	q.losing = false
	q.waiting = append(q.waiting, what)
	q.rouse()
	return true, false
}

// rouse makes who tells the process look.
func (q *revocations) rouse() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// next are the first that wait.
func (q *revocations) next() []turn.Revocation {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting[:min(len(q.waiting), revocationsPerLine)]
}

// done drops the first n that wait.
func (q *revocations) done(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.waiting = q.waiting[n:]; len(q.waiting) == 0 {
		q.waiting = nil
	}
}

// tellRevocations tells the process, until there will be none.
func (r *Relay) tellRevocations() {
	for {
		select {
		case <-r.ended:
			return
		case <-r.revocations.wake:
			for r.tellSome() {
			}
		}
	}
}

// tellSome tells the process of some who wait. No lock is held meanwhile: a process that does not listen is killed, but
// later.
func (r *Relay) tellSome() (more bool) {
	some := r.revocations.next()
	r.mu.Lock()
	c := r.child
	r.mu.Unlock()
	if len(some) == 0 || c == nil || json.NewEncoder(c.settings).Encode(turn.Update{Revoke: some}) != nil {
		return false // the next process is a reason to look again
	}
	r.revocations.done(len(some))
	r.observer.Revoked(len(some))
	return true
}
