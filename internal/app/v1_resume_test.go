package app_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// What had not arrived comes again, exactly and in order, whatever kind of frame it was; presence counts but
// does not come again.
func TestV1ReplayIsExact(t *testing.T) {
	kinds := []string{"presence", "offer", "pong", "error", "error", "login", "ice", "leave", "presence", "candidate"}
	for arrived := range len(kinds) + 1 {
		t.Run(fmt.Sprintf("%d of %d arrived", arrived, len(kinds)), func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				ben := s.userV1("ben")
				session := ben.Session()
				sent := variety(s, ben)
				for i, f := range sent {
					if i >= len(kinds) || f.Type != kinds[i] {
						t.Fatalf("frame %d is %s, want %v", i, f.JSON, kinds)
					}
				}
				lose(ben)
				session.Received = arrived
				back := s.resume(session)
				for i, f := range sent[arrived:] {
					if f.Type == "presence" {
						continue
					}
					if got := back.Next(); string(got.JSON) != string(f.JSON) {
						t.Errorf("instead of frame %d came %s, want %s", arrived+i, got.JSON, f.JSON)
					}
				}
				back.ExpectNothing(time.Second)
			})
		})
	}
}

// variety makes ben get frames of every kind, and returns them.
func variety(s *server, ben *testkit.Client) []testkit.Frame {
	s.t.Helper()
	ana := s.userV1("ana")
	ana.Send(`{"type":"offer","name":"ben","offer":{"b":1.50,"a":"\u00e9"},"call":"c"}`) // brings the news of ana
	synctest.Wait()
	ben.Send(`{"type":"ping","data":"p"}`)
	ben.Send(`{"type":"dance"}`)
	ben.Send(`{`)
	ben.Send(`{"type":"login","name":"ben"}`) // its answer is no login reply of the session
	ben.Send(`{"type":"ice"}`)
	synctest.Wait()
	ana.Say(testkit.Message{"type": "leave", "name": "ben"})
	cleo := s.userV1("cleo")
	time.Sleep(time.Second)
	send(cleo, "ben", 7, 7)
	return ben.Arrived()
}

// Each login reply begins a count of its own, and the session stays valid over any number of resumptions.
func TestV1ResumesAgainAndAgain(t *testing.T) {
	const rounds = 100
	chance := seeded(t)
	virtual(t, func(t *testing.T, s *server) {
		ana, ben, self := s.pairV1()
		first := ben.Session().Token
		sent, seen := 0, 0
		for round := range rounds {
			more := chance.IntN(6)
			send(ana, "ben", sent+1, sent+more)
			sent += more
			take := chance.IntN(sent - seen + 1)
			expectNumbers(t, ben, "ana", seen+1, seen+take) // the rest is lost
			seen += take
			if chance.IntN(2) == 0 {
				lose(ben)
			} // else the next socket takes over
			session := ben.Session()
			if chance.IntN(2) == 0 {
				session.Token = first
			}
			ben = s.openV1()
			if w := ben.Resume(session); w.Self != self {
				t.Fatalf("round %d: resumed as %s, want %v", round, w.Frame.JSON, self)
			}
			if chance.IntN(10) == 0 {
				time.Sleep(2 * pingInterval) // acknowledges what came, though the test has yet to take it
				expectNumbers(t, ben, "ana", seen+1, sent)
				seen = sent
			}
		}
		expectNumbers(t, ben, "ana", seen+1, sent)
		ben.ExpectNothing(time.Second)
		ana.ExpectNothing(time.Second)
	})
}

// A session that lasts hours and has had many times what is kept for it can still be resumed.
func TestV1ResumesAfterALongTime(t *testing.T) {
	const batches, each = 200, 100
	virtual(t, func(t *testing.T, s *server) {
		ana, ben, _ := s.pairV1()
		for i := range batches {
			send(ana, "ben", i*each, (i+1)*each-1)
			expectNumbers(t, ben, "ana", i*each, (i+1)*each-1)
			time.Sleep(time.Minute)
		}
		send(ana, "ben", 1, 5)
		expectNumbers(t, ben, "ana", 1, 2)
		lose(ben)
		back := s.resume(ben.Session())
		expectNumbers(t, back, "ana", 3, 5)
		back.ExpectNothing(time.Second)
	}, withoutPace()...)
}

// The reply has the roster as it is now; what it shows does not come as news again.
func TestV1ResumptionBringsTheRoster(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		ben, gone, stays := s.userV1("ben"), s.openV1(), s.openV1()
		old := gone.Login("gone").Self
		still := stays.Login("stays").Self
		time.Sleep(time.Second)
		ben.Arrived()
		gone.Arrived()
		lose(ben)
		gone.Send(`{"type":"leave"}`)
		back := gone.Login("gone").Self
		time.Sleep(time.Second)
		late := s.openV1()
		lateSelf := late.Login("late").Self // its news is due when ben is back

		again := s.openV1()
		w := again.Resume(ben.Session())
		want := map[protocol.User]bool{back: true, still: true, lateSelf: true}
		for _, u := range w.Users {
			if !want[u] {
				t.Errorf("the roster has %v (%v left)", u, old)
			}
			delete(want, u)
		}
		if len(want) > 0 {
			t.Errorf("the roster lacks %v", want)
		}
		again.ExpectNothing(time.Second)
		late.Close(1000)
		again.ExpectGone(lateSelf)
		again.ExpectNothing(time.Second)
	})
}

// A user who waits to be resumed is a user like any other: seen by newcomers, its name taken, counted.
func TestV1WaitingUserIsThere(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		ana, ben, self := s.pairV1()
		session := lose(ben)
		s.open().LoginRefused("name_taken", testkit.Message{"name": "BEN"})
		s.openV1().LoginRefused("server_full", testkit.Message{"name": "cleo"})
		s.openV1().LoginRefused("name_taken", testkit.Message{"name": "ben"})
		back := s.openV1()
		if w := back.Resume(session); w.Self != self {
			t.Errorf("resumed as %v, want %v", w.Self, self)
		}
		lose(back)
		ana.ExpectNothing(resumeWindow - time.Millisecond)
		ana.ExpectLeftBy(time.Now().Add(time.Millisecond+plainHold), "ben")
		s.openV1().Login("cleo")
		ana.ExpectJoined("cleo")
	}, "--max-users=2")
}

// The same name is one that compares equal; the user stays who it was.
func TestV1ResumesByEqualNames(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		c := s.openV1()
		self := c.LoginTo("Blue Room", "Ana").Self
		watcher := s.openV1()
		watcher.LoginTo("blue room", "ben")
		time.Sleep(time.Second)
		for _, names := range [][2]string{{"ANA", "BLUE ROOM"}, {" ana ", "blue  room"}, {"\uff21na", "Blue Room"}} {
			c.Arrived()
			session := lose(c)
			session.Name, session.Room = names[0], names[1]
			c = s.openV1()
			if w := c.Resume(session); w.Self != self {
				t.Errorf("resumed by %q as %v, want %v", names, w.Self, self)
			}
			send(watcher, "ana", 1, 1)
			expectNumbers(t, c, "ben", 1, 1)
		}
		watcher.ExpectNothing(time.Second)
	})
}

// Whoever has not the session, or not all that goes with it, does not get in its way.
func TestV1OnlyTheOwnerResumes(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		ana, ben, _ := s.pairV1()
		other := s.openV1()
		other.LoginTo("blue", "ben")
		session := lose(ben)
		refused := func(change func(*testkit.Session)) {
			t.Helper()
			wrong := session
			change(&wrong)
			s.openV1().LoginRefused("name_taken", wrong.Fields())
		}
		refused(func(s *testkit.Session) { s.Token = "" })
		refused(func(s *testkit.Session) { s.Token += "A" })
		refused(func(s *testkit.Session) { s.Token = s.Token[:len(s.Token)-1] })
		refused(func(s *testkit.Session) { s.Token = other.Session().Token })
		refused(func(s *testkit.Session) { s.Name = "ana" })

		elsewhere := session
		elsewhere.Name = "cleo"
		cleo := s.openV1()
		cleo.ResumeInVain(elsewhere)
		ana.ExpectJoined("cleo")
		elsewhere = session
		elsewhere.Room = "red"
		s.openV1().ResumeInVain(elsewhere)

		send(ana, "ben", 1, 1)
		back := s.resume(session)
		expectNumbers(t, back, "ana", 1, 1)
		send(ana, "cleo", 2, 2)
		expectNumbers(t, cleo, "ana", 2, 2)
		other.ExpectNothing(time.Second)
		ana.ExpectNothing(time.Second)
	})
}

// A count that cannot be true means that what is missing is not known: the session is over, and the others
// are told.
func TestV1WrongCount(t *testing.T) {
	for name, wrong := range map[string]int{"one too many": 4, "far too many": 1 << 30} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				ana, ben, self := s.pairV1()
				send(ana, "ben", 1, 3)
				synctest.Wait()
				session := lose(ben)
				session.Received = wrong
				back := s.openV1()
				if w := back.ResumeInVain(session); w.Self.ID == self.ID || !named(w.Users, "ana") {
					t.Errorf("got %s", w.Frame.JSON)
				}
				if gone := ana.ExpectLeft("ben"); gone != self {
					t.Errorf("%v left, want %v", gone, self)
				}
				ana.ExpectJoined("ben")
				send(ana, "ben", 4, 4)
				expectNumbers(t, back, "ana", 4, 4)
				back.ExpectNothing(time.Second)
			})
		})
	}
}

// A socket resumes at its first login only.
func TestV1ResumesOnFreshSocketsOnly(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		ana, ben, _ := s.pairV1()
		session := ben.Session()
		ben.LoginRefused("already_logged_in", session.Fields())
		session = lose(ben)
		cleo := s.userV1("cleo")
		ana.ExpectJoined("cleo")
		cleo.LoginRefused("already_logged_in", session.Fields())
		cleo.Send(`{"type":"leave"}`)
		ana.ExpectLeft("cleo")
		cleo.Resume(session)
		send(ana, "ben", 1, 1)
		expectNumbers(t, cleo, "ana", 1, 1)
		ana.ExpectNothing(time.Second)
	})
}
