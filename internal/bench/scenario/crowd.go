package scenario

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"beckon/internal/bench/dialect"
	"beckon/internal/bench/latency"
	"beckon/internal/bench/wire"
)

// patience is how long a crowd may take to connect, to log in, or to hear what is due.
const patience = 5 * time.Minute

// crowd is users on one loop. It belongs to the goroutine that runs the loop.
type crowd struct {
	bench *Bench
	loop  *wire.Loop
	run   string // what the names begin with, of this crowd alone

	clients  []*client
	ready    int // connected, and greeted if the dialect does
	online   int // logged in
	knowing  int // know of as many others as crowd.expect says
	expect   int
	failures int // messages of kind Failure
	err      error
}

// newCrowd returns a crowd of nobody.
func newCrowd(b *Bench) (*crowd, error) {
	loop, err := wire.NewLoop()
	if err != nil {
		return nil, err
	}
	return &crowd{bench: b, loop: loop, run: strings.ToLower(rand.Text()[:4]), expect: math.MaxInt}, nil
}

// close ends the crowd. A server that goes on is told, lest it keep sessions for users who do not come back.
func (c *crowd) close() {
	const longest = 10 * time.Second
	defer c.loop.Close()
	if c.bench.Command != "" {
		return
	}
	if err := c.loop.Leave(longest); err != nil {
		c.bench.progress("not all could leave: %v", err)
	}
}

// client is one user and its connection.
type client struct {
	dialect.User
	crowd *crowd
	conn  *wire.Conn // nil while there is none

	ready   bool
	online  bool
	resumed bool // by the last login
	known   int  // others it has been told of, those who left taken off

	// What to do when something happens; nil for nothing.
	connected func()
	welcomed  func()               // by the reply to a login
	relayed   func(message []byte) // by another user
	failed    func()               // a message: it was not understood, or its recipient is behind or not there
	ended     func(code int)       // of the connection; if it is nil, that must not happen
}

// add adds a user who is not connected yet.
func (c *crowd) add(u dialect.User) *client {
	added := &client{User: u, crowd: c}
	c.clients = append(c.clients, added)
	return added
}

// name is that of the n-th user: as long as any other's, so that all runs send equally many bytes.
func (c *crowd) name(n int) string { return fmt.Sprintf("%s%06d", c.run, n) }

// connect connects everybody who is not, and waits until the server is ready for their logins.
func (c *crowd) connect() error {
	for _, cl := range c.clients {
		if cl.conn == nil {
			cl.dial()
		}
	}
	return c.await(patience, func() bool { return c.ready == len(c.clients) },
		func() string { return fmt.Sprintf("%d of %d are connected", c.ready, len(c.clients)) })
}

// login logs everybody in who is not, so many at once, and waits until all are.
func (c *crowd) login(atOnce int) error {
	for group := range slices.Chunk(c.clients, atOnce) {
		for _, cl := range group {
			if !cl.online {
				cl.login()
			}
		}
		in := func() bool { return !slices.ContainsFunc(group, func(cl *client) bool { return !cl.online }) }
		state := func() string { return fmt.Sprintf("%d of %d are logged in", c.online, len(c.clients)) }
		if err := c.await(patience, in, state); err != nil {
			return err
		}
	}
	return nil
}

// enter connects and logs in, in groups: in a large room each has to hear of all who come behind it.
func (c *crowd) enter() error {
	const group = 200
	if err := c.connect(); err != nil {
		return err
	}
	return c.login(group)
}

// await runs the loop until done, which is not to take longer than limit.
func (c *crowd) await(limit time.Duration, done func() bool, state func() string) error {
	ok, err := c.loop.Run(limit, func() bool { return c.err != nil || done() })
	switch {
	case err != nil:
		return err
	case c.err != nil:
		return c.err
	case !ok:
		return fmt.Errorf("after %v %s", limit, state())
	}
	return nil
}

// pass runs the loop for a time.
func (c *crowd) pass(d time.Duration) error {
	_, err := c.loop.Run(d, func() bool { return c.err != nil })
	return errors.Join(err, c.err)
}

// repeat has act called with each time of a pace, as soon as it is due, for as long as it returns true.
func (c *crowd) repeat(pace *latency.Pace, act func(due time.Duration) bool) {
	var pump func(time.Duration)
	pump = func(time.Duration) {
		for now := c.loop.Now(); pace.Next() <= now; {
			if !act(pace.Take()) {
				return
			}
		}
		c.loop.At(pace.Next(), pump)
	}
	c.loop.At(pace.Next(), pump)
}

// fail ends the scenario.
func (c *crowd) fail(format string, values ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, values...)
	}
}

// keepAlive sends the heartbeats that the dialect asks for, spread over its interval, for as long as the crowd is.
func (c *crowd) keepAlive() {
	const slices = 50
	_, interval := c.bench.Dialect.AppendHeartbeat(nil)
	if interval == 0 {
		return
	}
	turn := 0
	c.loop.Every(interval/slices, func() bool {
		for i := turn; i < len(c.clients); i += slices {
			if cl := c.clients[i]; cl.online {
				heartbeat, _ := c.bench.Dialect.AppendHeartbeat(cl.conn.Compose())
				cl.conn.Send(heartbeat)
			}
		}
		turn = (turn + 1) % slices
		return true
	})
}

// dial connects, and tells the crowd when the server is ready for the login.
func (cl *client) dial() {
	path, subprotocol := cl.crowd.bench.Dialect.Request(cl.crowd.bench.Target.URL, &cl.User)
	request := wire.Request{Path: path, Subprotocol: subprotocol}
	cl.crowd.loop.Dial(cl.crowd.bench.Target, request, func(conn *wire.Conn, err error) {
		if err != nil {
			cl.crowd.fail("connect: %w", err)
			return
		}
		cl.conn, conn.Handler = conn, cl
		if !cl.crowd.bench.Dialect.Greets() {
			cl.nowReady()
		}
	})
}

func (cl *client) nowReady() {
	if cl.ready {
		return
	}
	cl.ready = true
	cl.crowd.ready++
	if cl.connected != nil {
		cl.connected()
	}
}

func (cl *client) login() {
	if message := cl.crowd.bench.Dialect.AppendLogin(cl.conn.Compose(), &cl.User); message != nil {
		cl.conn.Send(message)
	}
}

// relay sends a message to another user.
func (cl *client) relay(to *client, m dialect.Message) {
	cl.conn.Send(cl.crowd.bench.Dialect.AppendRelay(cl.conn.Compose(), to.Name, m))
}

// Text is wire.Handler.
func (cl *client) Text(message []byte) {
	if cl.online {
		cl.Received++
	}
	event := cl.crowd.bench.Dialect.Read(message)
	switch event.Kind {
	case dialect.Relayed:
		if cl.relayed != nil {
			cl.relayed(message)
		}
	case dialect.News:
		cl.learn(event.Joined - event.Left)
	case dialect.Greeting:
		cl.nowReady()
	case dialect.LoggedIn:
		cl.welcome(event)
	case dialect.Refused:
		cl.crowd.fail("the login of %s failed: %s", cl.Name, event.Text)
	case dialect.Failure:
		cl.crowd.failures++
		if cl.failed != nil {
			cl.failed()
		}
	}
}

func (cl *client) welcome(event dialect.Event) {
	cl.Session, cl.Received = string(event.Session), 0
	cl.resumed = event.Resumed
	if !cl.online {
		cl.online = true
		cl.crowd.online++
	}
	cl.learn(event.Joined - cl.known)
	if cl.welcomed != nil {
		cl.welcomed()
	}
}

// learn counts others that have become known.
func (cl *client) learn(others int) {
	before := cl.known >= cl.crowd.expect
	cl.known += others
	after := cl.known >= cl.crowd.expect
	switch {
	case after && !before:
		cl.crowd.knowing++
	case before && !after:
		cl.crowd.knowing--
	}
}

// Ended is wire.Handler.
func (cl *client) Ended(code int) {
	cl.offline()
	if cl.ended == nil {
		cl.crowd.fail("the server ended the connection of %s with code %d", cl.Name, code)
		return
	}
	cl.ended(code)
}

// cut ends the connection with a reset.
func (cl *client) cut() {
	cl.conn.Cut()
	cl.offline()
}

// offline is the state of one whose connection is gone.
func (cl *client) offline() {
	cl.loggedOut()
	if cl.ready {
		cl.crowd.ready--
	}
	cl.conn, cl.ready = nil, false
}

// loggedOut is the state of one who may log in again.
func (cl *client) loggedOut() {
	if cl.online {
		cl.crowd.online--
	}
	cl.online = false
	cl.learn(-cl.known)
}
