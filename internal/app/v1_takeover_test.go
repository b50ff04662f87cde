package app_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/frame"
	"beckon/internal/testkit"
)

// A session that is resumed while its old socket is open moves at once; the old socket is told, and nothing
// more that it says counts.
func TestV1TakeOver(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		ana := s.user("ana")
		old, session := s.rawV1("ben")
		ana.ExpectJoined("ben")
		send(ana, "ben", 1, 3)
		synctest.Wait() // all three are under way
		old.ExpectText("candidate")
		old.ExpectText("candidate") // the third one is lost
		session.Received = 2

		begun := time.Now()
		ben := s.resume(session)
		expectNumbers(t, ben, "ana", 3, 3)
		old.ExpectText("candidate")
		if p := old.Expect(frame.Close); p.CloseCode() != 4001 || len(p.Payload) < 3 {
			t.Errorf("the old socket is closed with %s, want 4001 and a reason", p)
		}
		if took := time.Since(begun); took > 0 {
			t.Errorf("it takes %v", took)
		}
		sayAll(old, session)
		ana.ExpectNothing(2 * resumeWindow)
		ben.ExpectNothing(0)
		send(ana, "ben", 4, 4)
		expectNumbers(t, ben, "ana", 4, 4)
		send(ben, "ana", 5, 5)
		expectNumbers(t, ana, "ben", 5, 5)
	})
}

// sayAll says whatever a client may say, goodbye last.
func sayAll(old *testkit.Raw, session testkit.Session) {
	for _, text := range []string{
		`{"type":"offer","name":"ana","offer":"from the old one"}`,
		`{"type":"leave","name":"ana"}`,
		`{"type":"ping"}`,
		`{"type":"leave"}`,
		`{"type":"login","name":"ben","session":"` + session.Token + `","received":2}`,
		`{"type":"login","name":"cleo"}`,
		`{`,
	} {
		old.Send(testkit.TextFrame(text))
	}
	old.Send(testkit.RawFrame{FIN: true, Opcode: 2})
	old.Send(testkit.PingFrame(""), testkit.RawFrame{FIN: true, Opcode: byte(frame.Pong), Payload: make([]byte, 16)})
	old.Send(testkit.CloseFrame(testkit.CloseCode(1000, "")))
	old.Close()
}

// An old socket that is frozen cannot hold up the new one.
func TestV1TakeOverOfAFrozenSocket(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		ana := s.user("ana")
		old, session := s.rawV1("ben")
		ana.ExpectJoined("ben")
		send(ana, "ben", 1, 50)
		begun := time.Now()
		ben := s.resume(session)
		expectNumbers(t, ben, "ana", 1, 50)
		send(ana, "ben", 51, 60)
		expectNumbers(t, ben, "ana", 51, 60)
		if took := time.Since(begun); took > 0 {
			t.Errorf("it takes %v", took)
		}
		ana.ExpectNothing(time.Minute)
		ben.ExpectNothing(0)
		old.Close()
		ana.ExpectNothing(time.Minute)
		ben.ExpectNothing(0)
	})
}

// An old socket that is full of words when it is taken over: none of them comes after the first word of the
// new one.
func TestV1OldSocketIsFenced(t *testing.T) {
	const rounds = 12
	s := onLoopback(t, withoutPace()...)
	ana := s.user("ana")
	first, session := s.rawV1("ben")
	ana.ExpectJoined("ben")
	for range rounds {
		var flood sync.WaitGroup
		var moved atomic.Bool
		flood.Go(func() {
			for !moved.Load() {
				first.Send(testkit.TextFrame(`{"type":"offer","name":"ana","offer":"old"}`))
			}
			first.Send(testkit.TextFrame(`{"type":"leave"}`), testkit.CloseFrame(testkit.CloseCode(1000, "")))
		})
		ana.ExpectRelay("offer", "ben")
		ben := s.resume(session)
		ben.Say(testkit.Message{"type": "offer", "name": "ana", "offer": "new"})
		for ana.ExpectRelay("offer", "ben").Value("offer") != `"new"` {
		}
		moved.Store(true)
		flood.Wait()
		first.Close()
		ana.ExpectPong("no more of the old one")
		ben.ExpectPong("still there")
		ben.Drop()
		first, session = s.rawLogin(ben.Session())
		if !first.ExpectText("login").Bool("resumed") {
			t.Fatal("not resumed")
		}
	}
}

// Two clients that want one session at the same time: one of them has it in the end, the other is told.
func TestV1RaceForASession(t *testing.T) {
	for how, run := range bothWays() {
		for name, received := range map[string]int{"nothing received": 0, "some received": 3} {
			t.Run(name+" "+how, func(t *testing.T) {
				run(t, func(t *testing.T, s *server) {
					ana := s.user("ana")
					for range 25 {
						race(t, s, ana, received)
					}
				})
			})
		}
	}
}

func race(t *testing.T, s *server, ana *testkit.Client, received int) {
	t.Helper()
	ben := s.openV1()
	self := ben.Login("ben").Self
	ana.ExpectJoined("ben")
	send(ana, "ben", 1, 5)
	expectNumbers(t, ben, "ana", 1, received)
	ben.Drop()
	session := ben.Session()
	pair := []*testkit.Client{s.openV1(), s.openV1()}
	login := session.Fields()
	login["type"] = "login"
	for _, c := range pair {
		c.Say(login)
	}
	anew := false
	for _, c := range pair {
		w := c.ExpectWelcome()
		anew = anew || !w.Frame.Bool("resumed")
		if w.Frame.Bool("resumed") && w.Self != self {
			t.Fatalf("resumed as %s, want %v", w.Frame.JSON, self)
		}
	}
	if anew { // the second one came when the first had confirmed its reply
		ana.ExpectLeft("ben")
		ana.ExpectJoined("ben")
	}
	send(ana, "ben", 6, 6)
	ana.ExpectPong("it was there")
	holders := 0
	for _, c := range pair {
		if end := numbersUntilEnd(t, c, received+1, 6, anew); end == nil {
			holders++
			goodbye(c)
		} else if end.Code != 4001 {
			t.Fatalf("closed with %d %q, want 4001", end.Code, end.Reason)
		}
	}
	if holders != 1 {
		t.Fatalf("%d clients hold the session", holders)
	}
	ana.ExpectLeft("ben")
}

// numbersUntilEnd takes numbered messages from first up to last, or up to the end of the connection, which it
// returns. In a session that is not the one before, some of the first may be missing.
func numbersUntilEnd(t *testing.T, c *testkit.Client, first, last int, anew bool) *testkit.End {
	t.Helper()
	for want := first; ; want++ {
		f, end := c.Await()
		if end != nil {
			return end
		}
		got := int(f.Number("candidate"))
		if anew && got > want {
			anew, want = false, got
		}
		if got != want {
			t.Fatalf("got %s, want number %d", f.JSON, want)
		}
		if got == last {
			return nil
		}
	}
}

// A client that resumes while the server drains is let go with the others, and nobody is told anything.
func TestV1ResumeDuringDrain(t *testing.T) {
	for how, run := range bothWays() {
		t.Run(how, func(t *testing.T) {
			run(t, func(t *testing.T, s *server) {
				ana, ben, _ := s.pairV1()
				gone := s.userV1("gone") // waits for its window when the server stops
				ana.ExpectJoined("gone")
				ben.ExpectPresence()
				ben.Drop()
				gone.Drop()
				knocking := []*testkit.Client{s.openV1(), s.openV1(), s.openV1()}
				login := ben.Session().Fields()
				login["type"] = "login"
				begun := time.Now()
				s.cancel()
				for _, c := range knocking {
					c.TrySay(login)
				}
				for _, c := range knocking {
					frames, end := c.Drain()
					if end.Code != 1012 && end.Code != 4001 {
						t.Errorf("closed with %d %q after %d frames", end.Code, end.Reason, len(frames))
					}
				}
				ana.ExpectClose(1012)
				s.awaitStop(begun)
			})
		})
	}
}

// A server with users of both dialects in one room drains like any other, with news still under way.
func TestV1DrainOfAMixedRoom(t *testing.T) {
	for range 10 { // the order in which they are let go is another each time
		virtual(t, func(t *testing.T, s *server) {
			var crowd []*testkit.Client
			for i := range 3 {
				crowd = append(crowd, s.user(fmt.Sprint("plain ", i)), s.userV1(fmt.Sprint("modern ", i)))
			}
			crowd[0].Arrived()
			begun := time.Now()
			s.cancel()
			for _, c := range crowd {
				if _, end := c.Drain(); end.Code != 1012 {
					t.Errorf("closed with %d %q, want 1012", end.Code, end.Reason)
				}
			}
			s.awaitStop(begun)
		})
	}
}

// Another server does not know the session: there it is an ordinary login.
func TestV1SessionsEndWithTheServer(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		ben := s.userV1("ben")
		s.cancel()
		ben.ExpectClose(1012)
		s.awaitStop(time.Now())
		next := inMemory(t)
		back := next.openV1()
		back.ResumeInVain(ben.Session())
		back.ExpectPong("there")
		synctest.Wait()
		if strings.Contains(next.log.String(), ben.Session().Token) {
			t.Error("the log holds the session")
		}
	})
}
