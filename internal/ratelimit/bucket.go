// Package ratelimit bounds what clients may take: how many connections they hold and begin, how often they log in, and
// how fast a connection may speak.
//
// A [Gate] decides about handshakes, before the upgrade: who is over a limit is refused. It also counts the logins of
// those inside, by address, and a [Pace] what comes in on one connection: who is over these is read later, and loses
// nothing.
//
// Both use the generic cell rate algorithm (ITU-T I.371), which is a token bucket whose whole state is the moment
// at which it will be full again. Time is the monotonic clock, so that a wall clock that is set changes nothing.
// The package starts no goroutines and no timers.
package ratelimit

import (
	"math"
	"time"
)

// A bucket's state is the moment at which it is full again, in time since the epoch of whoever owns it. The zero
// state is a full bucket.
type bucket time.Duration

// flow is how fast buckets fill and how much they hold. The zero flow is no limit.
type flow struct {
	interval float64       // nanoseconds until one more unit may pass
	depth    time.Duration // how long an empty bucket takes to fill
}

// unlimitedDepth is where a bucket's depth is cut, so that sums of times cannot overflow: some 70 years.
const unlimitedDepth = time.Duration(math.MaxInt64 / 4)

// newFlow returns a flow of rate units per second with bursts of up to burst units, at least 1. It is no limit if
// the rate is not above 0.
func newFlow(rate float64, burst int) flow {
	if !(rate > 0) {
		return flow{}
	}
	interval := min(float64(time.Second)/rate, float64(unlimitedDepth))
	return flow{interval: interval, depth: duration(interval * float64(max(1, burst)))}
}

func (f flow) limits() bool { return f.interval > 0 }

// drain takes units out of b at a moment, whatever is in it, and returns by how much that is more than was in it,
// as the time that it takes to flow in.
func (f flow) drain(b *bucket, now time.Duration, units int) (missing time.Duration) {
	full := max(time.Duration(*b), now)
	full = min(full+duration(f.interval*float64(max(0, units))), now+2*unlimitedDepth)
	*b = bucket(full)
	return max(0, full-now-f.depth)
}

// take takes one unit out of b if it is there.
func (f flow) take(b *bucket, now time.Duration) bool {
	after := *b
	if f.drain(&after, now, 1) > 0 {
		return false
	}
	*b = after
	return true
}

// isFull tells whether b is as good as new.
func (b bucket) isFull(now time.Duration) bool { return time.Duration(b) <= now }

func duration(nanoseconds float64) time.Duration {
	return time.Duration(min(nanoseconds, float64(unlimitedDepth)))
}
