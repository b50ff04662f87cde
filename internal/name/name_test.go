package name

import (
	"errors"
	"strings"
	"testing"
)

func TestParseAccepts(t *testing.T) {
	for _, c := range []struct{ about, raw, display, key string }{
		{"lower case", "ana", "ana", "ana"},
		{"upper case", "ANA", "ANA", "ana"},
		{"one character", "x", "x", "x"},
		{"outer spaces", "  Ana ", "Ana", "ana"},
		{"inner spaces", "Ana   Maria", "Ana Maria", "ana maria"},
		{"no-break and ideographic spaces", "\u00a0Ana\u3000\u2003Maria\u00a0", "Ana Maria", "ana maria"},
		{"punctuation", "<script>alert('1')</script>", "<script>alert('1')</script>", "<script>alert('1')</script>"},
		{"digits only", "007", "007", "007"},
		{"a space and symbols", "~ !", "~ !", "~ !"},
		{"ordinary for us: constructor", "constructor", "constructor", "constructor"},
		{"ordinary for us: __proto__", "__proto__", "__proto__", "__proto__"},
		{"ordinary for us: toString", "toString", "toString", "tostring"},
		{"ordinary for us: null", "null", "null", "null"},
		{"accents, precomposed", "José", "José", "josé"},
		{"accents, combining", "Jose\u0301", "José", "josé"},
		{"upper-case accents", "ÅSA", "ÅSA", "åsa"},
		{"full width", "Ａｎａ", "Ana", "ana"},
		{"ligature", "ﬁfi", "fifi", "fifi"},
		{"Kelvin sign", "\u212a", "K", "k"},
		{"dotted capital I", "İpek", "İpek", "i\u0307pek"},
		{"sharp s stays", "Straße", "Straße", "straße"},
		{"Greek", "ΣΟΦΙΑ", "ΣΟΦΙΑ", "σοφια"},
		{"Cyrillic", "Анна", "Анна", "анна"},
		{"Cyrillic with a combining letter", "Йоан", "Йоан", "йоан"},
		{"Arabic", "ليلى", "ليلى", "ليلى"},
		{"Arabic with its digits", "ليلى ٣", "ليلى ٣", "ليلى ٣"},
		{"Hebrew", "שרה", "שרה", "שרה"},
		{"Devanagari", "प्रिया", "प्रिया", "प्रिया"},
		{"Thai", "สมชาย", "สมชาย", "สมชาย"},
		{"Han", "王小明", "王小明", "王小明"},
		{"Japanese in three scripts", "山田エミ子さん", "山田エミ子さん", "山田エミ子さん"},
		{"Japanese and Latin", "Emi ちゃん 山田 キー", "Emi ちゃん 山田 キー", "emi ちゃん 山田 キー"},
		{"Korean and Latin", "Kim 金 김", "Kim 金 김", "kim 金 김"},
		{"Bopomofo and Latin", "Wang 王 ㄅ", "Wang 王 ㄅ", "wang 王 ㄅ"},
		{"middle dot between two l", "Gal·la", "Gal·la", "gal·la"},
		{"script and digits", "Анна2000", "Анна2000", "анна2000"},
		{"emoji", "🎉 party 🎉", "🎉 party 🎉", "🎉 party 🎉"},
		{"emoji with a skin tone", "👍🏽", "👍🏽", "👍🏽"},
		{"flag", "🇪🇪", "🇪🇪", "🇪🇪"},
		{"emoji alone", "🦊", "🦊", "🦊"},
		{"emoji with Cyrillic", "🦊 Лиса", "🦊 Лиса", "🦊 лиса"},
		{"Braille with its blank", "⠁⠀⠃", "⠁⠀⠃", "⠁⠀⠃"},
		{"64 characters", strings.Repeat("x", 64), strings.Repeat("x", 64), strings.Repeat("x", 64)},
		{"64 characters of four bytes", strings.Repeat("🦊", 64), strings.Repeat("🦊", 64), strings.Repeat("🦊", 64)},
		{"64 after composition", strings.Repeat("e\u0301", 64), strings.Repeat("é", 64), strings.Repeat("é", 64)},
		{"short but for its spaces", strings.Repeat(" ", 5000) + "é" + strings.Repeat("\u3000", 5000), "é", "é"},
		{"a key longer than the name", strings.Repeat("İ", 64), strings.Repeat("İ", 64), strings.Repeat("i\u0307", 64)},
	} {
		got, err := Parse(c.raw)
		if err != nil {
			t.Errorf("%s: Parse(%+q): %v", c.about, c.raw, err)
			continue
		}
		if got.Display() != c.display || got.Key() != c.key {
			t.Errorf("%s: Parse(%+q) = %+q, key %+q; want %+q, key %+q", c.about, c.raw, got.Display(), got.Key(), c.display, c.key)
		}
		checkKeys(t, c.raw, got)
	}
}

// checkKeys checks that a name is found by its raw text, whichever function makes the key.
func checkKeys(t interface{ Errorf(string, ...any) }, raw string, want Name) {
	if key, ok := Key(raw); !ok || key != want.Key() {
		t.Errorf("Key(%+q) = %+q, %v; want %+q", raw, key, ok, want.Key())
	}
	if key, ok := AppendKey([]byte("> "), []byte(raw)); !ok || string(key) != "> "+want.Key() {
		t.Errorf("AppendKey(%+q) = %+q, %v; want %+q", raw, key, ok, "> "+want.Key())
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		about, raw string
		want       Reason
	}{
		{"empty", "", Empty},
		{"one space", " ", Empty},
		{"wide spaces", "\u3000\u2003 \u00a0", Empty},
		{"blank Braille", "\u2800\u2800", Empty},
		{"65 characters", strings.Repeat("x", 65), TooLong},
		{"65 characters, not ASCII", strings.Repeat("é", 65), TooLong},
		{"65 emoji", strings.Repeat("🦊", 65), TooLong},
		{"one that expands", strings.Repeat("\ufdfa", 4), TooLong},
		{"a very long one", strings.Repeat("é", 40_000), TooLong},
		{"invalid UTF-8", "ana\xff", Broken},
		{"half a surrogate pair", "ana\xed\xa0\x80", Broken},
		{"replacement character", "ana\ufffd", Broken},
		{"NUL", "ana\x00", Control},
		{"tab", "ana\tmaria", Control},
		{"line feed at the end", "ana\n", Control},
		{"escape", "\x1b[2Jana", Control},
		{"delete", "ana\x7f", Control},
		{"C1 control", "ana\u0085", Control},
		{"line separator", "ana\u2028", Control},
		{"paragraph separator", "ana\u2029", Control},
		{"zero-width space", "a\u200bna", Invisible},
		{"zero-width non-joiner", "a\u200cna", Invisible},
		{"zero-width joiner", "a\u200dna", Invisible},
		{"variation selector 17", "葛\U000e0100", Invisible},
		{"word joiner", "a\u2060na", Invisible},
		{"byte order mark", "\ufeffana", Invisible},
		{"soft hyphen", "a\u00adna", Invisible},
		{"grapheme joiner", "a\u034fna", Invisible},
		{"Hangul filler", "a\u3164na", Invisible},
		{"half-width Hangul filler", "a\uffa0na", Invisible},
		{"Mongolian vowel separator", "a\u180ena", Invisible},
		{"invisible times", "a\u2062na", Invisible},
		{"tag", "a\U000e0041", Invisible},
		{"right-to-left override", "ana\u202egnp", Reordering},
		{"embedding", "\u202aana", Reordering},
		{"isolate", "\u2066ana\u2069", Reordering},
		{"left-to-right mark", "ana\u200e", Reordering},
		{"Arabic letter mark", "ana\u061c", Reordering},
		{"mark at the start", "\u0301ana", LoneMark},
		{"mark after spaces", "  \u0301ana", LoneMark},
		{"only marks", "\u0301\u0302", LoneMark},
		{"what becomes a mark", "\u00b4ana", LoneMark},
		{"Cyrillic a in a Latin name", "\u0430na", MixedScripts},
		{"Greek omicron in a Latin name", "b\u03bfb", MixedScripts},
		{"Cyrillic and Greek", "жω", MixedScripts},
		{"Latin and Armenian", "ana\u0585", MixedScripts},
		{"Latin and Cherokee", "\u13aana", MixedScripts},
		{"Hangul and kana", "김か", MixedScripts},
		{"Bopomofo and kana", "ㄅか", MixedScripts},
		{"Cyrillic and Han", "Анна王", MixedScripts},
		{"Latin and Arabic digits", "ana٣", MixedScripts},
		{"Latin and an Arabic mark", "an\u064ba", MixedScripts},
		{"Latin and a Greek mark", "an\u0345a", MixedScripts},
		{"noncharacter", "ana\ufffe", Unusable},
		{"the last noncharacter", "ana\U0010ffff", Unusable},
		{"private use", "ana\ue000", Unusable},
		{"unassigned", "ana\u0378", Unusable},
		{"old Hangul letter", "\u1100\u1161\u11f0", Unusable},
		{"interlinear annotation", "ana\ufff9", Unusable},
		{"Arabic number sign", "\u0600", Unusable},
	} {
		got, err := Parse(c.raw)
		var refusal *Error
		if !errors.As(err, &refusal) {
			t.Errorf("%s: Parse(%+q) = %+q, want it refused", c.about, c.raw, got.Display())
			continue
		}
		if refusal.Reason != c.want {
			t.Errorf("%s: Parse(%+q): %v, not for the reason %d", c.about, c.raw, refusal, c.want)
		}
		if got != (Name{}) {
			t.Errorf("%s: Parse(%+q) returns a name with its error", c.about, c.raw)
		}
	}
}

func TestSameNames(t *testing.T) {
	for _, same := range [][]string{
		{"Ana", "ana", "ANA", " ana ", "Ａna", "ａｎａ"},
		{"Ana Maria", "ana  maria", "ANA\u00a0MARIA"},
		{"José", "JOSÉ", "jose\u0301"},
		{"ΟΔΟΣ", "οδοσ"},
		{"カ", "ｶ"},
	} {
		for _, raw := range same {
			if key, ok := Key(raw); !ok || key != mustParse(t, same[0]).Key() {
				t.Errorf("%+q has the key %+q, %v; want that of %q", raw, key, ok, same[0])
			}
		}
	}
	for _, different := range [][2]string{{"ana", "anna"}, {"ana maria", "anamaria"}, {"jose", "josé"}, {"Straße", "Strasse"}} {
		if mustParse(t, different[0]).Key() == mustParse(t, different[1]).Key() {
			t.Errorf("%q and %q have one key", different[0], different[1])
		}
	}
}

func mustParse(t *testing.T, raw string) Name {
	t.Helper()
	parsed, err := Parse(raw)
	if err != nil {
		t.Fatalf("Parse(%+q): %v", raw, err)
	}
	return parsed
}

func TestKeyRefusesWhatIsNoName(t *testing.T) {
	for _, raw := range []string{"", " ", "a\x00", "a\n", "\xff", "\u200b", strings.Repeat("x", 65), strings.Repeat("é", 65), strings.Repeat("é", 40_000)} {
		if key, ok := Key(raw); ok {
			t.Errorf("Key(%+.20q) = %+q, want it refused", raw, key)
		}
		dst := []byte("kept")
		if key, ok := AppendKey(dst, []byte(raw)); ok || string(key) != "kept" {
			t.Errorf("AppendKey(%+.20q) = %q, %v; want it refused and dst as it was", raw, key, ok)
		}
	}
}

func TestErrorsTellWhatToDo(t *testing.T) {
	for raw, want := range map[string]string{
		"":                      "A name needs at least one visible character",
		strings.Repeat("x", 65): "A name may have at most 64 characters: choose a shorter one",
		"\xff":                  "This name holds a broken character: type it again",
		"a\tb":                  "A name cannot hold control characters, tabs or line breaks: remove U+0009",
		"a\u200bb":              "A name cannot hold invisible characters: remove U+200B",
		"a\u200db":              "A name can hold the invisible U+200D only where a script or an emoji needs it: remove it",
		"a\ufe0fb":              "A name can hold the invisible U+FE0F only where a script or an emoji needs it: remove it",
		"a\u202eb":              "A name cannot hold characters that change the direction of text: remove U+202E",
		"\u0301":                "A name cannot start with a combining mark: put a letter before U+0301",
		"p\u0430ypal":           "A name cannot mix Latin and Cyrillic letters: use one script",
		"a\ue000":               "A name cannot hold the character U+E000: remove it",
		"l\u00b7a":              "A name cannot hold the character U+00B7: remove it",
	} {
		if _, err := Parse(raw); err == nil || err.Error() != want {
			t.Errorf("Parse(%+.20q): %v\nwant %s", raw, err, want)
		}
	}
	_, err := Parse("")
	var refusal *Error
	if !errors.As(err, &refusal) || refusal.About("room name") != "A room name needs at least one visible character" {
		t.Errorf("About(room name) = %v", err)
	}
}
