package app_test

import (
	"encoding/json"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// What the contract promises of beckon.v1.
const (
	resumeWindow = 15 * time.Second
	plainHold    = 20 * time.Millisecond  // how long presence may be held back for a plain socket
	batchHold    = 100 * time.Millisecond // and for one that speaks beckon.v1
)

// withoutPace lets clients send as fast as they like.
func withoutPace(more ...string) []string {
	return append([]string{
		"--messages-per-second=0", "--bytes-per-second=0", "--handshakes-per-second-per-ip=0", "--logins-per-second-per-ip=0", "--max-connections-per-ip=0",
	}, more...)
}

// openV1 connects a client that speaks beckon.v1 and is not logged in.
func (s *server) openV1(options ...testkit.Option) *testkit.Client {
	s.t.Helper()
	return s.open(append([]testkit.Option{testkit.V1()}, options...)...)
}

// userV1 connects a client that speaks beckon.v1 and logs it in to the lobby.
func (s *server) userV1(name string, options ...testkit.Option) *testkit.Client {
	s.t.Helper()
	c := s.openV1(options...)
	c.Login(name)
	return c
}

// pairV1 connects ana, a plain user, and ben, who speaks beckon.v1.
func (s *server) pairV1() (ana, ben *testkit.Client, self protocol.User) {
	s.t.Helper()
	ana = s.user("ana")
	ben = s.openV1()
	self = ben.Login("ben").Self
	ana.ExpectJoined("ben")
	return ana, ben, self
}

// resume connects a client that resumes a session.
func (s *server) resume(session testkit.Session) *testkit.Client {
	s.t.Helper()
	c := s.openV1()
	c.Resume(session)
	return c
}

// lose cuts a connection, which the server has noticed when it returns. It works under virtual time only.
func lose(c *testkit.Client) testkit.Session {
	c.Drop()
	synctest.Wait()
	return c.Session()
}

// send sends numbered messages to a user: candidates from first up to last.
func send(c *testkit.Client, to string, first, last int) {
	for i := first; i <= last; i++ {
		c.Say(testkit.Message{"type": "candidate", "name": to, "candidate": i})
	}
}

// expectNumbers takes those messages.
func expectNumbers(t *testing.T, c *testkit.Client, from string, first, last int) {
	t.Helper()
	for i := first; i <= last; i++ {
		if f := c.ExpectRelay("candidate", from); f.Value("candidate") != strconv.Itoa(i) {
			t.Fatalf("got %s, want number %d", f.JSON, i)
		}
	}
}

// rawV1 connects a client that speaks single frames of beckon.v1, and logs it in to the lobby.
func (s *server) rawV1(name string) (*testkit.Raw, testkit.Session) {
	s.t.Helper()
	r, session := s.rawLogin(testkit.Session{Name: name})
	session.Token = r.ExpectText("login").Text("session")
	return r, session
}

// rawLogin connects a client that speaks single frames of beckon.v1 and asks for a session; the reply is yet
// to be read.
func (s *server) rawLogin(session testkit.Session) (*testkit.Raw, testkit.Session) {
	s.t.Helper()
	conn, err := s.connect()
	if err != nil {
		s.t.Fatal(err)
	}
	r := testkit.Handshake(s.t, conn, "Sec-WebSocket-Protocol: "+protocol.Subprotocol)
	r.ExpectText("connect")
	fields := session.Fields()
	fields["type"] = "login"
	text, err := json.Marshal(fields)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Send(testkit.TextFrame(string(text)))
	session.Received = 0
	return r, session
}
