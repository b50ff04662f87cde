package session

import (
	"time"

	"beckon/internal/hub"
)

// due is the messages that a connection has sent to one user and that are not flushed: those that come together
// go on in one write.
type due struct {
	to       hub.Sink      // nil for a user who is not to be flushed
	messages int           // counted by Observer.Relayed once they are flushed
	since    time.Duration // when the first of them came, by Server.clock
}

// owe makes to the one to flush.
func (c *conversation) owe(to hub.Sink) {
	if to == nil {
		return
	}
	if c.due.to != nil && c.due.to != to {
		c.Idle()
	}
	c.due.to = to
}

// count counts a message that came at the given time.
func (d *due) count(came time.Duration) {
	if d.messages == 0 {
		d.since = came
	}
	d.messages++
}

// Idle flushes what is due.
func (c *conversation) Idle() {
	d := c.due
	if d.to == nil && d.messages == 0 {
		return
	}
	c.due = due{}
	if d.to != nil {
		d.to.Flush()
	}
	took := c.server.clock() - d.since
	for range d.messages {
		c.server.opts.Observer.Relayed(took)
	}
}
