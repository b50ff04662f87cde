package metrics

import (
	"sync"
	"sync/atomic"
	"time"
)

// peak is the greatest value of late. Readers turn the page: what is read is never older than two windows, or
// than the read before the last, and any number of readers see the same.
type peak struct {
	current atomic.Int64 // the greatest value since turned

	mu       sync.Mutex
	previous int64     // the greatest value of the time before; guarded by mu
	turned   time.Time // guarded by mu
}

const peakWindow = time.Minute

// raise takes a value.
func (p *peak) raise(value int64) {
	for {
		old := p.current.Load()
		if value <= old || p.current.CompareAndSwap(old, value) {
			return
		}
	}
}

// read returns the greatest value of late.
func (p *peak) read() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.turned) >= peakWindow {
		p.previous, p.turned = p.current.Swap(0), now
	}
	return int(max(p.previous, p.current.Load()))
}
