package name

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// texts draws strings that have a chance of being names, and of not being any.
func texts() *rapid.Generator[string] {
	letters := rapid.OneOf(
		rapid.RuneFrom([]rune(" abzAZ09_-'\u00a0\u3000")),
		rapid.RuneFrom([]rune("éÉßİıſKΣσςЙйҐ王かカｶﾞ김\u0301\u0307\u0345\u0308´ﬁǅ½㎏🦊")),
		rapid.RuneFrom([]rune("\u200b\u200d\ufe0f\u202e\u0000\u0378\ufffd\u2800\u3164")),
		rapid.RuneFrom([]rune("\u200c\u200d\ufe0f\u094d\u0dca\u093c🏴👩❤™□🏽⃣#1علیدक")),
		rapid.RuneFrom(nil, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Zs),
	)
	return rapid.OneOf(
		rapid.StringOfN(letters, 0, 70, -1),
		rapid.StringMatching(`[ -~]{0,66}`),
		rapid.StringOfN(rapid.RuneFrom(nil, unicode.Greek, unicode.Mn), 1, 12, -1),
		rapid.StringOfN(rapid.RuneFrom(nil, unicode.Latin), 1, 12, -1),
		rapid.StringOfN(rapid.RuneFrom([]rune("\u200c\u200dعلیدबकक\u094d\u0dca\u093c\u064e\u0640 ")), 1, 12, -1),
		rapid.StringOfN(rapid.RuneFrom([]rune("\u200d\ufe0f👩❤™□🏽⃣#1🏴\U000e0067\U000e0062\U000e0073\U000e007f ")), 1, 12, -1),
		rapid.String(),
	)
}

func TestParseHoldsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkPromises(t, texts().Draw(t, "raw"))
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", " ", "ana", "ANA  Maria", "__proto__", "José", "Jose\u0301", "İ", "ΣΑΣ", "ｶﾞ", "´", "\u0345", "a\u200db",
		"👨\u200d👩", "❤\ufe0f", "علی\u200cرضا", "ශ\u0dca\u200dර\u0dd3", "1\ufe0f⃣ ™\ufe0f□", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
		"🕵\ufe0f\u200d♂\ufe0f 👩🏽\u200d🚀", "क\u094d\u200d", "a\u200d",
		"\u202e", "p\u0430ypal", "山田エミ子", "\xff", "\ufdfa", "l·l", "\u2800", "\u1100\u1161", "٣٣",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) { checkPromises(t, raw) })
}

// checkPromises checks what holds of every text: that a name is within its bounds and stays
// the same when parsed again, and that all functions agree on its key.
func checkPromises(t interface{ Errorf(string, ...any) }, raw string) {
	parsed, err := Parse(raw)
	if err != nil {
		var refusal *Error
		if !errors.As(err, &refusal) || refusal.Reason == 0 || refusal.Error() == "" {
			t.Errorf("Parse(%+q): %v is not an Error with a reason", raw, err)
		}
		return
	}
	checkBounds(t, raw, parsed)
	if again, err := Parse(parsed.Display()); err != nil || again != parsed {
		t.Errorf("Parse(%+q) = %+q, and parsed again %+q, %v", raw, parsed, again, err)
	}
	if key, ok := compareKey(parsed.Key()); !ok || key != parsed.Key() {
		t.Errorf("the key %+q of %+q has the key %+q, %v", parsed.Key(), raw, key, ok)
	}
	checkKeys(t, raw, parsed)
	checkKeys(t, "  "+raw+" ", parsed)
	checkKeys(t, parsed.Display(), parsed)
	checkKeys(t, visible(raw), parsed)
}

func checkBounds(t interface{ Errorf(string, ...any) }, raw string, parsed Name) {
	display := parsed.Display()
	characters := utf8.RuneCountInString(display)
	if !utf8.ValidString(display) || characters < 1 || characters > MaxCharacters || len(display) > MaxBytes || parsed.Key() == "" {
		t.Errorf("Parse(%+q) = %+q, key %+q: out of bounds", raw, display, parsed.Key())
	}
	if strings.TrimSpace(display) != display || strings.Contains(display, "  ") {
		t.Errorf("Parse(%+q) = %+q, which has needless spaces", raw, display)
	}
	if i := strings.IndexFunc(visible(display), func(r rune) bool { return unicode.Is(unicode.C, r) }); i >= 0 {
		t.Errorf("Parse(%+q) = %+q, which has a control or format character", raw, display)
	}
	if visible(parsed.Key()) != parsed.Key() {
		t.Errorf("Parse(%+q) has the key %+q, in which something invisible counts", raw, parsed.Key())
	}
	checkInvisible(t, raw, []rune(display))
}

// checkInvisible checks that each invisible character of a name has beside it what it needs.
func checkInvisible(t interface{ Errorf(string, ...any) }, raw string, display []rune) {
	at := func(i int) rune {
		if i < 0 || i >= len(display) {
			return ' '
		}
		return display[i]
	}
	symbol := func(r rune) bool { return unicode.In(r, unicode.So, unicode.Sm, unicode.Sk, unicode.Po, unicode.Pd) }
	for i, r := range display {
		before, after := at(i-1), at(i+1)
		ok := true
		switch {
		case r == '\ufe0f':
			ok = symbol(before) || after == '\u20e3'
		case r == '\u200d':
			ok = symbol(after) && (symbol(before) || before == '\ufe0f') || unicode.Is(unicode.M, before) && i+1 < len(display)
		case r == '\u200c':
			ok = unicode.In(before, unicode.Lo, unicode.M) && i+1 < len(display)
		case unicode.Is(unicode.Variation_Selector, r):
			ok = false
		case 0xE0000 <= r && r <= 0xE007F:
			ok = strings.Contains(string(display[max(0, i-7):i]), "🏴")
		}
		if !ok {
			t.Errorf("Parse(%+q) = %+q, with nothing for %U to do", raw, string(display), r)
		}
	}
}

// The ASCII paths must do what the Nickname profile does.
func TestASCIIPathsAgreeWithTheProfile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.StringMatching(`[ -~]{1,66}`).Draw(t, "raw")
		display, err := enforce(raw)
		parsed, parseErr := Parse(raw)
		if (err == nil) != (parseErr == nil) || err == nil && parsed.Display() != display {
			t.Fatalf("Parse(%q) = %q, %v; the profile says %q, %v", raw, parsed.Display(), parseErr, display, err)
		}
		if key, ok := mapKey(raw); ok != (err == nil) || key != parsed.Key() {
			t.Fatalf("Parse(%q) has the key %q; the profile says %q, %v", raw, parsed.Key(), key, ok)
		}
	})
}
