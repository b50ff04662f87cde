package name

import "strings"

// tidyASCII trims and collapses the spaces of a name of printable ASCII characters, which
// is all that the Nickname profile does to one. It reports false if raw has any other
// character. Only a name with needless spaces inside is copied.
func tidyASCII(raw string) (string, bool) {
	raw = strings.Trim(raw, " ")
	needless := false
	for i := range len(raw) {
		if !isPrintable(raw[i]) {
			return "", false
		}
		needless = needless || raw[i] == ' ' && raw[i-1] == ' '
	}
	if needless {
		raw = strings.Join(strings.Fields(raw), " ")
	}
	return raw, true
}

func isPrintable(c byte) bool { return ' ' <= c && c <= '~' }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}
