package app_test

import (
	"strings"
	"testing"

	"beckon/internal/testkit"
)

// What a user may be called, and how the server then writes it.
func TestNamesAccepted(t *testing.T) {
	shown := map[string]string{ // as typed, as shown
		"  Ana  ":          "Ana",
		"Ana   María":      "Ana María",
		"Ana\u00a0Lee":     "Ana Lee",      // no-break space
		"Ana\u3000Lee":     "Ana Lee",      // ideographic space
		"Jose\u0301":       "José",         // NFC
		"ｂｏｂ":              "bob",          // fullwidth
		"\ufb01nn":         "finn",         // a ligature
		"\u2168th":         "IXth",         // a Roman numeral
		"\uff8a\uff9d":     "\u30cf\u30f3", // halfwidth katakana
		" \u00a0 x \t"[:5]: "x",
	}
	for _, same := range []string{
		"a", "7", "Ana", "ANA", "ana-maría", "O'Brien", "a.b_c", "#1 fan", "ana@example.org", "<script>", `"quoted"`, `back\slash`,
		"constructor", "__proto__", "toString", "hasOwnProperty", "null", "undefined", "self",
		"José", "Ægir", "straße", "Иван Петров", "Ελένη", "李小龙", "山田 太郎", "ひらがなカタカナ漢字", "김철수", "金 철수",
		"Ana ひらがな 漢字", "Lee 철수", "عمر", "דוד", "สมชาย", "नमन",
		"🦊", "ana 🦊", "🇪🇸", "¿qué?", "x²"[:1], "100 €",
		"علی\u200cرضا", "ශ\u0dca\u200dර\u0dd3", "क\u094d\u200dष", // joiners that spelling needs
		"❤\ufe0f", "👨\u200d👩\u200d👧", "👩🏽\u200d🚀 ana", "🏳\ufe0f\u200d🌈", "1\ufe0f\u20e3", // emoji of several characters
		"🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
		strings.Repeat("a", 64), strings.Repeat("é", 64), strings.Repeat("🦊", 64),
		strings.Repeat("a ", 31) + "a",
	} {
		shown[same] = same
	}
	virtual(t, func(t *testing.T, s *server) {
		for typed, want := range shown {
			t.Logf("login as %q", typed)
			c := s.open()
			if w := c.Login(typed); w.Self.Name != want {
				t.Errorf("%q is shown as %q, want %q", typed, w.Self.Name, want)
			}
			goodbye(c)
		}
	})
}

func TestNamesRefused(t *testing.T) {
	refused := []string{
		"", " ", "\u00a0\u3000",
		strings.Repeat("a", 65), strings.Repeat("é", 65), strings.Repeat("🦊", 65), strings.Repeat("x", 5000),
		strings.Repeat("\ufdfa", 4),                               // 72 characters after NFKC
		"a\x00b", "a\nb", "a\tb", "\x1b[2J", "a\x7fb", "a\u0085b", // control
		"a\u200bb", "a\u2060b", "\ufeffana", "a\u00adb", // zero width
		"a\u200cb", "a\u200db", "\u200cعلی", "علی\u200c", "ana\ufe0f", "👩\u200d", "\u200d👩", "a\U000e0067", // with nothing to do
		"a\u202eb", "a\u202ab", "a\u2066b", "a\u2067b", "a\u2069b", // bidirectional
		"b\u043eb",     // Latin with a Cyrillic o
		"\u0430na",     // a Cyrillic a before Latin
		"\u0391lice",   // a Greek capital before Latin
		"\u041e\u03a1", // Cyrillic and Greek
		"ana\u05d0", "ana\u0639", "漢字\u0416",
		"한\u30ab", // Hangul and Katakana
	}
	virtual(t, func(t *testing.T, s *server) {
		c := s.open()
		for _, typed := range refused {
			t.Logf("login as %q", typed)
			c.LoginRefused("bad_name", testkit.Message{"name": typed})
			if typed != "" { // the empty room is the lobby
				c.LoginRefused("bad_room", testkit.Message{"name": "ana", "room": typed})
			}
		}
		c.Login("ana")
	})
}

// Names that compare equal are one name: the second comer is refused, and a message to either arrives.
func TestNamesEqual(t *testing.T) {
	pairs := [][2]string{
		{"ana", "ANA"}, {"ana", "Ana"}, {"José", "JOSE\u0301"}, {"bob", "ｂｏｂ"}, {"bob", "ＢＯＢ"}, {"ana maria", " Ana   Maria "},
		{"finn", "\ufb01nn"}, {"ærøskøbing", "ÆRØSKØBING"}, {"иван", "ИВАН"}, {"ελένη", "ΕΛΈΝΗ"}, {"k", "\u212a"},
		{"constructor", "CONSTRUCTOR"}, {"__proto__", "__PROTO__"},
		{"علی\u200cرضا", "علیرضا"}, {"ශ\u0dcaර\u0dd3", "ශ\u0dca\u200dර\u0dd3"}, {"ana ❤\ufe0f", "ANA ❤"}, {"👨\u200d👩\u200d👧", "👨👩👧"},
	}
	virtual(t, func(t *testing.T, s *server) {
		for _, pair := range pairs {
			t.Logf("%q and %q", pair[0], pair[1])
			a := s.open()
			shown := a.Login(pair[0]).Self.Name
			b := s.open()
			b.LoginRefused("name_taken", testkit.Message{"name": pair[1]})
			b.Login("somebody else")
			a.ExpectJoined("somebody else")
			b.Say(testkit.Message{"type": "offer", "name": pair[1], "offer": 1})
			a.ExpectRelay("offer", "somebody else")
			b.Say(testkit.Message{"type": "leave", "name": pair[1]})
			a.ExpectHangup("somebody else")
			a.Say(testkit.Message{"type": "answer", "name": "SOMEBODY ELSE", "answer": 1})
			b.ExpectRelay("answer", shown)
			goodbye(b)
			a.ExpectLeft("somebody else")
			goodbye(a)
		}
	})
}

func TestNamesDiffer(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		for _, pair := range [][2]string{
			{"ana", "anna"}, {"ana", "aná"}, {"ana maria", "anamaria"}, {"o", "0"}, {"l", "I"}, {"a", "\u0430"},
			{"constructor", "prototype"}, {"__proto__", "proto"},
		} {
			t.Logf("%q and %q", pair[0], pair[1])
			a, b := s.pair(pair[0], pair[1])
			a.Say(testkit.Message{"type": "offer", "name": pair[1], "offer": 1})
			b.ExpectRelay("offer", pair[0])
			goodbye(b)
			a.ExpectLeft(pair[1])
			goodbye(a)
		}
	})
}

// Rooms follow the same rules, and the lobby is one room like the others.
func TestRoomsEqual(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		for _, pair := range [][2]string{
			{"blue", "BLUE"}, {"sala 1", "  Sala   1 "}, {"café", "CAFE\u0301"}, {"__proto__", "__proto__"}, {"constructor", "Constructor"},
		} {
			t.Logf("%q and %q", pair[0], pair[1])
			a := s.open()
			if w := a.LoginTo(pair[0], "ana"); w.Room != pair[0] {
				t.Errorf("room %q is called %q", pair[0], w.Room)
			}
			b := s.open()
			if w := b.LoginTo(pair[1], "ben"); len(w.Users) != 1 {
				t.Errorf("room %q shows %v", pair[1], w.Users)
			}
			a.ExpectJoined("ben")
			c := s.open()
			c.LoginRefused("name_taken", testkit.Message{"name": "Ana", "room": pair[1]})
			c.Close(1000)
			goodbye(b)
			a.ExpectLeft("ben")
			goodbye(a)
		}
	})
}
