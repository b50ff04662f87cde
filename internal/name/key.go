package name

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// Key returns the key under which a name is found, and false if no name can have it. If it
// returns true for a name that [Parse] accepts, it is that name's key.
//
// It checks less than Parse does, since a lookup by a name nobody may have finds nobody. For
// a name of lower-case ASCII it allocates nothing.
func Key(raw string) (string, bool) {
	if display, ok := tidyASCII(raw); ok {
		return strings.ToLower(display), fits(display)
	}
	return mapKey(raw)
}

// AppendKey appends to dst the key of the name in raw, as [Key] does, and reports whether
// raw can be a name. For ASCII it allocates only if dst has to grow, so that a map may be
// asked without allocating: m[string(key)]. If it reports false, dst comes back as it was.
func AppendKey(dst, raw []byte) ([]byte, bool) {
	start := len(dst)
	for i, c := range raw {
		switch {
		case !isPrintable(c):
			return appendMapped(dst[:start], raw)
		case c != ' ':
			dst = append(dst, lower(c))
		case len(dst) > start && i+1 < len(raw) && raw[i+1] != ' ':
			dst = append(dst, ' ')
		}
	}
	if n := len(dst) - start; n == 0 || n > MaxCharacters {
		return dst[:start], false
	}
	return dst, true
}

func appendMapped(dst, raw []byte) ([]byte, bool) {
	key, ok := mapKey(string(raw))
	if !ok {
		return dst, false
	}
	return append(dst, key...), true
}

// mapKey returns the key of a name that is not plain ASCII.
func mapKey(raw string) (string, bool) {
	raw, ok := shorten(raw)
	if !ok || !utf8.ValidString(raw) {
		return "", false
	}
	plain, emoji := fold(raw)
	mapped, err := nickname(plain)
	if err != nil {
		return "", false
	}
	display := unfold(mapped, emoji)
	if !fits(display) {
		return "", false
	}
	return compareKey(display)
}

// compareKey applies the profile's comparison rules to what is visible of a display form
// until they change nothing more, at most four times (RFC 8266, section 2.1).
func compareKey(display string) (string, bool) {
	key := visible(display)
	for range 4 {
		next, err := precis.Nickname.CompareKey(key)
		if err != nil {
			return "", false
		}
		if next == key {
			return key, true
		}
		key = next
	}
	return "", false
}

func fits(display string) bool { return checkLength(display) == nil }
