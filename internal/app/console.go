package app

import (
	"bytes"
	"io"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// plain is the way of a console's log to a terminal. Whatever of clients' words would move the cursor there, or turn
// the line around, is written out.
type plain struct{ out io.Writer }

// Write is io.Writer.
func (p plain) Write(line []byte) (int, error) {
	if !bytes.ContainsFunc(line, unsafe) {
		return p.out.Write(line)
	}
	var safe []byte
	for rest := line; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if unsafe(r) {
			safe = append(safe, bytes.Trim(strconv.AppendQuoteRuneToASCII(nil, r), "'")...)
		} else {
			safe = append(safe, rest[:size]...)
		}
		rest = rest[size:]
	}
	if _, err := p.out.Write(safe); err != nil {
		return 0, err
	}
	return len(line), nil
}

// unsafe tells whether a terminal may take a rune for more than text. The controls of ASCII are zerolog's own: it
// escapes them in what it is given.
func unsafe(r rune) bool {
	return r > unicode.MaxASCII && !unicode.IsPrint(r) && r != utf8.RuneError
}
