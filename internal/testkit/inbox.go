package testkit

import (
	"sync"
	"time"
)

// arrival is what came from the server: a frame, or the end.
type arrival struct {
	data   []byte
	binary bool
	end    *End
	at     time.Time
}

// End is how a connection ended.
type End struct {
	Code   int // of the server's close frame; 1005 for one without a code, 1006 where none came
	Reason string
	At     time.Time
}

// inbox is an unbounded queue, so that a client reads on whatever its test does.
type inbox struct {
	more chan struct{} // holds a token when something was put

	mu    sync.Mutex
	items []arrival // guarded by mu
}

func newInbox() *inbox { return &inbox{more: make(chan struct{}, 1)} }

func (b *inbox) put(a arrival) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items = append(b.items, a)
	select {
	case b.more <- struct{}{}:
	default:
	}
}

func (b *inbox) take() (arrival, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.items) == 0 {
		return arrival{}, false
	}
	a := b.items[0]
	b.items[0] = arrival{}
	b.items = b.items[1:]
	return a, true
}

// wait takes what comes next, or gives up after a time.
func (b *inbox) wait(patience time.Duration) (arrival, bool) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		if a, ok := b.take(); ok {
			return a, true
		}
		select {
		case <-b.more:
		case <-timer.C:
			return b.take()
		}
	}
}

func (b *inbox) empty() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.items) == 0
}
