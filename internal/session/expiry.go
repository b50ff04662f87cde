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

// newExpiry goes by what date says now and later.
func newExpiry(date func() time.Time, until time.Time, end func()) *expiry {
	e := &expiry{date: date, until: until, end: end}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.timer = time.AfterFunc(e.next(), e.check)
	return e
}

func (e *expiry) next() time.Duration { return min(look, e.until.Sub(e.date())) }

func (e *expiry) check() {
	e.mu.Lock()
	due := e.timer != nil && e.next() <= 0
	if e.timer != nil && !due {
		e.timer.Reset(e.next())
	}
	e.mu.Unlock()
	if due {
		e.end()
	}
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
