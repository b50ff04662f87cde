package app_test

import (
	"strings"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// beckon.v1 is spoken with those who offer it; everybody else, whatever else they offer, is let in and speaks
// the plain dialect.
func TestV1IsNegotiated(t *testing.T) {
	for name, test := range map[string]struct {
		lines []string // of the header
		want  string
	}{
		"nothing":           {nil, ""},
		"beckon.v1":         {[]string{"beckon.v1"}, "beckon.v1"},
		"another":           {[]string{"chat"}, ""},
		"a later version":   {[]string{"beckon.v2"}, ""},
		"another case":      {[]string{"Beckon.V1"}, ""},
		"part of the name":  {[]string{"beckon"}, ""},
		"first of several":  {[]string{"beckon.v1, chat"}, "beckon.v1"},
		"last of several":   {[]string{"chat, mqtt, beckon.v1"}, "beckon.v1"},
		"without spaces":    {[]string{"chat,beckon.v1"}, "beckon.v1"},
		"twice":             {[]string{"beckon.v1, beckon.v1"}, "beckon.v1"},
		"on a line each":    {[]string{"beckon.v1", "chat"}, "beckon.v1"},
		"on a later line":   {[]string{"chat", "beckon.v1"}, "beckon.v1"},
		"an empty line":     {[]string{""}, ""},
		"several, not ours": {[]string{"chat, mqtt"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				var options []testkit.Option
				for _, line := range test.lines {
					options = append(options, testkit.Header("Sec-Websocket-Protocol", line))
				}
				c := s.open(options...)
				if got := c.Subprotocol(); got != test.want {
					t.Errorf("the server chose %q, want %q", got, test.want)
				}
				reply := c.Login("ana").Frame
				if got, want := reply.Has("session"), test.want != ""; got != want {
					t.Errorf("a session: %v, want %v: %s", got, want, reply.JSON)
				}
			})
		})
	}
}

func TestV1LoginReply(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a := s.openV1()
		w := a.Login("Ana")
		w.Frame.ExpectKeys("success", "id", "name", "room", "users", "iceServers", "session", "resumed", "resumeWindow")
		if !uuidPattern.MatchString(w.Self.ID) || w.Self.Name != "Ana" || w.Room != "" || len(w.Users) != 0 {
			t.Errorf("got %s", w.Frame.JSON)
		}
		if w.Frame.Bool("resumed") || w.Frame.Number("resumeWindow") != resumeWindow.Seconds() {
			t.Errorf("got %s, want no resumption and a window of %v", w.Frame.JSON, resumeWindow)
		}
		b := s.openV1()
		second := b.Login("Ben")
		if len(second.Users) != 1 || second.Users[0] != w.Self {
			t.Errorf("the second user sees %v, want %v", second.Users, w.Self)
		}
		a.ExpectNews(second.Self)
		a.ExpectNothing(time.Second)
		b.ExpectNothing(time.Second)
		s.openV1().LoginRefused("name_taken", testkit.Message{"name": "ben"})
	})
}

// A session is a secret: long, never the same, not made of what others know, and not in the log.
func TestV1SessionsCannotBeGuessed(t *testing.T) {
	const leastBits, sessions = 128, 200
	virtual(t, func(t *testing.T, s *server) {
		watcher := s.user("watcher")
		seen := map[string]bool{}
		letters := map[rune]bool{}
		var all []string
		c := s.openV1()
		for range sessions {
			w := c.Login("ana")
			token := w.Frame.Text("session")
			if seen[token] {
				t.Fatalf("%q was given before", token)
			}
			if seen[token] = true; strings.Contains(token, w.Self.ID) {
				t.Errorf("the session %q holds the id %q, which everybody knows", token, w.Self.ID)
			}
			for _, letter := range token {
				letters[letter] = true
			}
			all = append(all, token)
			c.Send(`{"type":"leave"}`)
		}
		if bits := len(all[0]) * log2(len(letters)); bits < leastBits {
			t.Errorf("%d letters out of %d carry %d bits, want %d", len(all[0]), len(letters), bits, leastBits)
		}
		if n := sharedPositions(all); n > len(all[0])/8 {
			t.Errorf("%d of %d letters are always the same", n, len(all[0]))
		}
		c.ExpectPong("that is all")
		watcher.Close(1000)
		for _, token := range all {
			if strings.Contains(s.log.String(), token) {
				t.Fatalf("the log holds the session %q", token)
			}
		}
	})
}

// log2 is rounded down.
func log2(n int) int {
	bits := 0
	for ; n > 1; n /= 2 {
		bits++
	}
	return bits
}

// sharedPositions is at how many places all words have the same letter.
func sharedPositions(words []string) int {
	shared := 0
	for i := range words[0] {
		same := true
		for _, w := range words {
			same = same && i < len(w) && w[i] == words[0][i]
		}
		if same {
			shared++
		}
	}
	return shared
}

// What one client may write in the fields of a resumption, and how it is answered.
func TestV1LoginFields(t *testing.T) {
	const none = "no such session: an ordinary login"
	for fields, want := range map[string]string{
		`"received":5`:                      none,
		`"session":"nonsense"`:              none,
		`"session":""`:                      none,
		`"session":"","received":3`:         none,
		`"session":"x","received":0`:        none,
		`"session":"x","received":1e999`:    "received",
		`"session":"x","received":-1`:       "received",
		`"session":"x","received":1.5`:      "received",
		`"session":"x","received":"1"`:      "received",
		`"session":"x","received":[1]`:      "received",
		`"session":"x","received":true`:     "received",
		`"session":7`:                       "session",
		`"session":["x"]`:                   "session",
		`"session":{"x":1}`:                 "session",
		`"session":true,"received":1`:       "session",
		`"SESSION":7,"Received":"x"`:        none,
		`"session":"\u0000\ud83d\ude00é\n"`: none,
	} {
		t.Run(fields, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				c := s.openV1()
				c.Send(`{"type":"login","name":"ana",` + fields + `}`)
				if want != none {
					expectMention(t, c.ExpectLoginRefused("bad_message"), want)
					c.Login("ana") // a refusal costs nothing
					return
				}
				if w := c.ExpectWelcome(); w.Frame.Bool("resumed") {
					t.Errorf("got %s", w.Frame.JSON)
				}
			})
		})
	}
}

// The fields mean nothing in the plain dialect, whatever they hold.
func TestPlainKnowsNoV1Sessions(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		_, ben, _ := s.pairV1()
		session := lose(ben)
		c := s.open()
		fields := session.Fields()
		c.LoginRefused("name_taken", fields)
		c.Send(`{"type":"login","name":"cleo","session":7,"received":"x"}`)
		c.ExpectWelcome().Frame.ExpectKeys("success", "id", "name", "room", "users", "iceServers")
		s.resume(session)
	})
}

// The other messages are the same in both dialects.
func TestV1SpeaksTheSameMessages(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a, b := s.userV1("ana"), s.openV1()
		self := b.Login("ben").Self
		a.ExpectNews(self)
		for _, kind := range []string{"offer", "answer", "candidate"} {
			a.Send(`{"type":"` + kind + `","name":"BEN","` + kind + `":{"b":1.50,"a":12345678901234567890},"call":"c"}`)
			f := b.ExpectRelay(kind, "ana")
			f.ExpectKeys("name", kind, "call")
			if got := f.Value(kind); got != `{"b":1.50,"a":12345678901234567890}` {
				t.Errorf("%s arrives as %s", kind, got)
			}
		}
		b.Say(testkit.Message{"type": "leave", "name": "ana"})
		a.ExpectHangup("ben")
		a.Send(`{"type":"ice"}`)
		a.Expect("ice").ExpectKeys("iceServers", "ttl")
		a.ExpectPong("here")
		a.Send(`{"type":"dance"}`)
		a.ExpectError("unknown_type")
		a.Send(`{`)
		a.ExpectError("bad_json")
		a.SendBinary([]byte(`{}`))
		a.ExpectError("bad_json")
		a.Say(testkit.Message{"type": "offer", "name": "eve", "offer": 1})
		a.ExpectError("unknown_user")
		a.LoginRefused("already_logged_in", testkit.Message{"name": "ana"})
		a.ExpectNothing(time.Second)
		b.ExpectNothing(time.Second)
	})
}
