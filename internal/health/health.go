// Package health finds out whether the parts of a server answer: in bounded time, and at a bounded cost however often it
// is asked.
package health

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Limit is how long all parts together may take to answer.
	Limit = 2 * time.Second
	// fresh is how long what was found out is good.
	fresh = time.Second
)

// ErrNoAnswer is what is wrong with a part that takes longer.
var ErrNoAnswer = errors.New("no answer")

// Part is what must answer for a server to work.
type Part struct {
	Name string // as in "NAME: no answer"
	// Check returns when the part has answered; an error says what is wrong with the answer. Where there is none it may
	// take for ever: no other check begins meanwhile.
	Check func() error
}

// Monitor knows how a server is. It is safe for concurrent use. While it is not asked it does nothing.
type Monitor struct {
	parts []Part // static

	mu   sync.Mutex
	last *inquiry // nil before the first; guarded by mu
}

// inquiry asks each part once.
type inquiry struct {
	begun  time.Time     // static
	asking atomic.Int32  // the index of a part
	done   chan struct{} // closed when all have answered, or one that it is not well
	err    error         // set before that
}

// New returns the Monitor of these parts, which are asked in this order.
func New(parts ...Part) *Monitor { return &Monitor{parts: parts} }

// Check returns nil if all parts have answered within Limit, and else which of them has not. Many may ask at a time, and
// learn the same. It owns a goroutine until the parts have answered, at most one.
func (m *Monitor) Check() error {
	q := m.latest()
	if q.over() {
		return q.err
	}
	late := time.NewTimer(time.Until(q.begun.Add(Limit)))
	defer late.Stop()
	select {
	case <-q.done:
	case <-late.C:
	}
	if q.over() { // a process that has stood still finds both
		return q.err
	}
	return fmt.Errorf("%s: %w", m.parts[q.asking.Load()].Name, ErrNoAnswer)
}

// latest is the inquiry under way, or the last one if that is fresh, or a new one.
func (m *Monitor) latest() *inquiry {
	m.mu.Lock()
	defer m.mu.Unlock()
	if q := m.last; q != nil && (!q.over() || time.Since(q.begun) < fresh) {
		return q
	}
	m.last = &inquiry{begun: time.Now(), done: make(chan struct{})}
	go m.inquire(m.last)
	return m.last
}

func (q *inquiry) over() bool {
	select {
	case <-q.done:
		return true
	default:
		return false
	}
}

func (m *Monitor) inquire(q *inquiry) {
	defer close(q.done)
	for i, part := range m.parts {
		q.asking.Store(int32(i))
		if err := part.Check(); err != nil {
			q.err = fmt.Errorf("%s: %w", part.Name, err)
			return
		}
	}
}
