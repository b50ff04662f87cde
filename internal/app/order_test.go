package app_test

import (
	"fmt"
	"testing"
	"time"

	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// One sender's messages to one recipient arrive in the order sent, all of them.
func TestMessagesArriveInOrder(t *testing.T) {
	const each = 1000
	s := onLoopback(t)
	to := s.user("to")
	senders := map[string]*testkit.Client{"ana": s.user("ana"), "ben": s.user("ben")}
	to.ExpectJoined("ana")
	to.ExpectJoined("ben")
	senders["ana"].ExpectJoined("ben")
	for i := range each {
		for _, c := range senders {
			kind := []string{"offer", "candidate", "answer"}[i%3]
			c.Say(testkit.Message{"type": kind, "name": "to", kind: i})
		}
	}
	next := map[string]int{}
	for range each * len(senders) {
		f := to.Next()
		from := f.Text("name")
		if got := f.Number(f.Type); got != float64(next[from]) {
			t.Fatalf("from %s: got number %v, want %d", from, got, next[from])
		}
		next[from]++
	}
	to.ExpectPong("that is all")
}

// A message never overtakes the news that its sender is there.
func TestPresenceComesBeforeMessages(t *testing.T) {
	for how, run := range bothWays() {
		t.Run(how, func(t *testing.T) {
			run(t, func(t *testing.T, s *server) {
				a := s.user("ana")
				for i := range 30 {
					name := fmt.Sprintf("user %d", i)
					b := s.open()
					b.Send(`{"type":"login","name":` + quoted(name) + `}`)
					b.Send(`{"type":"offer","name":"ana","offer":1}`)
					b.Send(`{"type":"leave"}`)
					a.ExpectJoined(name)
					a.ExpectRelay("offer", name)
					a.ExpectLeft(name)
				}
			})
		})
	}
}

// Nothing that a user sent before it left arrives after the news that it left, however it leaves, and all of
// it arrives.
func TestMessagesComeBeforeDeparture(t *testing.T) {
	const messages = 20
	departures := map[string]func(c *testkit.Client){
		"leave":       func(c *testkit.Client) { c.Send(`{"type":"leave"}`) },
		"close frame": func(c *testkit.Client) { c.Close(1000) },
	}
	for how, run := range bothWays() {
		for name, depart := range departures {
			t.Run(name+" "+how, func(t *testing.T) {
				run(t, func(t *testing.T, s *server) {
					a := s.user("ana")
					for i := range 20 {
						name := fmt.Sprintf("user %d", i)
						b := s.user(name)
						a.ExpectJoined(name)
						for range messages {
							b.Send(`{"type":"candidate","name":"ana","candidate":1}`)
						}
						depart(b)
						for range messages {
							a.ExpectRelay("candidate", name)
						}
						a.ExpectLeft(name)
					}
				})
			})
		}
	}
}

// bothWays are a server in memory under virtual time, and one on real sockets.
func bothWays() map[string]func(*testing.T, func(*testing.T, *server)) {
	return map[string]func(*testing.T, func(*testing.T, *server)){
		"in memory":   func(t *testing.T, test func(*testing.T, *server)) { virtual(t, test) },
		"on loopback": func(t *testing.T, test func(*testing.T, *server)) { test(t, onLoopback(t)) },
	}
}

// Presence is held back for at most 20 ms on a plain socket.
func TestPresenceIsPrompt(t *testing.T) {
	const window = 20 * time.Millisecond
	virtual(t, func(t *testing.T, s *server) {
		a, b := s.user("ana"), s.open()
		within := func(what string, expect func()) {
			t.Helper()
			begun := time.Now()
			expect()
			if took := time.Since(begun); took > window {
				t.Errorf("%s is told after %v, want at most %v", what, took, window)
			}
		}
		b.Login("ben")
		within("a login", func() { a.ExpectJoined("ben") })
		b.Send(`{"type":"leave"}`)
		within("a logout", func() { a.ExpectLeft("ben") })
		b.Login("ben")
		within("a second login", func() { a.ExpectJoined("ben") })
		b.Drop()
		within("a lost connection", func() { a.ExpectLeft("ben") })

		// A relay does not wait for the window.
		c := s.open()
		c.Login("cleo")
		begun := time.Now()
		c.Say(testkit.Message{"type": "offer", "name": "ana", "offer": 1})
		a.ExpectJoined("cleo")
		a.ExpectRelay("offer", "cleo")
		if took := time.Since(begun); took > 0 {
			t.Errorf("an offer takes %v", took)
		}
	})
}

// Whoever comes and goes quickly is told of by one frame per change, in order, whatever is coalesced.
func TestPresenceInOrder(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a, b := s.user("ana"), s.open()
		var stays []protocol.User
		for range 10 {
			stays = append(stays, b.Login("ben").Self)
			b.Send(`{"type":"leave"}`)
		}
		for _, want := range stays {
			if got := a.ExpectJoined("ben"); got != want {
				t.Errorf("%v came, want %v", got, want)
			}
			if got := a.ExpectLeft("ben"); got != want {
				t.Errorf("%v left, want %v", got, want)
			}
		}
		a.ExpectNothing(time.Second)
		b.ExpectNothing(time.Second)
	})
}

// The answer to a login comes before anything that the login makes possible, and no message is lost between.
func TestLoginReplyComesFirst(t *testing.T) {
	const rounds, offers = 20, 30
	s := onLoopback(t)
	a := s.user("ana")
	for i := range rounds {
		name := fmt.Sprintf("user %d", i)
		c := s.open()
		c.Say(testkit.Message{"type": "login", "name": name})
		for range offers { // to somebody who may not be there yet
			a.Say(testkit.Message{"type": "offer", "name": name, "offer": 1})
		}
		a.Send(`{"type":"ping"}`)
		tooEarly := 0
		for f := a.Next(); f.Type != "pong"; f = a.Next() {
			if f.Type == "error" {
				tooEarly++
			}
		}
		c.ExpectWelcome()
		for range offers - tooEarly {
			c.ExpectRelay("offer", "ana")
		}
		c.ExpectPong("that is all")
		c.Drop()
		for f := a.Next(); f.Type != "removeUser"; f = a.Next() {
		}
	}
}
