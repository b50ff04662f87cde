package app_test

import (
	"fmt"
	"testing"
	"time"

	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// News comes within 100 ms, and no more often than that.
func TestV1PresenceIsBatched(t *testing.T) {
	const (
		changes = 1000
		every   = 7 * time.Millisecond
	)
	virtual(t, func(t *testing.T, s *server) {
		a := s.userV1("ana")
		b := s.open()
		told, changed := map[string]time.Time{}, map[string]time.Time{} // by id
		begun := time.Now()
		for range changes / 2 {
			self := b.Login("ben").Self
			changed["+"+self.ID] = time.Now()
			time.Sleep(every)
			b.Send(`{"type":"leave"}`)
			changed["-"+self.ID] = time.Now()
			time.Sleep(every)
		}
		elapsed := time.Since(begun)
		time.Sleep(time.Second)
		frames := a.Arrived()
		if most := int(elapsed/batchHold) + 1; len(frames) > most {
			t.Errorf("%d frames in %v, want at most %d", len(frames), elapsed, most)
		}
		for i, f := range frames {
			if i > 0 && f.At.Sub(frames[i-1].At) < batchHold {
				t.Fatalf("two frames within %v", f.At.Sub(frames[i-1].At))
			}
			p := f.Presence()
			if len(p.Joined)+len(p.Left) == 0 || len(p.Joined) > 1 || len(p.Left) > 1 {
				t.Fatalf("a batch that says nothing or too much: %s", f.JSON)
			}
			for _, u := range p.Joined {
				told["+"+u.ID] = f.At
			}
			for _, u := range p.Left {
				told["-"+u.ID] = f.At
			}
		}
		for what, at := range told {
			if late := at.Sub(changed[what]); late > batchHold {
				t.Errorf("%s is told after %v", what, late)
			}
		}
	})
}

// How the changes of one window become one frame.
func TestV1PresenceIsCoalesced(t *testing.T) {
	for name, test := range map[string]struct {
		before  bool   // whether ben is there when the window begins
		changes string // + for a login of his, - for a logout
		joined  int    // which of his stays is said to have begun, counting from 1; 0 for none
		left    int    // and which to have ended
	}{
		"came":                         {false, "+", 1, 0},
		"left":                         {true, "-", 0, 1},
		"came and went":                {false, "+-", 0, 0},
		"left and came back":           {true, "-+", 2, 1},
		"came, went, came":             {false, "+-+", 2, 0},
		"left, came back, left":        {true, "-+-", 0, 1},
		"came and went, three times":   {false, "+-+-+-", 0, 0},
		"left and came back, thrice":   {true, "-+-+-+", 4, 1},
		"came back thrice and is gone": {true, "-+-+-+-", 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				a, b := s.userV1("ana"), s.openV1()
				var stays []protocol.User
				if test.before {
					stays = append(stays, b.Login("ben").Self)
					a.ExpectNews(stays[0])
				}
				for _, change := range test.changes {
					if change == '+' {
						stays = append(stays, b.Login("ben").Self)
					} else {
						b.Send(`{"type":"leave"}`)
					}
				}
				want := [2][]protocol.User{}
				for i, which := range []int{test.joined, test.left} {
					if which > 0 {
						want[i] = stays[which-1 : which]
					}
				}
				if test.joined+test.left > 0 {
					p := a.ExpectPresence()
					if got := fmt.Sprint(p.Joined, p.Left); got != fmt.Sprint(want[0], want[1]) {
						t.Errorf("joined and left: %s, want %s", got, fmt.Sprint(want[0], want[1]))
					}
				}
				a.ExpectNothing(time.Second)
				b.ExpectNothing(time.Second)
			})
		})
	}
}

// Many changes share one frame, whose lists are arrays even where they are empty.
func TestV1PresenceOfMany(t *testing.T) {
	const crowd = 50
	virtual(t, func(t *testing.T, s *server) {
		a := s.userV1("ana")
		var users []protocol.User
		var clients []*testkit.Client
		for i := range crowd {
			c := s.openV1()
			users, clients = append(users, c.Login(fmt.Sprint("user ", i)).Self), append(clients, c)
		}
		f := a.Expect("presence")
		if f.Value("left") != "[]" || len(f.Presence().Joined) != crowd {
			t.Errorf("got %s", f.JSON)
		}
		for _, c := range clients {
			c.Send(`{"type":"leave"}`)
		}
		if f = a.Expect("presence"); f.Value("joined") != "[]" || len(f.Presence().Left) != crowd {
			t.Errorf("got %s", f.JSON)
		}
		for _, u := range f.Presence().Left {
			if !contains(users, u) {
				t.Errorf("%v left and never came", u)
			}
		}
		a.ExpectNothing(time.Second)
	}, withoutPace()...)
}

func contains(users []protocol.User, user protocol.User) bool {
	for _, u := range users {
		if u == user {
			return true
		}
	}
	return false
}

// A message does not wait for the window, and brings along the news that its sender is there; that is not
// told again when the window ends.
func TestV1MessagesBringTheirNews(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a, b, early := s.userV1("ana"), s.openV1(), s.openV1()
		begun := time.Now()
		first := early.Login("early").Self
		self := b.Login("ben").Self
		b.Say(testkit.Message{"type": "offer", "name": "ana", "offer": 1})
		p := a.ExpectPresence()
		if !contains(p.Joined, self) || len(p.Left) != 0 {
			t.Errorf("before the message: %v, want the news of ben", p)
		}
		a.ExpectRelay("offer", "ben")
		if took := time.Since(begun); took > 0 {
			t.Errorf("a message takes %v", took)
		}
		if !contains(p.Joined, first) { // it may come along or later
			a.ExpectNews(first)
		}
		a.ExpectNothing(time.Second)

		// Who left and came back within the window is known by the new id.
		early.ExpectNews(self)
		b.Send(`{"type":"leave"}`)
		again := b.Login("ben").Self
		b.Say(testkit.Message{"type": "leave", "name": "ana"})
		if p := a.ExpectPresence(); !contains(p.Left, self) || !contains(p.Joined, again) {
			t.Errorf("before the message: %v", p)
		}
		a.ExpectHangup("ben")
		a.ExpectNothing(time.Second)
	})
}

// What a user says before it leaves arrives before the news that it left, by whichever way it leaves.
func TestV1MessagesComeBeforeDeparture(t *testing.T) {
	const messages = 20
	for name, depart := range map[string]func(c *testkit.Client){
		"leave":       func(c *testkit.Client) { c.Send(`{"type":"leave"}`) },
		"close frame": func(c *testkit.Client) { c.Close(1000) },
	} {
		for how, run := range bothWays() {
			t.Run(name+" "+how, func(t *testing.T) {
				run(t, func(t *testing.T, s *server) {
					a := s.userV1("ana")
					for i := range 10 {
						name := fmt.Sprintf("user %d", i)
						b := s.openV1()
						self := b.Login(name).Self
						send(b, "ana", 1, messages)
						depart(b)
						a.ExpectNews(self)
						expectNumbers(t, a, name, 1, messages)
						a.ExpectGone(self)
					}
				})
			})
		}
	}
}

// Users of both dialects share a room: they see and reach each other, each in its own words.
func TestV1AndPlainShareARoom(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		plain, modern := s.open(), s.openV1()
		p := plain.Login("plain").Self
		w := modern.Login("modern")
		if len(w.Users) != 1 || w.Users[0] != p {
			t.Errorf("the modern one sees %v", w.Users)
		}
		if got := plain.ExpectJoined("modern"); got != w.Self {
			t.Errorf("the plain one hears of %v, want %v", got, w.Self)
		}
		for kind, test := range map[string][2]*testkit.Client{"plain": {plain, modern}, "modern": {modern, plain}} {
			test[0].Say(testkit.Message{"type": "offer", "name": map[string]string{"plain": "modern", "modern": "plain"}[kind], "offer": 1})
			test[1].ExpectRelay("offer", kind)
		}
		begun := time.Now()
		third := s.openV1()
		t3 := third.Login("third").Self
		plain.ExpectJoined("third")
		if took := time.Since(begun); took > plainHold {
			t.Errorf("the plain one is told after %v", took)
		}
		modern.ExpectNews(t3)
		if took := time.Since(begun); took > batchHold {
			t.Errorf("the modern one is told after %v", took)
		}
		plain.Drop()
		modern.ExpectGone(p)
		third.ExpectGone(p)
		modern.ExpectNothing(time.Second)
		third.ExpectNothing(time.Second)
	})
}

func TestV1PresenceFalse(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a, quiet := s.userV1("ana"), s.openV1()
		w := quiet.LoginAs(testkit.Message{"name": "quiet", "presence": false})
		if w.Frame.Value("users") != "[]" || w.Frame.Text("session") == "" {
			t.Errorf("got %s", w.Frame.JSON)
		}
		a.ExpectNews(w.Self)
		b := s.openV1()
		self := b.Login("ben").Self
		a.ExpectNews(self)
		send(b, "quiet", 1, 1)
		expectNumbers(t, quiet, "ben", 1, 1)
		send(quiet, "ben", 1, 1)
		expectNumbers(t, b, "quiet", 1, 1)
		session := lose(quiet)
		send(b, "quiet", 2, 2)
		fields := session.Fields()
		fields["presence"] = false
		back := s.openV1()
		if w := back.LoginAs(fields); !w.Frame.Bool("resumed") || w.Frame.Value("users") != "[]" {
			t.Errorf("came back to %s", w.Frame.JSON)
		}
		expectNumbers(t, back, "ben", 2, 2)
		b.Close(1000)
		a.ExpectGone(self)
		back.ExpectNothing(time.Second)
	})
}

// Users of other rooms are not news.
func TestV1RoomsAreIsolated(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		lobby, blue := s.userV1("ana"), s.openV1()
		blue.LoginTo("blue", "ana")
		b := s.openV1()
		self := b.LoginTo("BLUE", "ben").Self
		blue.ExpectNews(self)
		lobby.Say(testkit.Message{"type": "offer", "name": "ben", "offer": 1})
		lobby.ExpectError("unknown_user")
		b.Close(1000)
		blue.ExpectGone(self)
		lobby.ExpectNothing(time.Second)
	})
}
