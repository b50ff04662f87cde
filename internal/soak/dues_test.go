//go:build linux

package soak_test

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// due is something that a client has sent, in the order in which the server deals with it: what has an answer, or
// messages for another user, which have none unless there is an error.
type due struct {
	kind  string // of the answer: its type; empty for messages
	what  string // the data of a pong, the code of an error
	epoch int    // how many connections and sessions the client had before
	conn  *conn
	stay  *stay // who the client was
	sent  time.Time

	burst *burst // the messages
	login *stay  // who the client is if a login succeeds
	back  bool   // whether that is to resume
	left  bool   // whether stay is gone when this is answered

	done     chan struct{} // closed when it is answered, or never will be; nil for messages
	answered bool
	reply    message
}

func (d *due) String() string {
	return fmt.Sprintf("%q %q, sent at %s", d.kind, d.what, clock(d.sent))
}

// owe notes what is about to be sent. It needs c.mu.
func (c *client) owe(d *due) *due {
	d.epoch, d.conn, d.stay, d.sent = c.epoch, c.conn, c.stay, time.Now()
	if d.kind != "" {
		d.done = make(chan struct{})
	}
	if !d.back {
		c.dues = append(c.dues, d)
		return d
	}
	c.dues = slices.DeleteFunc(c.dues, func(old *due) bool {
		if old.back {
			close(old.done) // the server may have said it to a connection that the client had given up
		}
		return old.back
	})
	c.dues = append([]*due{d}, c.dues...) // its answer comes before all that is sent again
	return d
}

// take finds what an answer is to. Answers come in order. Only of what was asked on a connection that was lost, or in a
// session that the client has ended, may the last ones be missing. It needs c.mu.
func (c *client) take(kind, what string, reply message) (*due, error) {
	passed := -1
	for i, d := range c.dues {
		if d.kind == "" {
			continue
		}
		if d.kind == kind && d.what == what && passed < d.epoch {
			c.settle(c.dues[:i], d)
			c.dues = slices.Delete(c.dues, 0, i+1)
			d.reply, d.answered = reply, true
			close(d.done)
			return d, nil
		}
		passed = max(passed, d.epoch)
	}
	return nil, fmt.Errorf("it answers nothing that was asked; what is due is %v", c.dues)
}

// settle lets go of what came before something that is answered: the server has dealt with all that came by the same
// connection. It needs c.mu.
func (c *client) settle(before []*due, answered *due) {
	var dealt, unsure []*burst
	for _, d := range before {
		switch {
		case d.kind != "":
			close(d.done)
		case d.epoch == answered.epoch:
			dealt = append(dealt, d.burst)
		case d.conn == answered.conn:
			unsure = append(unsure, d.burst)
		}
	}
	c.soak.model.settle(dealt, false)
	c.soak.model.settle(unsure, true)
}

// forget lets go of all that is due. It needs c.mu.
func (c *client) forget() {
	for _, d := range c.dues {
		if d.kind != "" {
			close(d.done)
		}
	}
	c.dues = nil
}

// refused takes an error about a message to somebody. It needs c.mu.
func (c *client) refused(code, name string) error {
	passed := -1
	for _, d := range c.dues {
		if d.kind != "" {
			passed = max(passed, d.epoch)
			continue
		}
		if passed < d.epoch && d.burst.to.key == strings.ToLower(name) && c.soak.model.refused(d.burst, code == recipientBusy) {
			return nil
		}
	}
	return fmt.Errorf("it is about nothing that was sent; what is due is %v", c.dues)
}
