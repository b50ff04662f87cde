package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

// unmasked reads a client's frame as RFC 6455 section 5.2 says, byte by byte.
func unmasked(t *testing.T, frame []byte) (op byte, payload []byte) {
	t.Helper()
	if frame[1]&0x80 == 0 {
		t.Fatal("the frame has no mask")
	}
	n, rest := uint64(frame[1]&0x7f), frame[2:]
	switch n {
	case 126:
		n, rest = uint64(binary.BigEndian.Uint16(rest)), rest[2:]
		if n < 126 {
			t.Errorf("a length of %d takes three bytes", n)
		}
	case 127:
		n, rest = binary.BigEndian.Uint64(rest), rest[8:]
		if n <= 0xffff {
			t.Errorf("a length of %d takes nine bytes", n)
		}
	}
	key, masked := rest[:4], rest[4:]
	if uint64(len(masked)) != n {
		t.Fatalf("the header says %d bytes, there are %d", n, len(masked))
	}
	if bytes.Equal(key, make([]byte, 4)) {
		t.Error("the mask is zero, which some servers skip")
	}
	for i, b := range masked {
		payload = append(payload, b^key[i%4])
	}
	if frame[0]&0x80 == 0 {
		t.Error("the frame is not final")
	}
	return frame[0] & 0x0f, payload
}

func TestSealedFramesAreThoseOfTheRFC(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 125, 126, 127, 65535, 65536, 70001} {
		want := bytes.Repeat([]byte("0123456789abc"), n/13+1)[:n]
		op, got := unmasked(t, seal(opText, append(make([]byte, maxHeader), want...)))
		if op != opText || !bytes.Equal(got, want) {
			t.Errorf("%d bytes came out as opcode %d and %d other bytes", n, op, len(got))
		}
	}
}

func TestHeadersAreReadWhole(t *testing.T) {
	for _, test := range []struct {
		bytes []byte
		want  header
	}{
		{[]byte{0x81, 0}, header{op: opText, final: true, length: 2}},
		{[]byte{0x01, 125}, header{op: opText, length: 2, payload: 125}},
		{[]byte{0x80, 126, 1, 2}, header{op: opContinuation, final: true, length: 4, payload: 0x102}},
		{[]byte{0x89, 127, 0, 0, 0, 0, 0, 1, 0, 0}, header{op: opPing, final: true, length: 10, payload: 1 << 16}},
	} {
		for n := range test.bytes {
			if _, ok, err := parseHeader(test.bytes[:n]); ok || err != nil {
				t.Errorf("%x: %v, %v, want more to be asked for", test.bytes[:n], ok, err)
			}
		}
		if h, ok, err := parseHeader(append(test.bytes, 'x')); !ok || err != nil || h != test.want {
			t.Errorf("%x: %+v, %v, %v, want %+v", test.bytes, h, ok, err, test.want)
		}
	}
}

func TestForbiddenHeadersAreRefused(t *testing.T) {
	if _, _, err := parseHeader([]byte{0x81, 0x80}); !errors.Is(err, errMasked) {
		t.Errorf("a masked frame: %v", err)
	}
	if _, _, err := parseHeader([]byte{0x81, 127, 0xff, 0, 0, 0, 0, 0, 0, 0}); !errors.Is(err, errTooLarge) {
		t.Errorf("a frame without end: %v", err)
	}
}
