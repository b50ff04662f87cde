package protocol

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// What is wrong with a text that is not one JSON object: each error says what is in the way and where, as an offset
// in bytes from the beginning of the frame. Nothing here runs for a text that is one.

var (
	errEmpty = errors.New("the frame is empty")
	errBlank = errors.New("the frame holds nothing but white space")
	errWide  = errors.New("the text is UTF-16 or UTF-32, not UTF-8")
)

// What was due where something else stands.
const (
	dueObject = "an object begins with {"
	dueKey    = "a key in double quotes is due"
	dueColon  = "a colon is due after a key"
	dueComma  = "a comma or the closing bracket is due"
	dueValue  = "a value is due"
	dueDigit  = "a digit is due"
	dueEscape = "no escape of JSON"
	dueQuoted = "inside a string it must be escaped"
)

// notUTF8 says where a text stops being UTF-8.
func (s *scanner) notUTF8() error {
	if isWide(s.data) {
		return errWide
	}
	for s.pos = 0; s.pos < len(s.data); {
		r, n := utf8.DecodeRune(s.data[s.pos:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		s.pos += n
	}
	return fmt.Errorf("the text is not valid UTF-8: byte 0x%02X at offset %d", s.data[s.pos], s.pos)
}

// notObject says what stands where the object should begin.
func (s *scanner) notObject() error {
	switch rest := s.data[s.pos:]; {
	case len(s.data) == 0:
		return errEmpty
	case len(rest) == 0:
		return errBlank
	case isWide(s.data):
		return errWide
	case kindOf(rest) != "":
		return fmt.Errorf("%s in place of the object, at offset %d", kindOf(rest), s.pos)
	case bytes.IndexByte(rest, '{') > 0:
		return fmt.Errorf("%s before the JSON, at offset %d", s.seen("a "), s.pos)
	default:
		return s.unexpected(dueObject)
	}
}

// kindOf names the value of JSON that a text begins with, if it does with any.
func kindOf(text []byte) string {
	switch c := text[0]; {
	case c == '[':
		return "an array"
	case c == '"':
		return "a string"
	case c == '-' || '0' <= c && c <= '9':
		return "a number"
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if bytes.HasPrefix(text, []byte(word)) {
			return word
		}
	}
	return ""
}

// trailing says what stands behind the object.
func (s *scanner) trailing() error {
	if s.peek() == '{' {
		return fmt.Errorf("a second object after the JSON object at offset %d (send each in a frame of its own)", s.pos)
	}
	return fmt.Errorf("%s after the JSON object at offset %d", s.seen("a "), s.pos)
}

// unexpected says that something stands at pos where the given is due.
func (s *scanner) unexpected(due string) error {
	switch {
	case s.pos >= len(s.data):
		return fmt.Errorf("the text ends too early, after %d bytes", len(s.data))
	case isWide(s.data):
		return errWide
	}
	return fmt.Errorf("unexpected %s at offset %d (%s)", s.seen(""), s.pos, s.hint(due))
}

// hint turns what is due into what people more often got wrong.
func (s *scanner) hint(due string) string {
	if due == dueEscape || due == dueQuoted {
		return due
	}
	before := bytes.TrimRight(s.data[:s.pos], " \t\r\n")
	switch c := s.data[s.pos]; {
	case c == '\'':
		return "JSON has double quotes only"
	case c == '/':
		return "JSON has no comments"
	case (c == '}' || c == ']') && bytes.HasSuffix(before, []byte(",")):
		return "there is a comma before it, which only goes between two items"
	}
	return due
}

// seen names the character at pos, with the article where it has one.
func (s *scanner) seen(article string) string {
	switch r, _ := utf8.DecodeRune(s.data[s.pos:]); {
	case r == '\'':
		return article + "single quote"
	case r == '\uFEFF':
		return article + "byte order mark (EF BB BF)"
	case strconv.IsPrint(r):
		return "'" + string(r) + "'"
	case r < utf8.RuneSelf:
		return fmt.Sprintf("byte 0x%02X", r)
	default:
		return fmt.Sprintf("%U", r)
	}
}

func (s *scanner) tooDeep() error {
	return fmt.Errorf("arrays and objects nest deeper than %d at offset %d", MaxDepth, s.pos)
}

// isWide tells a text of 16 or 32 bits a character: it begins with a byte order mark of one, or ASCII in it has zero
// bytes between.
func isWide(data []byte) bool {
	if bytes.HasPrefix(data, []byte{0xFF, 0xFE}) || bytes.HasPrefix(data, []byte{0xFE, 0xFF}) {
		return true
	}
	if len(data) < 4 {
		return false
	}
	evenZero, oddZero := data[0] == 0 && data[2] == 0, data[1] == 0 && data[3] == 0
	return (evenZero || oddZero) && !bytes.Equal(data[:4], make([]byte, 4)) || bytes.HasPrefix(data, []byte{0, 0, 0xFE, 0xFF})
}
