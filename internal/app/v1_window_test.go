package app_test

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/testkit"
)

// The window is over to the millisecond.
func TestV1WindowEnds(t *testing.T) {
	for name, run := range map[string]func(t *testing.T, s *server, ana *testkit.Client, session testkit.Session){
		"just in time": func(t *testing.T, s *server, ana *testkit.Client, session testkit.Session) {
			back := s.openV1()
			time.Sleep(resumeWindow - time.Millisecond)
			send(ana, "ben", 1, 1)
			back.Resume(session)
			expectNumbers(t, back, "ana", 1, 1)
			back.ExpectNothing(2 * resumeWindow)
			ana.ExpectNothing(0)
		},
		"just too late": func(t *testing.T, s *server, ana *testkit.Client, session testkit.Session) {
			back := s.openV1()
			send(ana, "ben", 1, 1)
			time.Sleep(resumeWindow + time.Millisecond)
			synctest.Wait()
			send(ana, "ben", 2, 2)
			ana.ExpectError("unknown_user")
			back.ResumeInVain(session)
			ana.ExpectLeft("ben")
			ana.ExpectJoined("ben")
			back.ExpectNothing(time.Second)
		},
		"never": func(t *testing.T, s *server, ana *testkit.Client, session testkit.Session) {
			ana.ExpectNothing(resumeWindow - time.Millisecond)
			ana.ExpectLeftBy(time.Now().Add(time.Millisecond+plainHold), "ben")
			ana.ExpectNothing(time.Minute)
			s.openV1().ResumeInVain(session)
			ana.ExpectJoined("ben")
		},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				ana, ben, _ := s.pairV1()
				run(t, s, ana, lose(ben))
			})
		})
	}
}

// Each cut has a window of its own; tries that fail do not make it longer.
func TestV1WindowsOfSeveralCuts(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		ana, ben, _ := s.pairV1()
		for range 10 {
			session := lose(ben)
			time.Sleep(resumeWindow * 9 / 10)
			ben = s.resume(session)
			time.Sleep(resumeWindow / 2)
		}
		session := lose(ben)
		wrong := session
		wrong.Token = "nonsense"
		time.Sleep(resumeWindow * 9 / 10)
		s.openV1().LoginRefused("name_taken", wrong.Fields())
		ana.ExpectNothing(resumeWindow/10 - time.Millisecond)
		ana.ExpectLeftBy(time.Now().Add(time.Millisecond+plainHold), "ben")
	})
}

// What is kept for a user who is away is bounded in frames and in bytes. What is more, of one sender and of all, is refused
// to its sender; all that was not refused comes when the user is back.
func TestV1BacklogIsBounded(t *testing.T) {
	const maxFrames, maxBytes = 1024, 256 << 10
	for name, test := range map[string]struct {
		payload, fit int // how many messages of this many bytes would fill all of it
	}{
		"frames":         {1, maxFrames},
		"bytes":          {20 << 10, maxBytes / (20<<10 + 64)},
		"bytes, smaller": {1 << 10, maxBytes / (1<<10 + 64)},
	} {
		t.Run(name, func(t *testing.T) {
			payload := strings.Repeat("x", test.payload)
			virtual(t, func(t *testing.T, s *server) {
				ana, ben, _ := s.pairV1()
				for range 2 {
					session := lose(ben)
					taken := test.fit - refusals(t, ana, func() {
						for n := range test.fit {
							ana.Say(testkit.Message{"type": "offer", "name": "ben", "call": strconv.Itoa(n), "offer": payload})
						}
					})
					if want := test.fit / 2; taken > want+2 || taken < want-2 {
						t.Errorf("%d messages of one sender are taken, want two shares of %d, %d", taken, test.fit, want)
					}
					ben = s.resume(session)
					for n := range taken {
						if f := ben.ExpectRelay("offer", "ana"); len(f.Text("offer")) != len(payload) || f.Text("call") != strconv.Itoa(n) {
							t.Fatalf("message %s of %d bytes, want %d", f.Text("call"), len(f.JSON), n)
						}
					}
					ben.ExpectNothing(time.Second)
				}
				ana.ExpectNothing(2 * resumeWindow)
			}, withoutPace("--backlog-messages=1024", "--backlog-bytes=262144")...)
		})
	}
}

// Those who come and go while a user is away leave nothing behind for it.
func TestV1PresenceDoesNotFillTheBacklog(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		ben := s.userV1("ben")
		session := lose(ben)
		c := s.openV1()
		for range 3000 {
			c.Login("cleo")
			c.Send(`{"type":"leave"}`)
			time.Sleep(4 * time.Millisecond)
		}
		s.resume(session).ExpectNothing(time.Second)
	}, withoutPace()...)
}

// A user who reads what it gets takes as large a burst as one who speaks the plain dialect: as much as one sender may have
// waiting for either at default settings, however late it acknowledges.
func TestV1HealthyReaderTakesABurst(t *testing.T) {
	for name, burst := range map[string]struct{ messages, payload int }{
		"many small ones": {2000, 10},
		"a few large":     {4, 60 << 10},
		"a room's offers": {40, 6 << 10},
	} {
		payload := strings.Repeat("x", burst.payload)
		for _, dialect := range []string{"plain", "v1"} {
			t.Run(name+", "+dialect, func(t *testing.T) {
				s := onLoopback(t, withoutPace()...)
				ana, ben := s.user("ana"), s.open
				if dialect == "v1" {
					ben = s.openV1
				}
				to := ben()
				to.Login("ben")
				ana.ExpectJoined("ben")
				for i := range burst.messages {
					ana.Say(testkit.Message{"type": "offer", "name": "ben", "offer": payload, "call": quoted(payload[:i%2])})
				}
				for i := range burst.messages {
					if f := to.Next(); f.Type != "offer" {
						t.Fatalf("message %d of %d: got %s", i, burst.messages, f.JSON)
					}
				}
				ana.ExpectPong("nobody left")
			})
		}
	}
}

// The settings of sessions.
func TestV1Settings(t *testing.T) {
	t.Run("window", func(t *testing.T) {
		virtual(t, func(t *testing.T, s *server) {
			ana := s.user("ana")
			ben := s.openV1()
			if got := ben.Login("ben").Frame.Number("resumeWindow"); got != 3 {
				t.Errorf("resumeWindow is %v, want 3", got)
			}
			ana.ExpectJoined("ben")
			session := lose(ben)
			time.Sleep(3*time.Second - time.Millisecond)
			ben = s.resume(session)
			lose(ben)
			ana.ExpectNothing(3*time.Second - time.Millisecond)
			ana.ExpectLeftBy(time.Now().Add(time.Millisecond+plainHold), "ben")
		}, "--resume-window=3s")
	})
	t.Run("no window", func(t *testing.T) {
		virtual(t, func(t *testing.T, s *server) {
			ana := s.user("ana")
			ben := s.openV1()
			if got := ben.Login("ben").Frame.Number("resumeWindow"); got != 0 {
				t.Errorf("resumeWindow is %v, want 0", got)
			}
			ana.ExpectJoined("ben")
			session := lose(ben)
			ana.ExpectLeftBy(time.Now().Add(plainHold), "ben")
			s.openV1().ResumeInVain(session)
		}, "--resume-window=0")
	})
	t.Run("backlog", func(t *testing.T) {
		virtual(t, func(t *testing.T, s *server) {
			ana, ben, _ := s.pairV1()
			session := lose(ben)
			if n := refusals(t, ana, func() { send(ana, "ben", 1, 20) }); n != 10 {
				t.Errorf("%d refused of 20", n)
			}
			ben = s.resume(session)
			expectNumbers(t, ben, "ana", 1, 10)
		}, "--backlog-messages=20")
	})
	for _, off := range []string{"--backlog-messages=0", "--backlog-bytes=0"} {
		t.Run(off, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				ana, ben, _ := s.pairV1()
				session := lose(ben)
				send(ana, "ben", 1, 500)
				ben = s.resume(session)
				expectNumbers(t, ben, "ana", 1, 500)
				ana.ExpectNothing(time.Second)
			}, withoutPace(off)...)
		})
	}
	// Whatever was kept can be delivered, if the settings are accepted.
	t.Run("backlog above the outbox", func(t *testing.T) {
		virtual(t, func(t *testing.T, s *server) {
			ana, ben, _ := s.pairV1()
			session := lose(ben)
			send(ana, "ben", 1, 40)
			ben = s.resume(session)
			expectNumbers(t, ben, "ana", 1, 40)
			ana.ExpectNothing(time.Second)
		}, "--outbox-messages=16")
	})
}
