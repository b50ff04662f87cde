package protocol

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// scanner walks one JSON text (RFC 8259) without building values. It is stricter than encoding/json: it
// refuses invalid UTF-8, duplicate keys at any depth and text after the value, so that no two readers of a
// relayed payload can understand it differently.
type scanner struct {
	data []byte
	pos  int
	open []container // the arrays and objects that pos is inside of, outermost first
	keys keySet
}

// container is an array or object that has been opened and not yet closed.
type container struct {
	object    bool
	firstKey  int // where its keys begin in keySet
	afterItem bool
}

// object walks a whole text that must be one object and calls field with each of its own members; value is
// the raw text of the member's value. Both slices alias data (the key does so unless it has escapes).
func (s *scanner) object(data []byte, field func(key, value []byte)) error {
	s.reset(data)
	if !utf8.Valid(data) {
		return s.notUTF8()
	}
	s.space()
	if s.peek() != '{' {
		return s.notObject()
	}
	if err := s.members(field); err != nil {
		return err
	}
	s.space()
	if s.pos != len(s.data) {
		return s.trailing()
	}
	return nil
}

func (s *scanner) reset(data []byte) {
	s.data, s.pos, s.open = data, 0, s.open[:0]
	s.keys.reset()
}

// members walks the outermost object.
func (s *scanner) members(field func(key, value []byte)) error {
	s.push(true)
	for {
		done, err := s.next()
		if err != nil || done {
			return err
		}
		key, err := s.key()
		if err != nil {
			return err
		}
		start := s.pos
		if err := s.value(); err != nil {
			return err
		}
		field(key, s.data[start:s.pos])
	}
}

// value walks one value, however deep, and leaves pos behind it.
func (s *scanner) value() error {
	base := len(s.open)
	if err := s.begin(); err != nil {
		return err
	}
	for len(s.open) > base {
		done, err := s.next()
		if err != nil {
			return err
		}
		if done {
			continue
		}
		if s.open[len(s.open)-1].object {
			if _, err := s.key(); err != nil {
				return err
			}
		}
		if err := s.begin(); err != nil {
			return err
		}
	}
	return nil
}

// begin walks a scalar, or opens an array or object.
func (s *scanner) begin() error {
	switch c := s.peek(); {
	case c == '{' || c == '[':
		if len(s.open) == MaxDepth {
			return s.tooDeep()
		}
		s.push(c == '{')
		return nil
	case c == '"':
		_, err := s.text()
		return err
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	default:
		return s.literal()
	}
}

func (s *scanner) push(object bool) {
	s.pos++
	s.open = append(s.open, container{object: object, firstKey: s.keys.mark()})
}

// next moves to the innermost container's next item, past a comma where one is due, or closes it.
func (s *scanner) next() (done bool, err error) {
	top := &s.open[len(s.open)-1]
	s.space()
	closer := byte(']')
	if top.object {
		closer = '}'
	}
	if s.peek() == closer {
		s.pos++
		s.keys.release(top.firstKey)
		s.open = s.open[:len(s.open)-1]
		return true, nil
	}
	if top.afterItem {
		if s.peek() != ',' {
			return false, s.unexpected(dueComma)
		}
		s.pos++
		s.space()
	}
	top.afterItem = true
	return false, nil
}

// key walks `"key" :` and the space behind it, and refuses a key that its object already has.
func (s *scanner) key() ([]byte, error) {
	if s.peek() != '"' {
		return nil, s.unexpected(dueKey)
	}
	raw, err := s.text()
	if err != nil {
		return nil, err
	}
	key := unquote(raw)
	if !s.keys.add(s.open[len(s.open)-1].firstKey, key) {
		return nil, fmt.Errorf("the key %.40q stands twice in one object, again at offset %d", key, s.pos-len(raw))
	}
	s.space()
	if s.peek() != ':' {
		return nil, s.unexpected(dueColon)
	}
	s.pos++
	s.space()
	return key, nil
}

// text walks a string and returns it raw, quotes included.
func (s *scanner) text() ([]byte, error) {
	start := s.pos
	s.pos++
	for ; s.pos < len(s.data); s.pos++ {
		s.pos += plainRun(s.data[s.pos:])
		if s.pos == len(s.data) {
			break
		}
		switch c := s.data[s.pos]; {
		case c == '"':
			s.pos++
			return s.data[start:s.pos], nil
		case c == '\\':
			if err := s.escape(); err != nil {
				return nil, err
			}
		case c < ' ':
			return nil, s.unexpected(dueQuoted)
		}
	}
	return nil, s.unexpected(dueQuoted)
}

// plainRun is how many bytes at the beginning of b stand for themselves in a string. It looks at eight at a time: a
// zero byte in x, or one below a bound, shows as the lowest high bit set in (x - bound) &^ x.
func plainRun(b []byte) int {
	const (
		each  = 0x0101010101010101
		highs = 0x80 * each
	)
	i := 0
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		quote, backslash := x^('"'*each), x^('\\'*each)
		found := ((x-' '*each)&^x | (quote-each)&^quote | (backslash-each)&^backslash) & highs
		if found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c < ' ' || c == '"' || c == '\\' {
			break
		}
	}
	return i
}

// escape walks a backslash escape up to its last byte.
func (s *scanner) escape() error {
	s.pos++
	switch s.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
		for range 4 {
			s.pos++
			if !isHex(s.peek()) {
				return s.unexpected(dueEscape)
			}
		}
		return nil
	default:
		return s.unexpected(dueEscape)
	}
}

func (s *scanner) number() error {
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++
	} else if !s.digits() {
		return s.unexpected(dueDigit)
	}
	if s.peek() == '.' {
		s.pos++
		if !s.digits() {
			return s.unexpected(dueDigit)
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		if !s.digits() {
			return s.unexpected(dueDigit)
		}
	}
	return nil
}

func (s *scanner) digits() bool {
	start := s.pos
	for c := s.peek(); '0' <= c && c <= '9'; c = s.peek() {
		s.pos++
	}
	return s.pos > start
}

func (s *scanner) literal() error {
	for _, word := range [...]string{"true", "false", "null"} {
		if bytes.HasPrefix(s.data[s.pos:], []byte(word)) {
			s.pos += len(word)
			return nil
		}
	}
	return s.unexpected(dueValue)
}

func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

// peek is the byte at pos, or 0 at the end; a NUL in the text is never legal where peek is asked.
func (s *scanner) peek() byte {
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
