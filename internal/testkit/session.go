package testkit

import (
	"net"

	"beckon/internal/protocol"
)

// V1 offers the subprotocol beckon.v1, and no other.
func V1() Option { return Subprotocols(protocol.Subprotocol) }

// Session is what a client knows of its session (beckon.v1): all that it takes to resume it.
type Session struct {
	Name, Room string
	Token      string
	Received   int // the frames that the test has taken since the login reply
}

// Fields are those of a login that resumes the session.
func (s Session) Fields() Message {
	return Message{"name": s.Name, "room": s.Room, "session": s.Token, "received": s.Received}
}

// Session is the client's session as of the last frame that the test has taken. What has arrived and was not
// taken does not count, just as if it had been lost.
func (c *Client) Session() Session { return c.session }

// note counts a frame, or starts counting at a login reply.
func (c *Client) note(f Frame) {
	if f.Type != "login" || !f.Bool("success") || !f.Has("session") {
		c.session.Received++
		return
	}
	c.session = Session{Name: f.Text("name"), Room: f.Text("room"), Token: f.Text("session")}
}

// Resume logs in with a session, which must be resumed.
func (c *Client) Resume(s Session) Welcome {
	c.t.Helper()
	w := c.LoginAs(s.Fields())
	if !w.Frame.Bool("resumed") || w.Frame.Text("session") == "" {
		c.t.Fatalf("%s: got %s, want the session resumed", c.name, w.Frame.JSON)
	}
	return w
}

// ResumeInVain logs in with a session that is over. It is an ordinary login, which must succeed.
func (c *Client) ResumeInVain(s Session) Welcome {
	c.t.Helper()
	w := c.LoginAs(s.Fields())
	if w.Frame.Bool("resumed") || w.Frame.Text("session") == s.Token {
		c.t.Fatalf("%s: got %s, want a new session", c.name, w.Frame.JSON)
	}
	return w
}

// Presence is one batch of news.
type Presence struct {
	Joined, Left []protocol.User // in no particular order
}

// ExpectPresence takes a presence frame.
func (c *Client) ExpectPresence() Presence {
	c.t.Helper()
	return c.Expect("presence").Presence()
}

// Presence is the content of a presence frame.
func (f Frame) Presence() Presence {
	f.t.Helper()
	f.ExpectKeys("joined", "left")
	return Presence{Joined: f.Users("joined"), Left: f.Users("left")}
}

// ExpectNews takes a presence frame that says that these users joined and that nobody left.
func (c *Client) ExpectNews(joined ...protocol.User) {
	c.t.Helper()
	c.expectBatch(Presence{Joined: joined})
}

// ExpectGone takes a presence frame that says that these users left and that nobody joined.
func (c *Client) ExpectGone(left ...protocol.User) {
	c.t.Helper()
	c.expectBatch(Presence{Left: left})
}

func (c *Client) expectBatch(want Presence) {
	c.t.Helper()
	if got := c.ExpectPresence(); !sameUsers(got.Joined, want.Joined) || !sameUsers(got.Left, want.Left) {
		c.t.Fatalf("%s: got the news %v, want %v", c.name, got, want)
	}
}

// sameUsers tells whether two lists are equal but for their order.
func sameUsers(a, b []protocol.User) bool {
	seen := map[protocol.User]int{}
	for _, u := range a {
		seen[u]++
	}
	for _, u := range b {
		seen[u]--
	}
	for _, n := range seen {
		if n != 0 {
			return false
		}
	}
	return true
}

// Reset cuts a TCP connection so that the server's system is told by a RST, and whatever was under way is
// lost.
func (c *Client) Reset() {
	c.t.Helper()
	if err := c.ws.NetConn().(*net.TCPConn).SetLinger(0); err != nil {
		c.t.Fatal(err)
	}
	c.Drop()
}
