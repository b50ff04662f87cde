package invisible

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"testing"
	"unicode/utf16"
)

const secret = "correct horse battery staple"

// in16 is a text in UTF-16, the low byte first if low is 0.
func in16(text string, low int) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		pair := []byte{byte(unit), byte(unit >> 8)}
		b = append(b, pair[low], pair[1-low])
	}
	return string(b)
}

func TestWhatIsFound(t *testing.T) {
	for text, want := range map[string]string{
		"\ufeff" + secret:                     "begins with a byte order mark (EF BB BF)",
		"\ufeff":                              "begins with a byte order mark (EF BB BF)",
		in16(secret, 0):                       "is UTF-16",
		in16(secret, 1):                       "is UTF-16",
		in16("\ufeff"+secret, 0):              "is UTF-16",
		in16("\ufeff"+secret, 1):              "is UTF-16",
		in16(secret+"\r\n", 0):                "is UTF-16",
		in16(secret+"\r", 1) + "\x00":         "is UTF-16", // its last byte was taken for the end of a line
		"corr\x00ect":                         "holds a NUL character (00), which is byte 5",
		secret + "\x00":                       "holds a NUL character (00), which is byte 29",
		secret + "\n":                         "ends with a line break (0A)",
		secret + "\r":                         "ends with a carriage return (0D)",
		secret + " ":                          "ends with a blank (20)",
		secret + "\t":                         "ends with a tab (09)",
		secret + "\u00a0":                     "ends with a blank (U+00A0)",
		" " + secret:                          "begins with a blank (20)",
		"\n" + secret:                         "begins with a line break (0A)",
		" ":                                   "begins with a blank (20)",
		`"` + secret + `"`:                    "has quotation marks around it",
		`'` + secret + `'`:                    "has quotation marks around it",
		"“" + secret + "”":                    "has quotation marks around it",
		`""`:                                  "has quotation marks around it",
		"cor\u200brect":                       "holds an invisible character (U+200B), which is character 4",
		secret + "\u200d":                     "holds an invisible character (U+200D), which is character 29",
		"cor\ufeffrect":                       "holds an invisible character (U+FEFF), which is character 4",
		"über\u00adsetzt":                     "holds an invisible character (U+00AD), which is character 5",
		"cor\u202erect":                       "holds an invisible character (U+202E), which is character 4",
		"cor\u2028rect":                       "holds an invisible character (U+2028), which is character 4",
		"cor\u3164rect":                       "holds an invisible character (U+3164), which is character 4",
		"cor\x7frect":                         "holds an invisible character (U+007F), which is character 4",
		"cor\x1b[0mrect":                      "holds an invisible character (U+001B), which is character 4",
		"cor\rrect":                           "holds an invisible character (U+000D), which is character 4",
		"two lines\r\nof it, and\u200b there": "holds an invisible character (U+200B), which is character 22",
	} {
		got := In(text)
		if !strings.HasPrefix(got, want) || !strings.Contains(got, ": ") {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if strings.Contains(got, "orse") || strings.Contains(got, "rect") {
			t.Errorf("%q: the secret shows: %q", text, got)
		}
	}
}

func TestWhatIsAllRight(t *testing.T) {
	for _, text := range []string{
		"", "x", `"`, `''x`, `"x`, secret, "it's 'quoted' inside", `"two" of "them`, "tab\tinside", "two\nlines", "two\r\nlines",
		"žluťoučký kůň", "日本語　の", "☺️", "\xff\xfe\x01\x02random", "\x00\xffrandom", "\xc3",
	} {
		if got := In(text); got != "" {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// A secret that is random bytes is as good as one that is text, whatever it begins and ends with.
func TestRandomBytesAreAllRight(t *testing.T) {
	octets := make([]byte, 48)
	for range 10_000 {
		rand.Read(octets)
		if got := In(string(octets)); got != "" {
			t.Fatalf("%x: %s", octets, got)
		}
		if got := In(base64.StdEncoding.EncodeToString(octets)); got != "" {
			t.Fatal(got)
		}
	}
}

func FuzzIn(f *testing.F) {
	f.Add(secret)
	f.Add("\ufeff" + in16(secret, 0))
	f.Fuzz(func(t *testing.T, text string) { In(text) })
}
