package wsconn

import (
	"sync/atomic"
	"time"

	"beckon/internal/fault"
	"beckon/internal/frame"
	"beckon/internal/protocol"
)

const (
	probeRest  = time.Second // a client that has answered a probe is not asked again for so long
	probeLooks = 3           // how often a probe looks whether something has come
)

// probe asks one client once whether it is still there, for all who want to know at the time.
type probe struct {
	step  time.Duration   // between two looks; static
	why   protocol.Ending // of a client that says nothing; static
	known chan struct{}   // closed when it is settled; static

	way way // of its ping; owned by the functions of its timers, one after the other

	heard   atomic.Bool  // whether something has come from the client; it may not have been dealt with
	settled atomic.Int64 // when the outcome was known, by Server.clock; 0 until then
}

// newGone returns a probe that is settled for good.
func newGone() *probe {
	p := &probe{known: make(chan struct{})}
	p.settle(never)
	return p
}

// settle makes the outcome known.
func (p *probe) settle(now time.Duration) {
	if p.settled.CompareAndSwap(0, int64(max(1, now))) {
		close(p.known)
	}
}

// answers tells whether who asks now has the answer from p, and needs no other probe.
func (p *probe) answers(now time.Duration) bool {
	settled := p.settled.Load()
	return settled == 0 || now-time.Duration(settled) < probeRest
}

// Probe is link.Conn.
func (c *Conn) Probe(within time.Duration, why protocol.Ending) (known <-chan struct{}) {
	for {
		last := c.probe.Load()
		if last != nil && last.answers(c.server.clock()) {
			return last.known
		}
		p := &probe{step: within / probeLooks, why: why, known: make(chan struct{})}
		if c.probe.CompareAndSwap(last, p) {
			c.ask(p)
			return p.known
		}
	}
}

// ask sends the ping of p. Whoever is being slowed has said a lot just now, and its pong would wait unread.
func (c *Conn) ask(p *probe) {
	if c.slowed.Load() && !c.ended() {
		p.settle(c.server.clock())
		return
	}
	c.Enqueue(frame.New(frame.Ping, c.receiver.Beat()))
	c.Flush()
	p.way = c.out.wayOfLast()
	c.watch(p, probeLooks)
}

// watch looks so often whether something has come, and closes the connection if nothing has. A look that comes late
// does not count: this process has stood still, and what has come meanwhile is unread. While the ping is on its way
// behind what waits, and that moves, the time begins anew. The heartbeat has it so, too.
func (c *Conn) watch(p *probe, looks int) {
	began := c.server.clock()
	time.AfterFunc(p.step, func() {
		defer func() { c.caught(fault.Timer, recover()) }()
		now := c.server.clock()
		late := now-began > p.step+p.step/2
		switch {
		case p.settled.Load() != 0 || p.heard.Load() || c.ended(): // if it is not known yet, the reader will see to it
		case c.slowed.Load():
			p.settle(now)
		case c.out.nearer(&p.way):
			c.watch(p, probeLooks)
		case late:
			c.watch(p, looks)
		case looks > 1:
			c.watch(p, looks-1)
		default:
			c.Close(p.why)
		}
	})
}

// heardFrom notes a sign of life, which is yet to be dealt with.
func (c *Conn) heardFrom() {
	c.heard.Store(true)
	if p := c.probe.Load(); p != nil {
		p.heard.Store(true)
	}
}

// dealtWith says that the sign of life has been dealt with: if it was a logout, the name is free.
func (c *Conn) dealtWith() {
	if p := c.probe.Load(); p != nil && p.heard.Load() {
		p.settle(c.server.clock())
	}
}

// noProbes settles the last probe, and all that may be wanted later. It is called after Closed.
func (c *Conn) noProbes() {
	if p := c.probe.Swap(c.server.gone); p != nil {
		p.settle(c.server.clock())
	}
}
