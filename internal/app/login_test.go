package app_test

import (
	"regexp"
	"testing"
	"time"

	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

var uuidPattern = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestLoginReply(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a := s.open()
		w := a.Login("Ana")
		w.Frame.ExpectKeys("success", "id", "name", "room", "users", "iceServers")
		if !uuidPattern.MatchString(w.Self.ID) {
			t.Errorf("id %q is no UUID", w.Self.ID)
		}
		if w.Self.Name != "Ana" || w.Room != "" || len(w.Users) != 0 || w.Frame.Value("iceServers") != "[]" {
			t.Errorf("got %s", w.Frame.JSON)
		}
		if w.Frame.Value("users") != "[]" {
			t.Errorf("users is %s, want an empty array", w.Frame.Value("users"))
		}

		b := s.open()
		second := b.Login("Ben")
		if len(second.Users) != 1 || second.Users[0] != w.Self {
			t.Errorf("the second user sees %v, want %v", second.Users, w.Self)
		}
		if got := a.ExpectJoined("Ben"); got != second.Self {
			t.Errorf("the first user hears of %v, want %v", got, second.Self)
		}
		a.ExpectNothing(time.Second)
		b.ExpectNothing(time.Second)
	})
}

// What one client may write in a login, and how it is answered.
func TestLoginFields(t *testing.T) {
	tests := []struct {
		fields string
		code   string // empty: welcome
	}{
		{`"name":"ana"`, ""},
		{`"name":"ana","room":""`, ""},
		{`"name":"ana","room":"blue"`, ""},
		{`"name":"ana","presence":true`, ""},
		{`"name":"ana","presence":false`, ""},
		{`"name":"ana","token":"not needed here"`, ""},
		{`"name":"ana","colour":"blue","users":[1]`, ""},
		{`"name":"ana","NAME":7,"Name":null`, ""},
		{`"n\u0061me":"\u0061na"`, ""},
		{``, "bad_message"},
		{`"Name":"ana"`, "bad_message"},
		{`"name":7`, "bad_message"},
		{`"name":null`, "bad_message"},
		{`"name":true`, "bad_message"},
		{`"name":["ana"]`, "bad_message"},
		{`"name":{"name":"ana"}`, "bad_message"},
		{`"name":"ana","room":7`, "bad_message"},
		{`"name":"ana","room":["blue"]`, "bad_message"},
		{`"name":"ana","presence":"false"`, "bad_message"},
		{`"name":"ana","presence":0`, "bad_message"},
		{`"name":""`, "bad_name"},
		{`"name":" "`, "bad_name"},
		{`"name":"ana","room":" "`, "bad_room"},
		{`"name":"ana","room":"a\u0000b"`, "bad_room"},
	}
	virtual(t, func(t *testing.T, s *server) {
		for _, test := range tests {
			t.Logf("login with %s", test.fields)
			c := s.open()
			text := `{"type":"login"`
			if test.fields != "" {
				text += "," + test.fields
			}
			c.Send(text + "}")
			if test.code != "" {
				c.ExpectLoginRefused(test.code)
				c.Login("ana") // a refusal costs nothing
			} else if w := c.ExpectWelcome(); w.Self.Name != "ana" {
				t.Errorf("welcomed as %q", w.Self.Name)
			}
			goodbye(c)
		}
	})
}

func TestBadMessageSaysWhichField(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		c := s.open()
		for field, text := range map[string]string{
			"name":     `{"type":"login"}`,
			"room":     `{"type":"login","name":"ana","room":7}`,
			"presence": `{"type":"login","name":"ana","presence":7}`,
		} {
			c.Send(text)
			expectMention(t, c.ExpectLoginRefused("bad_message"), field)
		}
		c.Login("ana")
		for field, text := range map[string]string{
			"name":      `{"type":"offer","offer":1}`,
			"offer":     `{"type":"offer","name":"ben"}`,
			"answer":    `{"type":"answer","name":"ben"}`,
			"candidate": `{"type":"candidate","name":"ben"}`,
			"call":      `{"type":"candidate","name":"ben","candidate":1,"call":7}`,
			"data":      `{"type":"ping","data":7}`,
			"type":      `{"name":"ben"}`,
		} {
			c.Send(text)
			expectMention(t, c.ExpectError("bad_message"), field)
		}
	})
}

func expectMention(t *testing.T, f testkit.Frame, field string) {
	t.Helper()
	if !regexp.MustCompile(`\b` + field + `\b`).MatchString(f.Text("message")) {
		t.Errorf("%s does not say that %q is at fault", f.JSON, field)
	}
}

func TestNameTaken(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a := s.user("Ana")
		b := s.open()
		f := b.LoginRefused("name_taken", testkit.Message{"name": "Ana"})
		if got := f.Text("message"); got != "Username is unavailable" {
			t.Errorf("message %q", got)
		}
		a.ExpectNothing(time.Second)

		b.Login("Ben")
		a.ExpectJoined("Ben")
		a.Drop()
		b.ExpectLeft("Ana")
		c := s.open()
		c.Login("ANA")
		b.ExpectJoined("ANA")
	})
}

func TestSecondLogin(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a, b := s.pair("ana", "ben")
		for _, name := range []string{"cleo", "ana", "ben"} {
			a.LoginRefused("already_logged_in", testkit.Message{"name": name})
		}
		a.LoginRefused("already_logged_in", testkit.Message{"name": "cleo", "room": "blue"})
		b.ExpectNothing(time.Second)
		a.Say(testkit.Message{"type": "offer", "name": "ben", "offer": 1})
		b.ExpectRelay("offer", "ana")
	})
}

func TestBeforeLogin(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		c := s.open()
		for _, text := range []string{
			`{"type":"offer","name":"ben","offer":1}`,
			`{"type":"answer","name":"ben","answer":1}`,
			`{"type":"candidate","name":"ben","candidate":null}`,
			`{"type":"leave","name":"ben"}`,
		} {
			c.Send(text)
			f := c.ExpectError("not_logged_in")
			f.ExpectKeys("code", "message", "name")
			if f.Text("name") != "ben" {
				t.Errorf("%s names another than the recipient", f.JSON)
			}
		}
		for _, text := range []string{`{"type":"leave"}`, `{"type":"ice"}`} {
			c.Send(text)
			c.ExpectError("not_logged_in").ExpectKeys("code", "message")
		}
		c.ExpectPong("a ping needs no login")
		c.Login("ana")
	})
}

func TestLogout(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a, b := s.pair("ana", "ben")
		a.Send(`{"type":"leave"}`)
		first := b.ExpectLeft("ana")
		a.ExpectNothing(time.Second)

		// Whoever is out is told of nothing, and nothing reaches it.
		c := s.user("cleo")
		b.ExpectJoined("cleo")
		a.ExpectNothing(time.Second)
		b.Say(testkit.Message{"type": "offer", "name": "ana", "offer": 1})
		b.ExpectError("unknown_user")
		a.Send(`{"type":"leave"}`)
		a.ExpectError("not_logged_in")

		// The name is free, for another and, later, for the same one.
		c.Send(`{"type":"leave"}`)
		b.ExpectLeft("cleo")
		c.Login("ana")
		b.ExpectJoined("ana")
		a.LoginRefused("name_taken", testkit.Message{"name": "ana"})
		c.Drop()
		b.ExpectLeft("ana")
		w := a.LoginTo("", "ana")
		if again := b.ExpectJoined("ana"); again.ID == first.ID || again.ID != w.Self.ID {
			t.Errorf("came back as %s, was %s, welcomed as %s", again.ID, first.ID, w.Self.ID)
		}
		if len(w.Users) != 1 || w.Users[0].Name != "ben" {
			t.Errorf("came back to %v", w.Users)
		}
	})
}

func TestRoomChange(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a, b := s.pair("ana", "ben")
		c := s.open()
		c.LoginTo("blue", "cleo")
		a.Send(`{"type":"leave"}`)
		b.ExpectLeft("ana")
		if w := a.LoginTo("blue", "ana"); len(w.Users) != 1 || w.Users[0].Name != "cleo" {
			t.Errorf("the blue room shows %v", w.Users)
		}
		c.ExpectJoined("ana")
		b.ExpectNothing(time.Second)
		b.Drop()
		a.ExpectNothing(time.Second)
	})
}

func TestDepartures(t *testing.T) {
	for name, depart := range map[string]func(c *testkit.Client){
		"leave message":       func(c *testkit.Client) { c.Send(`{"type":"leave"}`) },
		"close frame, normal": func(c *testkit.Client) { c.Close(1000) },
		"close frame, away":   func(c *testkit.Client) { c.Close(1001) },
		"close frame, empty":  func(c *testkit.Client) { c.Close(1005) },
		"close frame, own":    func(c *testkit.Client) { c.Close(4000) },
		"lost connection":     func(c *testkit.Client) { c.Drop() },
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				a := s.user("ana")
				b := s.open()
				self := b.Login("ben").Self
				a.ExpectJoined("ben")
				depart(b)
				if gone := a.ExpectLeft("ben"); gone != self {
					t.Errorf("%v left, want %v", gone, self)
				}
				a.ExpectNothing(time.Minute)
				s.user("ben")
				a.ExpectJoined("ben")
			})
		})
	}
}

// A departure is final at once: whoever has seen its socket close may come back under the same name.
func TestNameIsFreeAfterClose(t *testing.T) {
	for _, how := range []string{"in memory", "on loopback"} {
		t.Run(how, func(t *testing.T) {
			test := func(t *testing.T, s *server) {
				for range 100 {
					c := s.user("ana")
					c.Close(1000)
				}
			}
			if how == "in memory" {
				virtual(t, test)
			} else {
				test(t, onLoopback(t))
			}
		})
	}
}

func TestPresenceFalse(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a := s.user("ana")
		quiet := s.open()
		w := quiet.LoginAs(testkit.Message{"name": "quiet", "presence": false})
		if w.Frame.Value("users") != "[]" {
			t.Errorf("users is %s", w.Frame.Value("users"))
		}
		if seen := a.ExpectJoined("quiet"); seen != w.Self {
			t.Errorf("the others see %v, want %v", seen, w.Self)
		}
		b := s.open()
		if users := b.Login("ben").Users; len(users) != 2 || users[1] != w.Self {
			t.Errorf("a newcomer sees %v", users)
		}
		a.ExpectJoined("ben")
		a.Send(`{"type":"leave"}`)
		b.ExpectLeft("ana")
		quiet.ExpectNothing(time.Second)

		// Reachable both ways.
		b.Say(testkit.Message{"type": "offer", "name": "quiet", "offer": "o"})
		quiet.ExpectRelay("offer", "ben")
		quiet.Say(testkit.Message{"type": "answer", "name": "ben", "answer": "a"})
		b.ExpectRelay("answer", "quiet")
		quiet.Say(testkit.Message{"type": "offer", "name": "ana", "offer": 1})
		quiet.ExpectError("unknown_user")
		b.Say(testkit.Message{"type": "leave", "name": "quiet"})
		quiet.ExpectHangup("ben")

		quiet.Drop()
		b.ExpectLeft("quiet")
	})
}

// Everybody who comes at the same time sees everybody else exactly once, in the roster or in the news.
func TestCrowd(t *testing.T) {
	const crowd = 24
	s := onLoopback(t)
	clients := make([]*testkit.Client, crowd)
	for i := range clients {
		clients[i] = s.open()
	}
	for i, c := range clients {
		c.Say(testkit.Message{"type": "login", "name": crowdName(i)})
	}
	ids := map[string]string{}
	rosters := make([][]protocol.User, crowd)
	for i, c := range clients {
		w := c.ExpectWelcome()
		ids[w.Self.Name] = w.Self.ID
		rosters[i] = w.Users
	}
	for i, c := range clients {
		known := rosters[i]
		for len(known) < crowd-1 {
			known = append(known, c.Expect("updateUsers").User("user"))
		}
		c.ExpectPong("no more than that")
		seen := map[string]bool{crowdName(i): true}
		for _, u := range known {
			if seen[u.Name] || ids[u.Name] != u.ID {
				t.Errorf("%s was told of %v twice, or of somebody who is not there", crowdName(i), u)
			}
			seen[u.Name] = true
		}
	}
}

func crowdName(i int) string { return "user " + string(rune('a'+i)) }
