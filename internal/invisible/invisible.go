// Package invisible finds what people do not see in a secret or a setting: what editors, shells, forms and container
// tools have put there unasked. A server that took it for a part of the value would start, and refuse everybody.
package invisible

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const byteOrderMark = "\ufeff"

// In says of a text what is in it that was hardly meant, and what to do, as the words that follow "the secret": "ends
// with a blank (20): take it out". It returns "" where there is nothing. Blanks and line breaks inside are not looked
// at, nor is what is no text: random bytes may well be a secret. It quotes nothing of the text.
func In(text string) string {
	switch {
	case text == "":
		return ""
	case strings.HasPrefix(text, byteOrderMark):
		return "begins with a byte order mark (EF BB BF): save it as UTF-8 without one"
	case isUTF16(text):
		return "is UTF-16, where every other byte is 0: save it as UTF-8"
	case !utf8.ValidString(text):
		return ""
	}
	if at := strings.IndexByte(text, 0); at >= 0 {
		return fmt.Sprintf("holds a NUL character (00), which is byte %d: take it out", at+1)
	}
	if first, _ := utf8.DecodeRuneInString(text); unicode.IsSpace(first) {
		return fmt.Sprintf("begins with %s: take it out", space(first))
	}
	if last, _ := utf8.DecodeLastRuneInString(text); unicode.IsSpace(last) {
		return fmt.Sprintf("ends with %s: take it out", space(last))
	}
	if isQuoted(text) {
		return "has quotation marks around it: take them out"
	}
	return inside(text)
}

// isUTF16 tells a text in which nearly every other byte is 0, as in ASCII written as UTF-16. A line break at its end
// may be cut off.
func isUTF16(text string) bool {
	const fewest = 4
	if len(text) < fewest {
		return false
	}
	var zeros [2]int // at even places, at odd ones
	for i := range len(text) {
		if text[i] == 0 {
			zeros[i%2]++
		}
	}
	return max(zeros[0], zeros[1]) >= len(text)*3/8
}

func space(r rune) string {
	switch r {
	case '\n':
		return "a line break (0A)"
	case '\r':
		return "a carriage return (0D)"
	case '\t':
		return "a tab (09)"
	case ' ':
		return "a blank (20)"
	}
	return fmt.Sprintf("a blank (%U)", r)
}

func isQuoted(text string) bool {
	for _, marks := range []string{`""`, `''`, "``", "“”", "‘’", "„“", "«»"} {
		_, size := utf8.DecodeRuneInString(marks)
		if len(text) >= len(marks) && strings.HasPrefix(text, marks[:size]) && strings.HasSuffix(text, marks[size:]) {
			return true
		}
	}
	return false
}

// inside finds a character without a shape: controls other than tabs and line breaks, zero-width characters, and those
// that steer the direction of text.
func inside(text string) string {
	n := 0
	for _, r := range strings.ReplaceAll(text, "\r\n", "\n\n") {
		n++
		if r != '\t' && r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point) {
			return fmt.Sprintf("holds an invisible character (%U), which is character %d: take it out", r, n)
		}
	}
	return ""
}
