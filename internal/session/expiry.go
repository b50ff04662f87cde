package session

import (
	"sync"
	"time"
)

// look is how often the date is compared: a timer runs by a clock that knows nothing of a date that is set, nor of
// the hours for which the machine slept.
const look = time.Minute

// expiry calls a function when a date is reached.
type expiry struct {
	// Static.

	date  func() time.Time
	until time.Time
	end   func()

	mu    sync.Mutex
	timer *time.Timer // nil once stopped; guarded by mu
}

// newExpiry goes by what date says now and later. After a fault it calls fail.
func newExpiry(s *Server, date func() time.Time, until time.Time, end, fail func()) *expiry {
	e := &expiry{date: date, until: until, end: end}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.timer = s.after(e.next(), e.check, fail)
	return e
}

func (e *expiry) next() time.Duration { return min(look, e.until.Sub(e.date())) }

func (e *expiry) check() {
	if e.due() {
		e.end()
	}
}

// due tells whether the date is reached; if not, the timer goes on.
func (e *expiry) due() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.timer == nil {
		return false
	}
	next := e.next()
	if next > 0 {
		e.timer.Reset(next)
	}
	return next <= 0
}

// stop makes sure that end is not called, unless that has begun. A nil expiry is stopped.
func (e *expiry) stop() {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
}
