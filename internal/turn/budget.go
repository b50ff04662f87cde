package turn

import (
	"sync"
	"time"
)

// minBurst is how many bytes may always come at once: a few dozen datagrams.
const minBurst = 64 << 10

// budget is how many bytes per second may be relayed, with bursts of what a second may hold. The zero budget is no
// bound. It is safe for concurrent use.
type budget struct {
	rate float64 // static

	mu    sync.Mutex
	spent float64   // bytes above what time has paid for; guarded by mu
	last  time.Time // when spent was true; guarded by mu
}

// take tells whether n bytes may be relayed now, and counts them if they may.
func (b *budget) take(n int) bool {
	if b.rate == 0 {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settle()
	if b.spent+float64(n) > max(b.rate, minBurst) {
		return false
	}
	b.spent += float64(n)
	return true
}

// isWhole tells whether a new budget would allow no more than this one.
func (b *budget) isWhole() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.settle()
	return b.spent == 0
}

// settle lets time pay. It needs mu.
func (b *budget) settle() {
	now := time.Now()
	b.spent = max(0, b.spent-b.rate*now.Sub(b.last).Seconds())
	b.last = now
}
