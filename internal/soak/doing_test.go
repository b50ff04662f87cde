//go:build linux

package soak_test

import (
	"time"

	"beckon/internal/testkit"
)

// enter logs in; false if the name is taken. In beckon.v1 a session that the client still has is left to lapse.
func (c *client) enter(room string) (bool, error) {
	var d *due
	err := c.send(func() []testkit.RawFrame {
		d = c.owe(&due{kind: "login", login: c.soak.model.ask(room, c.name, nil)})
		c.note("> login %s, room %q, presence %t", c.name, room, c.presence)
		return []testkit.RawFrame{fields{"name": c.name, "room": room, "presence": c.presence}.of("login")}
	})
	if err != nil {
		return false, err
	}
	if err := c.answer(d); err != nil {
		c.soak.model.lose(d.login, c.lingers())
		return false, err
	}
	return d.reply.Success, nil
}

// lingers is how long a user may be there at most whose connection is lost.
func (c *client) lingers() time.Duration {
	const slack = 10 * time.Second
	return pingInterval + pongTimeout + resumeWindow + slack
}

// logOut logs out and does not wait; answered tells when the server has done it.
func (c *client) logOut() (answered *due, err error) {
	err = c.send(func() []testkit.RawFrame {
		if c.stay == nil || c.leaving {
			return nil
		}
		c.leaving, c.doubtful = true, true
		c.note("> leave")
		if c.v1 {
			c.epoch++ // what the session had yet to say may be lost with it
		}
		var ping testkit.RawFrame
		ping, answered = c.ask()
		answered.left = true
		return []testkit.RawFrame{fields{}.of("leave"), ping}
	})
	if err == nil && answered == nil {
		err = errBroken
	}
	return answered, err
}

// leave logs out.
func (c *client) leave() error {
	d, err := c.logOut()
	if err != nil {
		return err
	}
	return c.answer(d)
}

// say sends n messages to somebody of the room, of which each carries so much more than it must, and a ping, whose pong
// parts the errors about these messages from those about later ones.
func (c *client) say(to string, n, size int) error {
	return c.send(func() (frames []testkit.RawFrame) {
		if c.stay == nil || c.leaving {
			return nil
		}
		b := c.soak.model.say(c.stay, addressOf(c.stay.at.room, to), n, size)
		c.owe(&due{burst: b})
		c.note("> messages %d to %d to %s, of %d bytes", b.first, b.first+n-1, to, size)
		for i := range n {
			kind := []string{"offer", "answer", "candidate", "leave"}[(b.first+i)%4]
			id := call(c.stay, b.first+i)
			m := fields{"name": to, "call": id}
			if kind != "leave" {
				m[kind] = payload(id, size)
			}
			frames = append(frames, m.of(kind))
		}
		ping, _ := c.ask()
		return append(frames, ping)
	})
}

// expect sends frames for which answers are due, in this order: a type, and for errors a code.
func (c *client) expect(answers [][2]string, frames ...testkit.RawFrame) error {
	return c.send(func() []testkit.RawFrame {
		for i, a := range answers {
			c.note("> %.80q", frames[i].Payload)
			c.owe(&due{kind: a[0], what: a[1]})
		}
		return frames
	})
}

// close sends a close frame.
func (c *client) close(code int) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.mu.Lock()
	k := c.conn
	if k == nil || k.code != 0 || k.farewell != 0 {
		c.mu.Unlock()
		return errBroken
	}
	k.farewell, k.may = code, append(k.may, code)
	c.doubtful = c.doubtful || code != own
	if c.cut.IsZero() {
		c.cut = time.Now()
	}
	c.note("> close %d", code)
	c.mu.Unlock()
	k.write(closeFrame(code))
	return nil
}

// awaitEnd waits until the server ends a connection, which must be soon.
func (c *client) awaitEnd(k *conn, why string) error {
	select {
	case <-k.ended:
		return nil
	case <-c.soak.ctx.Done():
		return errOver
	case <-time.After(testkit.Patience):
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.soak.draining.Load() {
			c.fault("%s, and the connection from %s stays open", why, k.ws.LocalAddr())
		}
		return errBroken
	}
}

// depart closes the connection and waits for the answer, and for the end.
func (c *client) depart(code int) error {
	c.mu.Lock()
	k := c.conn
	c.mu.Unlock()
	if err := c.close(code); err != nil {
		return err
	}
	if err := c.await(k.ended, k, "an answer to the close frame"); err != nil {
		return err
	}
	c.giveUp()
	return nil
}

// parted notes that the server has answered a close frame: it has dealt with all that came before. It needs mu.
func (c *client) parted(k *conn) {
	var bursts []*burst
	for _, d := range c.dues {
		if d.burst != nil && d.conn == k {
			bursts = append(bursts, d.burst)
		}
	}
	c.soak.model.settle(bursts, true)
	ends := k.farewell == normal || k.farewell == goingAway || k.farewell == none
	if c.stay != nil && (ends || !c.v1) {
		c.forget()
		c.gone()
	}
}

// endanger says that the connection may be lost from now on, as the server may see it.
func (c *client) endanger(codes ...int) (*conn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.conn
	if k == nil || k.code != 0 {
		return nil, errBroken
	}
	k.may = append(k.may, codes...)
	if c.cut.IsZero() {
		c.cut = time.Now()
	}
	c.note("* in danger: may end with %v", k.may)
	return k, nil
}

// safe takes back what endanger said: nothing has happened. errBroken if it has.
func (c *client) safe() error {
	if err := c.sync(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn.code != 0 {
		return errBroken
	}
	c.conn.may, c.cut = nil, time.Time{}
	c.note("* out of danger")
	return nil
}

// giveUp lets go of the connection without a word. A plain user will be gone soon, a session can be resumed.
func (c *client) giveUp() {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.abandon(true)
	if c.session == "" {
		c.forsake()
	}
}

// abandon makes nothing count any more that comes on the connection. It needs sending and mu.
func (c *client) abandon(reset bool) {
	k := c.conn
	if k == nil {
		return
	}
	if c.cut.IsZero() {
		c.cut = time.Now()
	}
	c.note("* gives the connection up")
	k.givenUp, k.left, c.conn = true, time.Now(), nil
	k.closed = k.closed || reset
	k.may = append(k.may, takenOver, goingAway) // the latter if its pings come before the other connection's login
	if reset {
		k.reset()
	}
}

// forsake leaves the user, if there is one, to lapse. It needs mu.
func (c *client) forsake() {
	c.forget()
	if c.stay != nil {
		c.soak.model.lose(c.stay, c.lingers())
		c.nobody()
	}
}

// resume goes on with the session on a new connection; false if that was an ordinary login, or none because somebody
// else has the name. The old connection stays open if it is: the server has to end it.
func (c *client) resume() (resumed bool, err error) {
	k, err := c.dial()
	if err != nil {
		return false, c.dialed(err)
	}
	if err := c.await(k.greeted, k, "a greeting"); err != nil {
		return false, err
	}
	d := c.move(k)
	if d == nil {
		return false, errBroken
	}
	if err := c.answer(d); err != nil {
		c.soak.model.lose(d.login, c.lingers())
		return false, err
	}
	if err := c.sync(); err != nil {
		return false, err
	}
	return d.reply.Resumed, nil
}

// move makes a connection the one that counts, and asks for the session there; nil if there is none any more.
func (c *client) move(k *conn) *due {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.mu.Lock()
	if c.session == "" {
		k.givenUp, k.closed, k.left = true, true, time.Now()
		c.mu.Unlock()
		k.reset()
		return nil
	}
	c.abandon(false)
	c.switchTo(k)
	login, d := c.claim()
	c.mu.Unlock()
	k.write(login)
	return d
}

// claim is a login that is to resume the session. It needs mu.
func (c *client) claim() (testkit.RawFrame, *due) {
	c.attempts++
	f := fields{
		"name": c.name, "room": c.room, "session": c.session, "received": c.received, "attempt": c.attempts,
		"confirms": c.attempts%2 == 0, "presence": c.presence,
	}
	c.note("> login to resume, attempt %d, received %d", c.attempts, c.received)
	return f.of("login"), c.owe(&due{kind: "login", login: c.soak.model.ask(c.room, c.name, c.stay), back: true})
}

// here tells whether the client is logged in and connected.
func (c *client) here() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stay != nil && !c.leaving && c.conn != nil && c.conn.code == 0 && c.conn.farewell == 0
}
