package name

import (
	"errors"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

func TestJoinersOfSpelling(t *testing.T) {
	for about, raw := range map[string]string{
		"Persian, two words in one":       "علی\u200cرضا",
		"Persian, a vowel between":        "علیِ\u200cرضا",
		"Persian, twice":                  "بی\u200cبی\u200cگل",
		"Sinhala":                         "ශ\u0dca\u200dර\u0dd3",
		"Sinhala, with a surname":         "ශ\u0dca\u200dර\u0dd3 ප\u0dca\u200dරියා",
		"Devanagari, half a letter":       "क\u094d\u200dष",
		"Devanagari, no ligature":         "क\u094d\u200cष",
		"Bengali":                         "উদ\u09cd\u200cঘাটন",
		"Malayalam at the end of a word":  "അനില\u0d4d\u200d കുമാർ",
		"with an emoji that has a joiner": "علی\u200cرضا 👨\u200d👩\u200d👧 ❤\ufe0f",
		"between Latin words":             "क\u094d\u200dष ❤\ufe0f 2",
	} {
		if got := mustParse(t, raw); got.Display() != raw {
			t.Errorf("%s: Parse(%+q) is shown as %+q", about, raw, got.Display())
		}
		checkPromises(t, raw)
	}
}

func TestJoinersElsewhere(t *testing.T) {
	for about, c := range map[string]struct {
		raw    string
		remove rune
	}{
		"alone":                            {"\u200d", joiner},
		"at the start":                     {"\u200cعلی", nonJoiner},
		"at the end":                       {"علی\u200c", nonJoiner},
		"at the end, after spaces":         {"علی\u200c  ", nonJoiner},
		"at the end, after a virama":       {"क\u094d\u200d", joiner},
		"non-joiner there":                 {"क\u094d\u200c ", nonJoiner},
		"between Latin letters":            {"a\u200cna", nonJoiner},
		"joiner between Arabic letters":    {"علی\u200dرضا", joiner},
		"after a letter that joins not":    {"محمد\u200cرضا", nonJoiner},
		"before a space":                   {"علی\u200c رضا", nonJoiner},
		"twice in a row":                   {"علی\u200c\u200cرضا", nonJoiner},
		"before the virama":                {"র\u200d\u09cdয", joiner},
		"the wrong one of two kinds":       {"علی\u200cرضا 👨\u200d", joiner},
		"both wrong":                       {"a\u200cb\u200dc", nonJoiner},
		"between letters of other scripts": {"а\u200cн", nonJoiner},
	} {
		var refusal *Error
		if _, err := Parse(c.raw); !errors.As(err, &refusal) || refusal.Reason != Invisible || refusal.Rune != c.remove {
			t.Errorf("%s: Parse(%+q): %v; want it refused for %U", about, c.raw, err, c.remove)
		}
		if key, ok := Key(c.raw); ok {
			t.Errorf("%s: Key(%+q) = %+q, want it refused", about, c.raw, key)
		}
	}
	// A joiner that stands where it may is not blamed for another character.
	var refusal *Error
	if _, err := Parse("علی\u200cرضا\ue000"); !errors.As(err, &refusal) || refusal.Reason != Unusable || refusal.Rune != '\ue000' {
		t.Errorf("a character of private use beside a joiner: %v", err)
	}
}

// RFC 5892, appendix A.2: the joiner follows a virama, which is a canonical combining class.
func TestJoinerFollowsAVirama(t *testing.T) {
	const virama = 9
	viramas := 0
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		before := "क" + string(r)
		if mapped, err := nickname(before); !unicode.Is(unicode.M, r) || err != nil || mapped != before {
			continue
		}
		want := norm.NFC.PropertiesString(string(r)).CCC() == virama
		if _, err := nickname(before + "\u200dक"); (err == nil) != want {
			t.Errorf("a joiner after %U: %v, want it allowed: %v", r, err, want)
		}
		if want {
			viramas++
		}
	}
	if viramas < 60 {
		t.Errorf("only %d viramas were seen", viramas)
	}
}

func TestNamesThatDifferInTheInvisibleAreOne(t *testing.T) {
	for _, same := range [][]string{
		{"علی\u200cرضا", "علیرضا"},
		{"ශ\u0dca\u200dර\u0dd3", "ශ\u0dcaර\u0dd3"},
		{"क\u094d\u200dष", "क\u094d\u200cष", "क\u094dष"},
		{"Ana ❤\ufe0f", "ana ❤", "ANA\u00a0❤\ufe0f"},
		{"👨\u200d👩\u200d👧", "👨👩👧", "👨\u200d👩👧"},
		{"1\ufe0f⃣", "1⃣"},
		{"🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "🏴"},
		{"Ana™\ufe0f", "ana™", "anatm"},
	} {
		want := mustParse(t, same[0]).Key()
		for _, raw := range same {
			if got := mustParse(t, raw); got.Key() != want {
				t.Errorf("%+q has the key %+q, and %+q has %+q", raw, got.Key(), same[0], want)
			}
			checkKeys(t, raw, mustParse(t, same[0]))
		}
	}
}
