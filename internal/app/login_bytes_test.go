package app_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"beckon/internal/testkit"
)

// How long a message may be, by default: before the login, and after it.
const loginBytes, messageBytes = 16 << 10, 64 << 10

// padded is a message of exactly n bytes with the given fields, in JSON.
func padded(n int, fields string) string {
	start, end := "{"+fields+`,"x":"`, `"}`
	return start + strings.Repeat("x", n-len(start)-len(end)) + end
}

// expectTooLarge expects the error and the close that name a bound.
func expectTooLarge(t *testing.T, c *testkit.Client, bound string) {
	t.Helper()
	if f := c.ExpectError("too_large"); !strings.HasSuffix(f.Text("message"), bound) {
		t.Errorf("got %s, want %s", f.JSON, bound)
	}
	if end := c.ExpectClose(1009); !strings.HasSuffix(end.Reason, bound) {
		t.Errorf("closed with %q, want %s", end.Reason, bound)
	}
}

const (
	beforeLogin = "at most 16384 bytes before a login (--max-login-bytes)"
	afterLogin  = "at most 65536 bytes (--max-message-bytes)"
)

// Before a login, and after a logout, a message is as long as a login at most.
func TestLoginLimit(t *testing.T) {
	const ana, leave = `"type":"login","name":"ana"`, `{"type":"leave"}`
	eachDialect(t, func(t *testing.T, s *server, dialect []testkit.Option) {
		ben := s.user("ben")
		c := s.open(dialect...)
		for range 2 {
			c.Send(padded(loginBytes, ana)) // and the rest without waiting for the reply
			c.Send(ofSize(messageBytes))
			c.Send(leave)
			c.ExpectWelcome()
			ben.ExpectJoined("ana")
			ben.ExpectRelay("offer", "ana")
			ben.ExpectLeft("ana")
		}
		c.Send(padded(loginBytes+1, ana))
		expectTooLarge(t, c, beforeLogin)

		c = s.open(dialect...)
		c.Send(padded(loginBytes, `"type":"login","name":"ben"`)) // in vain
		c.ExpectLoginRefused("name_taken")
		c.SendBinary(make([]byte, loginBytes+1))
		expectTooLarge(t, c, beforeLogin)

		c = s.open(dialect...)
		c.Login("ana")
		c.SendBinary(make([]byte, messageBytes+1))
		expectTooLarge(t, c, afterLogin)
	})
}

// What is sent behind a login that waits for the holder of the name is held to the bound once the login has an answer.
func TestLoginLimitWhileTheHolderIsAsked(t *testing.T) {
	eachDialect(t, func(t *testing.T, s *server, dialect []testkit.Option) {
		ben, dead := s.user("ben"), s.open(testkit.Mute())
		dead.Login("cem")
		ben.ExpectJoined("cem")
		heir := s.open(dialect...)
		ask(heir, "cem")
		go heir.Send(ofSize(messageBytes)) // memory takes it when it is read
		heir.ExpectWelcome()
		ben.ExpectLeft("cem")
		ben.ExpectJoined("cem")
		ben.ExpectRelay("offer", "cem")
		synctest.Wait()
	})
}

// A login that resumes is one, also for what is in the same packet.
func TestLoginLimitOfAResumedSession(t *testing.T) {
	s := onLoopback(t)
	ben := s.user("ben")
	r, session := s.rawV1("ana")
	ben.ExpectJoined("ana")
	r.Close()
	login := padded(loginBytes, fmt.Sprintf(`"type":"login","name":"ana","session":%q,"received":%d`, session.Token, session.Received))
	conn, err := s.connect()
	if err != nil {
		t.Fatal(err)
	}
	back := testkit.Handshake(t, conn, "Sec-WebSocket-Protocol: beckon.v1")
	back.ExpectText("connect")
	back.Write(append(testkit.TextFrame(login).Bytes(), testkit.TextFrame(ofSize(messageBytes)).Bytes()...))
	if f := back.ExpectText("login"); !f.Bool("success") || !f.Bool("resumed") {
		t.Fatalf("got %s", f.JSON)
	}
	ben.ExpectRelay("offer", "ana")
	back.Send(testkit.TextFrame(ofSize(messageBytes)))
	ben.ExpectRelay("offer", "ana")
}

// The bound is a setting, and where messages are shorter still, they are what counts.
func TestLoginLimitIsASetting(t *testing.T) {
	for name, test := range map[string]struct {
		flags []string
		bound int
	}{
		"set":            {[]string{"--max-login-bytes=2048"}, 2048},
		"short messages": {[]string{"--max-message-bytes=300"}, 300},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				a, b := s.open(), s.open()
				a.Send(padded(test.bound, `"type":"login","name":"ana"`))
				a.ExpectWelcome()
				b.Send(padded(test.bound+1, `"type":"login","name":"ben"`))
				expectTooLarge(t, b, fmt.Sprintf("at most %d bytes before a login (--max-login-bytes)", test.bound))
			}, test.flags...)
		})
	}
}
