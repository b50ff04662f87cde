package name

import (
	"errors"
	"slices"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

func TestEmojiArePartsOfNames(t *testing.T) {
	for about, emoji := range map[string]string{
		"heart":                          "❤\ufe0f",
		"copyright sign":                 "©\ufe0f",
		"family":                         "👨\u200d👩\u200d👧\u200d👦",
		"couple with a heart":            "👩\u200d❤\ufe0f\u200d💋\u200d👨",
		"profession with a skin tone":    "👩🏽\u200d🚀",
		"handshake of two skin tones":    "🫱🏻\u200d🫲🏿",
		"detective":                      "🕵\ufe0f\u200d♂\ufe0f",
		"detective as older phones type": "🕵\u200d♂",
		"red hair":                       "👩\u200d🦰",
		"rainbow flag":                   "🏳\ufe0f\u200d🌈",
		"pirate flag":                    "🏴\u200d☠\ufe0f",
		"flag of Scotland":               "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
		"flag of Texas":                  "🏴\U000e0075\U000e0073\U000e0074\U000e0078\U000e007f",
		"keycap":                         "1\ufe0f⃣",
		"keycap of a sign":               "#\ufe0f⃣",
		"newer than these tables":        "🐦\u200d🔥",
		"two in a row":                   "❤\ufe0f👨\u200d👩\u200d👧",
		"the stand-in beside one":        "□❤\ufe0f□□",
	} {
		for _, raw := range []string{emoji, "Ana " + emoji, emoji + emoji, emoji + " Анна", "王" + emoji + "さん"} {
			if got := mustParse(t, raw); got.Display() != raw {
				t.Errorf("%s: Parse(%+q) is shown as %+q", about, raw, got.Display())
			}
			checkPromises(t, raw)
		}
	}
}

func TestNoOtherTextHidesInEmoji(t *testing.T) {
	for about, raw := range map[string]string{
		"style after a letter":         "a\ufe0f",
		"style after a digit":          "Ana 1\ufe0f",
		"style after a wide digit":     "１\ufe0f⃣",
		"style twice":                  "❤\ufe0f\ufe0f",
		"style after a flag":           "🇪🇪\ufe0f",
		"style at the start":           "\ufe0f❤",
		"text style":                   "❤\ufe0e",
		"joiner before an emoji":       "\u200d👩",
		"joiner after an emoji":        "👩\u200d",
		"two joiners":                  "👩\u200d\u200d👧",
		"joiner to a letter":           "👩\u200da",
		"joiner from a letter":         "a\u200d👩",
		"joiner to a space":            "👩\u200d 👧",
		"joiner to a mapped emoji":     "👩\u200d™",
		"non-joiner between two":       "👩\u200c👧",
		"tags after another emoji":     "🦊\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
		"tags without an end":          "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074",
		"tags of a country alone":      "🏴\U000e0067\U000e0062\U000e007f",
		"tags of too long a region":    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e0073\U000e0073\U000e007f",
		"tags that are no region":      "🏴\U000e0031\U000e0032\U000e0073\U000e0063\U000e0074\U000e007f",
		"end of tags alone":            "🏴\U000e007f",
		"bidirectional text in a flag": "🏴\u202e\u200d☠\ufe0f",
	} {
		var refusal *Error
		if got, err := Parse(raw); !errors.As(err, &refusal) || refusal.Reason != Invisible && refusal.Reason != Reordering {
			t.Errorf("%s: Parse(%+q) = %+q, %v; want it refused for what it hides", about, raw, got.Display(), err)
		}
		if key, ok := Key(raw); ok && refusal.Reason == Invisible {
			t.Errorf("%s: Key(%+q) = %+q, want it refused", about, raw, key)
		}
	}
}

// What the profile makes letters of has no style, with U+FE0F or without.
func TestEmojiThatTheProfileMaps(t *testing.T) {
	for raw, want := range map[string]string{"Ana™\ufe0f": "AnaTM", "‼\ufe0f": "!!", "㊗\ufe0f": "祝", "Ⓜ\ufe0f❤\ufe0f": "M❤\ufe0f"} {
		if got := mustParse(t, raw); got.Display() != want {
			t.Errorf("Parse(%+q) is shown as %+q, want %+q", raw, got.Display(), want)
		}
		checkPromises(t, raw)
	}
}

// The invisible parts of an emoji count towards the length like all others.
func TestEmojiAreCountedByTheirCharacters(t *testing.T) {
	for n, want := range map[int]bool{32: true, 33: false} {
		raw := ""
		for range n {
			raw += "❤\ufe0f"
		}
		var refusal *Error
		_, err := Parse(raw)
		if (err == nil) != want || err != nil && (!errors.As(err, &refusal) || refusal.Reason != TooLong) {
			t.Errorf("%d characters: %v", 2*n, err)
		}
		if _, ok := Key(raw); ok != want {
			t.Errorf("Key of %d characters: %v", 2*n, ok)
		}
	}
}

func TestNothingIsMappedToTheStandIn(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		decomposed := norm.NFKD.PropertiesString(string(r)).Decomposition()
		if slices.Contains([]rune(string(decomposed)), []rune(standIn)[0]) {
			t.Errorf("%U is mapped to the stand-in", r)
		}
	}
	if got, err := nickname("a" + standIn + "\u0301b"); err != nil || got != "a"+standIn+"\u0301b" {
		t.Errorf("the profile makes %+q of a stand-in, %v", got, err)
	}
}

func TestPictographicRanges(t *testing.T) {
	total := 0
	for i, r := range pictographic {
		if r[0] > r[1] || i > 0 && pictographic[i-1][1]+1 >= r[0] {
			t.Errorf("the range %U to %U is out of order", r[0], r[1])
		}
		total += int(r[1]-r[0]) + 1
	}
	if total != 3537 { // as emoji-data.txt counts them
		t.Errorf("%d characters are pictographic", total)
	}
	for _, r := range []rune{'a', '1', '#', 0x1F1EA, 0x1F3FB, 0x1F3FF, 0x20E3, '王', '□'} {
		if isPictographic(r) {
			t.Errorf("%U is taken for a pictograph", r)
		}
	}
}
