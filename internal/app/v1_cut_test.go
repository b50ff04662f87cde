package app_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/testkit"
)

// A connection that breaks at whatever byte of a resumption, in either direction, and the next ones that do so
// again: the login reply may be lost, or the pong that would have confirmed it, or any part of what follows.
// All of it arrives in the end, once and in order.
func TestV1CutAtEveryByte(t *testing.T) {
	const most = 10_000 // bytes; the sweep ends earlier, when a visit gets through
	chance := seeded(t)
	for name, at := range map[string]func(n int) testkit.Cut{
		"from the server": func(n int) testkit.Cut { return testkit.Cut{Down: n, Up: -1} },
		"to the server":   func(n int) testkit.Cut { return testkit.Cut{Down: -1, Up: n} },
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				w := newWanderer(t, s)
				w.expectThrough(s.via)
				cut := 0
				for through := false; !through; cut++ {
					if cut == most {
						t.Fatalf("no visit gets through within %d bytes", most)
					}
					w.speak(2)
					through = w.visit(at(cut).Through(s.via))
					if chance.IntN(2) == 0 {
						synctest.Wait() // else the next one may have to take over
					}
					w.speak(chance.IntN(4))
					w.visit(at(chance.IntN(2*cut + 1)).Through(s.via))
					w.visit(at(cut).Through(s.via))
					w.expectThrough(s.via)
				}
				t.Logf("cut at %d bytes; %d messages, resumed %d times", cut, w.sent, w.user.Resumed)
				w.ana.ExpectNothing(time.Second)
			}, withoutPace()...)
		})
	}
}

// wanderer is ben, who comes back again and again, and ana, who sends numbered messages to him.
type wanderer struct {
	t    *testing.T
	ana  *testkit.Client
	user *testkit.Persistent
	sent int // the number of the newest message
	seen int // the number of the newest that arrived
}

func newWanderer(t *testing.T, s *server) *wanderer {
	w := &wanderer{t: t, ana: s.user("ana")}
	w.user = &testkit.Persistent{
		URL: s.url, Session: testkit.Session{Name: "ben"}, Silence: time.Minute,
		Welcome: func() { w.speak(1) },
	}
	return w
}

func (w *wanderer) speak(messages int) {
	w.t.Helper()
	send(w.ana, "ben", w.sent+1, w.sent+messages)
	w.sent += messages
}

// visit lets ben come by dial, until he has all or the connection breaks; true for the former.
func (w *wanderer) visit(dial testkit.DialFunc) bool {
	w.t.Helper()
	through, err := w.user.Visit(dial, w.take)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.user.Lost > 0 {
		w.t.Fatal("the session was lost")
	}
	return through
}

func (w *wanderer) expectThrough(dial testkit.DialFunc) {
	w.t.Helper()
	if !w.visit(dial) {
		w.t.Fatal("a connection broke by itself")
	}
	if w.user.Resumed == 0 {
		w.ana.ExpectJoined("ben")
	}
}

// take is ben getting a frame.
func (w *wanderer) take(data []byte) (more bool) {
	var f struct {
		Type, Name string
		Candidate  int
	}
	err := json.Unmarshal(data, &f)
	if w.seen++; err != nil || f.Type != "candidate" || f.Name != "ana" || f.Candidate != w.seen {
		w.t.Fatalf("got %s, want number %d", data, w.seen)
	}
	return w.seen < w.sent
}

// A login reply that is lost on its way, any number of times in a row, costs nothing.
func TestV1LoginRepliesLost(t *testing.T) {
	for _, arrived := range []int{0, 1, 2, 7} {
		for _, losses := range []int{1, 2, 5} {
			t.Run(fmt.Sprintf("%d replies, after %d frames", losses, arrived), func(t *testing.T) {
				virtual(t, func(t *testing.T, s *server) {
					ana, ben, _ := s.pairV1()
					send(ana, "ben", 1, arrived)
					expectNumbers(t, ben, "ana", 1, arrived)
					send(ana, "ben", arrived+1, arrived+10) // lost in the first cut
					session := lose(ben)
					for i := range losses {
						c, _ := s.rawLogin(session) // neither reads the reply nor answers pings
						synctest.Wait()
						send(ana, "ben", arrived+11+i, arrived+11+i)
						if i%2 == 0 {
							c.Close()
						}
					}
					back := s.resume(session)
					expectNumbers(t, back, "ana", arrived+1, arrived+10+losses)
					back.ExpectNothing(time.Second)
					ana.ExpectNothing(time.Second)
				})
			})
		}
	}
}

// A client whose pongs are lost has seen the reply, and what it counts is counted from there.
func TestV1PongsLost(t *testing.T) {
	for arrived := range 6 {
		t.Run(fmt.Sprintf("after %d frames", arrived), func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				ana, ben, _ := s.pairV1()
				send(ana, "ben", 1, arrived)
				expectNumbers(t, ben, "ana", 1, arrived)
				send(ana, "ben", arrived+1, arrived+20)
				session := lose(ben)
				next := arrived + 1
				for range 3 {
					c := s.openV1(testkit.Mute())
					c.Resume(session)
					for _, f := range c.Arrived() {
						if f.Value("candidate") != strconv.Itoa(next) {
							t.Fatalf("got %s, want number %d", f.JSON, next)
						}
						next++
					}
					session = lose(c)
				}
				expectNumbers(t, s.resume(session), "ana", next, arrived+20)
				ana.ExpectNothing(time.Second)
			})
		})
	}
}
