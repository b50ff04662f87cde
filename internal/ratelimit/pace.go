package ratelimit

import "time"

// Budget is how fast a connection may speak. A rate that is 0 is no limit.
type Budget struct {
	MessageRate  float64 // messages per second in the long run, control frames included
	MessageBurst int     // how many may come at once; at least 1
	ByteRate     float64 // bytes per second in the long run
	ByteBurst    int     // how many may come at once; at least 1
}

// Pacer begins the paces of connections that all have the same budget. It is safe for concurrent use.
type Pacer struct {
	messages, bytes flow
	epoch           time.Time
}

// NewPacer returns a pacer for a budget.
func NewPacer(b Budget) *Pacer {
	return &Pacer{
		messages: newFlow(b.MessageRate, b.MessageBurst),
		bytes:    newFlow(b.ByteRate, b.ByteBurst),
		epoch:    time.Now(),
	}
}

// Begin returns the pace of a new connection, its bursts whole.
func (p *Pacer) Begin() Pace { return Pace{pacer: p} }

// Pace keeps one connection to its budget. It belongs to the goroutine that reads the connection. The zero Pace is
// no limit.
type Pace struct {
	pacer           *Pacer
	messages, bytes bucket
}

// Take accounts for what has just been read, and returns how long the reader must wait before it reads on: until
// the connection is within its budget again, 0 if it is. Nothing is lost or refused; while the reader waits, TCP
// slows the sender down. Its pongs wait unread with the rest, which must not be taken for silence.
// Reading on too early costs nothing but a longer wait the next time.
//
// What is larger than a burst passes too, and is waited for afterwards: n bytes for no longer than n divided by the
// rate.
func (p *Pace) Take(messages, bytes int) time.Duration {
	if p.pacer == nil || !p.pacer.messages.limits() && !p.pacer.bytes.limits() {
		return 0
	}
	now := time.Since(p.pacer.epoch)
	return max(
		p.pacer.messages.drain(&p.messages, now, messages),
		p.pacer.bytes.drain(&p.bytes, now, bytes),
	)
}
