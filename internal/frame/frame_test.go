package frame

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestHeaderFollowsTheLength(t *testing.T) {
	tests := map[int][]byte{
		0:       {0x81, 0},
		125:     {0x81, 125},
		126:     {0x81, 126, 0, 126},
		0xFFFF:  {0x81, 126, 0xFF, 0xFF},
		0x10000: {0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0},
	}
	for n, want := range tests {
		if got := AppendHeader(nil, Text, n); !bytes.Equal(got, want) || len(got) != HeaderLen(n) {
			t.Errorf("%d bytes: got % x, want % x", n, got, want)
		}
		payload := bytes.Repeat([]byte{'x'}, n)
		sealed := Seal(Text, append(make([]byte, MaxHeader), payload...))
		if !bytes.Equal(sealed, New(Text, payload)) {
			t.Errorf("%d bytes: Seal and New differ", n)
		}
	}
}

func TestCloseFrame(t *testing.T) {
	if got := NewClose(0, "ignored"); !bytes.Equal(got, []byte{0x88, 0}) {
		t.Errorf("got % x", got)
	}
	if got := NewClose(4008, "slow"); !bytes.Equal(got, []byte{0x88, 6, 0x0F, 0xA8, 's', 'l', 'o', 'w'}) {
		t.Errorf("got % x", got)
	}
	long := NewClose(1001, strings.Repeat("é", 100))
	if len(long) > 2+MaxControl || !utf8.Valid(long[4:]) {
		t.Errorf("%d bytes, reason %q", len(long), long[4:])
	}
}
