package app_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// A client that only listens gets as many frames each time: its count is the same, and means what it says.
func TestV1EqualCountsInARow(t *testing.T) {
	for _, frames := range []int{1, 2, 10} {
		t.Run(fmt.Sprintf("%d frames each", frames), func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				ana, ben, self := s.pairV1()
				for round := range 10 {
					first := round*frames + 1
					send(ana, "ben", first, first+frames-1)
					expectNumbers(t, ben, "ana", first, first+frames-1)
					lose(ben)
					session := ben.Session()
					if session.Received != frames {
						t.Fatalf("%d frames", session.Received)
					}
					ben = s.openV1()
					if w := ben.Resume(session); w.Self != self {
						t.Fatalf("resumed as %v", w.Self)
					}
				}
				ben.ExpectNothing(time.Second)
				ana.ExpectNothing(time.Second)
			})
		})
	}
}

// A pong is sent by a client's WebSocket library, maybe long before the program behind it has seen the frames:
// a page that is frozen answers pings. If one that says that it confirms comes back by what it has seen, it
// goes on exactly there, also where it has not seen a login reply.
func TestV1PongsDoNotSpeakForTheProgram(t *testing.T) {
	for name, test := range map[string]struct {
		seen, more int
		frozen     time.Duration
	}{
		"as many frames again":    {3, 3, 0},
		"more frames":             {3, 20, 0},
		"more frames, for a time": {3, 20, 2 * pingInterval},
		"fewer frames":            {3, 2, 0},
		"fewer, for a time":       {3, 2, 2 * pingInterval},
		"one frame":               {1, 5, 0},
		"no frame":                {0, 5, 0},
		"no frame, for a time":    {0, 5, 2 * pingInterval},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				ana, ben, _ := s.pairV1()
				send(ana, "ben", 1, test.seen)
				expectNumbers(t, ben, "ana", 1, test.seen)
				login := lose(ben).Fields()
				login["confirms"], login["type"] = true, "login"
				s.openV1().Say(login) // and sees nothing of what comes
				synctest.Wait()
				send(ana, "ben", test.seen+1, test.seen+test.more)
				time.Sleep(test.frozen)
				synctest.Wait()

				back := s.openV1()
				if w := back.LoginAs(login); !w.Frame.Bool("resumed") {
					t.Fatalf("not resumed: %s", w.Frame.JSON)
				}
				back.Send(`{"type":"ping"}`)
				expectNumbers(t, back, "ana", test.seen+1, test.seen+test.more)
				back.Expect("pong")
				back.ExpectNothing(time.Second)
				ana.ExpectNothing(time.Second)
			})
		})
	}
}

// One that has spoken after each reply is believed, whatever its count.
func TestV1ConfirmedRepliesCount(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		ana, ben, self := s.pairV1()
		for round := range 10 {
			send(ana, "ben", round, round)
			expectNumbers(t, ben, "ana", round, round)
			ben.Send(`{"type":"ping"}`)
			ben.Expect("pong")
			login := lose(ben).Fields()
			login["confirms"] = true
			ben = s.openV1()
			if w := ben.LoginAs(login); !w.Frame.Bool("resumed") || w.Self != self {
				t.Fatalf("round %d: %s", round, w.Frame.JSON)
			}
		}
		ben.ExpectNothing(time.Second)
		ana.ExpectNothing(time.Second)
	})
}
