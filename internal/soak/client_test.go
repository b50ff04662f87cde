//go:build linux

package soak_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/testkit"
)

// client is a person's program. It checks all that it hears at once. Its methods return errOver, or errBroken where the
// connection has ended as it may.
type client struct {
	will     // of whoever has turn
	name     string
	v1       bool
	presence bool // whether it wants to know who is there
	proxied  bool
	deaf     bool // whether its receive buffer is small

	turn    sync.Mutex // held while the client does something that is made of several steps
	sending sync.Mutex // held while something is sent, so that it is due in the same order; after turn

	mu       sync.Mutex // after sending
	conn     *conn      // the one that counts; nil while there is none; guarded by mu, as is all that follows
	epoch    int        // counts connections, and sessions that the client has ended
	dues     []*due     // what it has sent
	pings    int
	stay     *stay     // who it is; nil while it is nobody
	room     string    // of stay, as it was asked for
	session  string    // secret, as long as there is a stay
	received int       // messages since the last login reply
	attempts int       // to resume
	resumed  time.Time // when it last was
	doubtful bool      // whether the session may be over although the window is not
	cut      time.Time // since when the server may think that the connection is lost; zero while it cannot
	roster   *roster   // nil without presence
	leaving  bool      // whether it has logged out, and waits for the answer to the ping behind that
	since    time.Time // since when it may have been without a login
	memory   [30]memory
	memories int
}

// memory is something that a client has met.
type memory struct {
	at   time.Time
	what string
}

// note remembers what happened, for the report. It needs mu.
func (c *client) note(format string, args ...any) { c.noteBytes("", fmt.Appendf(nil, format, args...)) }

// noteBytes is note for something in two pieces.
func (c *client) noteBytes(what string, more []byte) {
	const longest = 160
	c.memory[c.memories%len(c.memory)] = memory{time.Now(), what + string(more[:min(len(more), longest)])}
	c.memories++
}

// fault says what is wrong with what the client has met. It needs mu.
func (c *client) fault(format string, args ...any) {
	var lines []string
	for i := range c.memory {
		if m := c.memory[(c.memories+i)%len(c.memory)]; m.what != "" {
			lines = append(lines, m.at.Format("15:04:05.000000 ")+m.what)
		}
	}
	c.soak.fault("%s: %s\nlast, the client met:\n%s", c, fmt.Sprintf(format, args...), strings.Join(lines, "\n"))
}

func (c *client) String() string { return fmt.Sprintf("%s (%s)", c.name, c.dialect()) }

// open connects. What the client was before is over.
func (c *client) open() error {
	k, err := c.dial()
	if err != nil {
		return c.dialed(err)
	}
	c.sending.Lock()
	c.mu.Lock()
	c.switchTo(k)
	c.mu.Unlock()
	c.sending.Unlock()
	return c.greeted(k)
}

// dialed judges an error of dial.
func (c *client) dialed(err error) error {
	if c.soak.over() {
		return errOver
	}
	if c.soak.draining.Load() {
		return errBroken
	}
	c.soak.fault("%s cannot connect: %v", c, err)
	return errOver
}

// switchTo makes k the connection that counts. It needs sending and mu.
func (c *client) switchTo(k *conn) {
	c.conn, c.since = k, k.opened
	c.epoch++
	c.note("* connected from %s", k.ws.LocalAddr())
}

func (c *client) greeted(k *conn) error {
	return c.await(k.greeted, k, "a greeting")
}

// await waits for something on a connection.
func (c *client) await(done <-chan struct{}, k *conn, what string) error {
	timer := time.NewTimer(testkit.Patience)
	defer timer.Stop()
	select {
	case <-done:
		return nil
	case <-k.ended:
	case <-c.soak.ctx.Done():
		return errOver
	case <-timer.C:
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(k.may) == 0 && !c.soak.draining.Load() {
			c.note("* waits in vain for %s", what)
			c.fault("the server does not answer within %v: %s is due", testkit.Patience, what)
		}
		return errBroken
	}
	select {
	case <-done: // before the end
		return nil
	default:
		return errBroken
	}
}

// answer waits until something is answered.
func (c *client) answer(d *due) error {
	if err := c.await(d.done, d.conn, d.kind+" "+d.what); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !d.answered {
		return errBroken
	}
	return nil
}

// send sends frames, for which things are due. make is called with mu held; it may return nothing to send.
func (c *client) send(make func() []testkit.RawFrame) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.mu.Lock()
	k := c.conn
	if k == nil || k.code != 0 || k.farewell != 0 {
		c.mu.Unlock()
		return errBroken
	}
	frames := make()
	c.mu.Unlock()
	if len(frames) > 0 {
		k.write(frames...)
	}
	return nil
}

// ask is a ping, for which a pong is due. It needs mu.
func (c *client) ask() (testkit.RawFrame, *due) {
	c.pings++
	data := strconv.Itoa(c.pings)
	c.note("> ping %s", data)
	return fields{"data": data}.of("ping"), c.owe(&due{kind: "pong", what: data})
}

// sync waits until the server has dealt with all that was sent before, and the client has got all that was due to it.
func (c *client) sync() error {
	var d *due
	err := c.send(func() (frames []testkit.RawFrame) {
		var f testkit.RawFrame
		f, d = c.ask()
		return append(frames, f)
	})
	if err != nil {
		return err
	}
	if err := c.answer(d); err != nil {
		return err
	}
	c.soak.places.answered(time.Since(d.sent))
	return nil
}

func (c *client) dialect() string {
	if c.v1 {
		return "beckon.v1"
	}
	return "plain"
}

// hear takes a message of the server.
func (c *client) hear(k *conn, kind int, data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k.givenUp {
		return
	}
	c.noteBytes("< ", data)
	var f message
	if kind != websocket.TextMessage || f.parse(data) != nil {
		c.fault("the server sent what is no JSON object in a text frame: %.200q", data)
		return
	}
	var err error
	switch {
	case !k.welcome:
		err = k.heardGreeting(f)
	case k != c.conn:
		err = errors.New("nothing was said on this connection")
	default:
		if c.session != "" {
			c.received++
		}
		err = c.heard(f)
	}
	if err != nil {
		c.fault("got %.300s: %v", data, err)
	}
}

// hearEnd takes the end of a connection.
func (c *client) hearEnd(k *conn, code int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k.code = code
	c.soak.forgetConn(k)
	if !k.mayEndWith(code) {
		c.note("* a connection has ended: %v", err)
		c.fault("the connection from %s has ended with %d, it may end with %v: %v", k.ws.LocalAddr(), code, k.may, err)
	}
	if k != c.conn {
		return
	}
	c.note("* the connection has ended: %v", err)
	if c.cut.IsZero() {
		c.cut = time.Now()
	}
	if k.farewell == code {
		c.parted(k)
	}
}
