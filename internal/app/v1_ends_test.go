package app_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/frame"
	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// However a connection ends, unless the client says that it means to go, the session waits: nobody is told,
// and nothing that is said meanwhile is lost.
func TestV1EndsThatCanBeResumed(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, s *server) testkit.Session{
		"no close frame": func(t *testing.T, s *server) testkit.Session {
			return lose(s.userV1("ben"))
		},
		"close code 4000": func(t *testing.T, s *server) testkit.Session {
			c := s.userV1("ben")
			c.Close(4000)
			return c.Session()
		},
		"close code 1006 on the wire": func(t *testing.T, s *server) testkit.Session { // a violation
			r, session := s.rawV1("ben")
			r.Send(testkit.CloseFrame(testkit.CloseCode(1006, "")))
			untilClose(r)
			return session
		},
		"close code 3000": func(t *testing.T, s *server) testkit.Session {
			c := s.userV1("ben")
			c.Close(3000)
			return c.Session()
		},
		"close code 1011": func(t *testing.T, s *server) testkit.Session {
			c := s.userV1("ben")
			c.Close(1011)
			return c.Session()
		},
		"half a frame": func(t *testing.T, s *server) testkit.Session {
			r, session := s.rawV1("ben")
			r.Write(testkit.TextFrame(`{"type":"leave"}`).Bytes()[:9])
			r.Close()
			synctest.Wait()
			return session
		},
		"a breach of RFC 6455": func(t *testing.T, s *server) testkit.Session {
			r, session := s.rawV1("ben")
			r.Send(testkit.RawFrame{FIN: true, RSV: 7, Opcode: byte(frame.Text), Payload: []byte("{}")})
			untilClose(r)
			return session
		},
		"no answer to a ping": func(t *testing.T, s *server) testkit.Session {
			c := s.userV1("ben", testkit.Mute())
			time.Sleep(pingInterval + pongTimeout)
			synctest.Wait()
			c.ExpectClose(1001)
			return c.Session()
		},
		"a frame too large": func(t *testing.T, s *server) testkit.Session {
			c := s.userV1("ben")
			c.Send(`{"type":"ping","data":"` + strings.Repeat("x", 64<<10) + `"}`)
			c.ExpectError("too_large")
			c.ExpectClose(1009)
			return c.Session()
		},
		"a frame too large, the error lost": func(t *testing.T, s *server) testkit.Session {
			c := s.userV1("ben")
			session := c.Session()
			c.Send(`{"type":"ping","data":"` + strings.Repeat("x", 64<<10) + `"}`)
			c.Drain()
			return session
		},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				session := end(t, s)
				checkWaiting(t, s, session, strings.HasSuffix(name, "lost"))
			})
		})
	}
}

// untilClose reads up to the server's close frame, and cuts the connection.
func untilClose(r *testkit.Raw) {
	for p, err := r.Read(); err == nil && p.Opcode != frame.Close; p, err = r.Read() {
	}
	r.Close()
	synctest.Wait()
}

// checkWaiting checks that ben is there as long as the window is, and gets what was sent to him.
func checkWaiting(t *testing.T, s *server, session testkit.Session, errorFirst bool) {
	t.Helper()
	plain, modern := s.open(), s.openV1()
	for _, c := range []*testkit.Client{plain, modern} {
		if w := c.Login("watcher" + c.Subprotocol()); !named(w.Users, "ben") {
			t.Fatalf("ben is not there any more: %v", w.Users)
		}
	}
	plain.Expect("updateUsers")
	modern.ExpectNothing(resumeWindow - time.Second)
	send(plain, "BEN", 1, 3)
	s.openV1().LoginRefused("name_taken", testkit.Message{"name": "ben"})
	back := s.openV1()
	if w := back.Resume(session); len(w.Users) != 2 {
		t.Errorf("came back to %v", w.Users)
	}
	if errorFirst {
		back.ExpectError("too_large")
	}
	expectNumbers(t, back, "watcher", 1, 3)
	send(plain, "ben", 4, 4)
	expectNumbers(t, back, "watcher", 4, 4)
	plain.ExpectNothing(2 * resumeWindow)
	modern.ExpectNothing(0)
	back.ExpectNothing(0)
}

func named(users []protocol.User, name string) bool {
	for _, u := range users {
		if u.Name == name {
			return true
		}
	}
	return false
}

// On real sockets: an end with FIN, and one with RST.
func TestV1SocketsThatEndCanBeResumed(t *testing.T) {
	for name, cut := range map[string]func(c *testkit.Client){
		"FIN": (*testkit.Client).Drop,
		"RST": (*testkit.Client).Reset,
	} {
		t.Run(name, func(t *testing.T) {
			s := onLoopback(t)
			ana, ben, _ := s.pairV1()
			for round := range 20 {
				send(ana, "ben", 2*round, 2*round)
				expectNumbers(t, ben, "ana", 2*round, 2*round)
				cut(ben)
				send(ana, "ben", 2*round+1, 2*round+1)
				ben = s.resume(ben.Session())
				expectNumbers(t, ben, "ana", 2*round+1, 2*round+1)
			}
			ana.ExpectPong("nothing else")
		})
	}
}

// A client that means to go is gone at once.
func TestV1EndsThatAreFinal(t *testing.T) {
	for name, depart := range map[string]func(c *testkit.Client){
		"leave":             func(c *testkit.Client) { c.Send(`{"type":"leave"}`) },
		"leave, then a cut": func(c *testkit.Client) { c.Send(`{"type":"leave"}`); c.Drop() },
		"close code 1000":   func(c *testkit.Client) { c.Close(1000) },
		"close code 1001":   func(c *testkit.Client) { c.Close(1001) },
		"no close code":     func(c *testkit.Client) { c.Close(1005) },
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				modern := s.userV1("modern")
				plain, ben, self := s.pairV1()
				modern.ExpectPresence()
				begun := time.Now()
				session := ben.Session()
				depart(ben)
				if gone := plain.ExpectLeft("ben"); gone != self {
					t.Errorf("%v left, want %v", gone, self)
				}
				if took := time.Since(begun); took > plainHold {
					t.Errorf("a plain one is told after %v", took)
				}
				modern.ExpectGone(self)
				if took := time.Since(begun); took > batchHold {
					t.Errorf("the other is told after %v", took)
				}
				send(plain, "ben", 1, 1)
				plain.ExpectError("unknown_user")
				back := s.openV1()
				if w := back.ResumeInVain(session); w.Self.ID == self.ID {
					t.Errorf("the same id again: %v", w.Self)
				}
				plain.ExpectJoined("ben")
				back.ExpectNothing(2 * resumeWindow)
				plain.ExpectNothing(0)
			})
		})
	}
}

// After a logout the socket is good for another login, with a session of its own.
func TestV1LoginAfterLogout(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		ana, ben, _ := s.pairV1()
		first := ben.Session()
		ben.Send(`{"type":"leave"}`)
		ana.ExpectLeft("ben")
		ben.Login("ben")
		ana.ExpectJoined("ben")
		second := ben.Session()
		if second.Token == first.Token {
			t.Error("the session is the same")
		}
		send(ana, "ben", 1, 2)
		expectNumbers(t, ben, "ana", 1, 1)
		second.Received = 1
		lose(ben)
		s.openV1().LoginRefused("name_taken", first.Fields())
		back := s.resume(second)
		expectNumbers(t, back, "ana", 2, 2)
		ana.ExpectNothing(time.Second)
	})
}

// A socket whose outbox overflows is closed with 4008, and what it did not read comes on the next one.
func TestV1SlowReaderCanResume(t *testing.T) {
	const bound, messages = 16, 10
	virtual(t, func(t *testing.T, s *server) {
		ana := s.user("ana")
		slow, session := s.rawV1("ben")
		ana.ExpectJoined("ben")
		send(ana, "ben", 1, messages)
		go func() { // the server reads no more when it has had enough
			for range 3 * bound {
				slow.Send(testkit.PingFrame("reads no pongs"))
			}
		}()
		synctest.Wait()
		ana.ExpectPong("nobody is told")
		last, err := slow.Read()
		for next := last; err == nil; next, err = slow.Read() {
			last = next
		}
		if last.Opcode != frame.Close || last.CloseCode() != 4008 {
			t.Errorf("the last frame is %s, want a close frame with 4008", last)
		}
		ben := s.resume(session)
		expectNumbers(t, ben, "ana", 1, messages)
		ana.ExpectNothing(2 * resumeWindow)
		ben.ExpectNothing(0)
	}, withoutPace("--outbox-messages=16", "--write-timeout=1h")...)
}

// A client that reads, but acknowledges nothing for the write timeout while something waits, is closed with 4008, too,
// and keeps its session; who sends to it meanwhile is refused what is too much, and told of nothing else.
func TestV1ReaderThatAcknowledgesNothing(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		ana := s.user("ana")
		mute, session := s.rawV1("ben") // answers no pings
		ana.ExpectJoined("ben")
		begun := time.Now()
		const messages = 200
		refused := refusals(t, ana, func() { send(ana, "ben", 1, messages) })
		if refused == 0 || refused == messages {
			t.Fatalf("%d refused of %d", refused, messages)
		}
		last, err := mute.Read()
		for err == nil && last.Opcode != frame.Close {
			last, err = mute.Read()
		}
		if took := time.Since(begun); err != nil || last.CloseCode() != 4008 || took > 11*time.Second {
			t.Errorf("after %v came %s, %v, want a close frame with 4008", took, last, err)
		}
		ben := s.resume(session)
		expectNumbers(t, ben, "ana", 1, messages-refused)
		ana.ExpectNothing(2 * resumeWindow)
	}, withoutPace("--backlog-messages=100", "--outbox-messages=100")...)
}

// So is one that takes not a single byte for the write timeout.
func TestV1FrozenReaderCanResume(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		ana := s.user("ana")
		_, session := s.rawV1("ben") // reads no more
		ana.ExpectJoined("ben")
		send(ana, "ben", 1, 30)
		ana.ExpectNothing(11 * time.Second)
		send(ana, "ben", 31, 40)
		ben := s.resume(session)
		expectNumbers(t, ben, "ana", 1, 40)
		ana.ExpectNothing(2 * resumeWindow)
	})
}
