package session

import "sync/atomic"

// waiting is what the sessions without a connection hold together.
type waiting struct {
	bound    int64        // 0 for none; static
	sessions atomic.Int64 // how many there are
	bytes    atomic.Int64 // that they hold
}

// fits tells whether one of them may hold so much, which is counted already: while all together hold too much, an equal
// part. That part nobody can take from another. Who holds more, from when fewer waited, keeps it, so that n of them may
// exceed the bound together, by a factor of ln n at most.
func (w *waiting) fits(held int) bool {
	return w.bound == 0 || w.bytes.Load() <= w.bound || int64(held) <= w.bound/max(1, w.sessions.Load())
}
