package testkit

import (
	"slices"
	"testing/synctest"
	"time"

	"beckon/internal/protocol"
)

// next takes what arrives next and fails the test if nothing does.
func (c *Client) next(want string) arrival {
	c.t.Helper()
	a, ok := c.inbox.wait(Patience)
	if !ok {
		c.t.Fatalf("%s: nothing came, want %s", c.name, want)
	}
	return a
}

// Next takes the next frame, whatever its type.
func (c *Client) Next() Frame {
	c.t.Helper()
	return c.frame("a frame")
}

func (c *Client) frame(want string) Frame {
	c.t.Helper()
	a := c.next(want)
	if a.end != nil {
		c.t.Fatalf("%s: closed with %d %q, want %s", c.name, a.end.Code, a.end.Reason, want)
	}
	if a.binary {
		c.t.Fatalf("%s: a binary frame %q, want %s", c.name, a.data, want)
	}
	return c.parse(a)
}

// parse reads a frame that is taken now.
func (c *Client) parse(a arrival) Frame {
	c.t.Helper()
	f := parseFrame(c.t, a.data)
	f.At = a.at
	c.note(f)
	return f
}

// Expect takes the next frame, which must be of the given type.
func (c *Client) Expect(kind string) Frame {
	c.t.Helper()
	f := c.frame(kind)
	if f.Type != kind {
		c.t.Fatalf("%s: got %s, want %s", c.name, f.JSON, kind)
	}
	return f
}

// Welcome is the answer to a login.
type Welcome struct {
	Self  protocol.User
	Room  string
	Users []protocol.User // who is there, in order of their names
	Frame Frame
}

// Login logs in to the lobby.
func (c *Client) Login(name string) Welcome {
	c.t.Helper()
	return c.LoginAs(Message{"name": name})
}

// LoginTo logs in to a room.
func (c *Client) LoginTo(room, name string) Welcome {
	c.t.Helper()
	return c.LoginAs(Message{"name": name, "room": room})
}

// LoginAs logs in with the fields given.
func (c *Client) LoginAs(fields Message) Welcome {
	c.t.Helper()
	c.sayLogin(fields)
	return c.ExpectWelcome()
}

func (c *Client) sayLogin(fields Message) {
	c.t.Helper()
	m := Message{"type": "login"}
	for key, value := range fields {
		m[key] = value
	}
	c.Say(m)
}

// ExpectWelcome takes the answer to a login that must have succeeded.
func (c *Client) ExpectWelcome() Welcome {
	c.t.Helper()
	f := c.Expect("login")
	if !f.Bool("success") {
		c.t.Fatalf("%s: login refused: %s", c.name, f.JSON)
	}
	w := Welcome{
		Self:  protocol.User{ID: f.Text("id"), Name: f.Text("name")},
		Room:  f.Text("room"),
		Users: f.Users("users"),
		Frame: f,
	}
	slices.SortFunc(w.Users, func(a, b protocol.User) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	c.name = w.Self.Name
	return w
}

// LoginRefused tries to log in with the fields given and expects a refusal with a code.
func (c *Client) LoginRefused(code string, fields Message) Frame {
	c.t.Helper()
	c.sayLogin(fields)
	return c.ExpectLoginRefused(code)
}

// ExpectLoginRefused takes the answer to a login that must have been refused with a code.
func (c *Client) ExpectLoginRefused(code string) Frame {
	c.t.Helper()
	f := c.Expect("login")
	f.ExpectKeys("success", "code", "message")
	if f.Bool("success") || f.Text("code") != code || f.Text("message") == "" {
		c.t.Fatalf("%s: got %s, want a refusal with %s and a message", c.name, f.JSON, code)
	}
	return f
}

// ExpectError takes an error frame with the given code. Its message must not be empty.
func (c *Client) ExpectError(code string) Frame {
	c.t.Helper()
	f := c.Expect("error")
	if f.Text("code") != code || f.Text("message") == "" {
		c.t.Fatalf("%s: got %s, want an error with %s and a message", c.name, f.JSON, code)
	}
	return f
}

// ExpectJoined takes the news that a user came.
func (c *Client) ExpectJoined(name string) protocol.User {
	c.t.Helper()
	f := c.Expect("updateUsers")
	f.ExpectKeys("user")
	u := f.User("user")
	if u.Name != name {
		c.t.Fatalf("%s: %q came, want %q", c.name, u.Name, name)
	}
	return u
}

// ExpectLeft takes the news that a user is gone: the two frames that tell of it in the plain dialect.
func (c *Client) ExpectLeft(name string) protocol.User {
	c.t.Helper()
	var u protocol.User
	for _, kind := range []string{"leave", "removeUser"} {
		f := c.Expect(kind)
		f.ExpectKeys("user")
		if u = f.User("user"); u.Name != name {
			c.t.Fatalf("%s: %q left, want %q", c.name, u.Name, name)
		}
	}
	return u
}

// ExpectRelay takes an offer, an answer or a candidate from a user.
func (c *Client) ExpectRelay(kind, from string) Frame {
	c.t.Helper()
	f := c.Expect(kind)
	if got := f.Text("name"); got != from {
		c.t.Fatalf("%s: %s from %q, want it from %q", c.name, kind, got, from)
	}
	return f
}

// ExpectHangup takes the news that a user hung up on this one, and nothing else.
func (c *Client) ExpectHangup(from string) Frame {
	c.t.Helper()
	f := c.ExpectRelay("leave", from)
	if f.Has("user") {
		c.t.Fatalf("%s: a hangup with a user: %s", c.name, f.JSON)
	}
	return f
}

// ExpectPong sends a ping message and expects its answer to be what comes next: all that the server had to say
// at once has then arrived and been taken.
func (c *Client) ExpectPong(data string) {
	c.t.Helper()
	c.Say(Message{"type": "ping", "data": data})
	if f := c.Expect("pong"); f.Text("data") != data {
		c.t.Fatalf("%s: got %s, want the data %q", c.name, f.JSON, data)
	}
}

// ExpectClose takes the end of the connection, which must come with the given close code.
func (c *Client) ExpectClose(code int) End {
	c.t.Helper()
	a := c.next("the end")
	if a.end == nil {
		c.t.Fatalf("%s: got %s, want the end with %d", c.name, a.data, code)
	}
	if a.end.Code != code {
		c.t.Fatalf("%s: closed with %d %q, want %d", c.name, a.end.Code, a.end.Reason, code)
	}
	return *a.end
}

// Drain takes all frames up to the end of the connection.
func (c *Client) Drain() ([]Frame, End) {
	c.t.Helper()
	var frames []Frame
	for {
		a := c.next("the end")
		if a.end != nil {
			return frames, *a.end
		}
		frames = append(frames, c.parse(a))
	}
}

// ExpectNothing passes a time and fails the test if anything has arrived by then. It works under virtual time
// only: outside a bubble of testing/synctest it panics.
func (c *Client) ExpectNothing(during time.Duration) {
	c.t.Helper()
	time.Sleep(during)
	synctest.Wait()
	if a, ok := c.inbox.take(); ok {
		if a.end != nil {
			c.t.Fatalf("%s: closed with %d %q, want nothing", c.name, a.end.Code, a.end.Reason)
		}
		c.t.Fatalf("%s: got %s, want nothing", c.name, a.data)
	}
}

// ExpectLeftBy is ExpectLeft with a deadline, for tests under virtual time.
func (c *Client) ExpectLeftBy(deadline time.Time, name string) {
	c.t.Helper()
	time.Sleep(time.Until(deadline))
	synctest.Wait()
	if c.inbox.empty() {
		c.t.Fatalf("%s: not told by %v that %q left", c.name, deadline, name)
	}
	c.ExpectLeft(name)
}

// Arrived takes the frames that have come by now. It works under virtual time only: outside a bubble of
// testing/synctest it panics.
func (c *Client) Arrived() []Frame {
	c.t.Helper()
	synctest.Wait()
	var frames []Frame
	for a, ok := c.inbox.take(); ok; a, ok = c.inbox.take() {
		if a.end != nil {
			c.t.Fatalf("%s: closed with %d %q, want it open", c.name, a.end.Code, a.end.Reason)
		}
		frames = append(frames, c.parse(a))
	}
	return frames
}

// Await takes what comes next, a frame or the end of the connection.
func (c *Client) Await() (f Frame, end *End) {
	c.t.Helper()
	a := c.next("a frame or the end")
	if a.end != nil {
		return Frame{}, a.end
	}
	return c.parse(a), nil
}
