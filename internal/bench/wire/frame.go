package wire

import (
	"encoding/binary"
	"errors"
)

// Opcodes of RFC 6455 section 11.8.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

const (
	finalBit  = 0x80
	maskBit   = 0x80
	maxHeader = 14 // of a masked frame
)

var (
	errMasked   = errors.New("the server masked a frame (RFC 6455 section 5.1)")
	errTooLarge = errors.New("the server announced a frame of more than 256 MB")
)

// maxPayload is the largest frame that is taken; a roster of a million users fits.
const maxPayload = 256 << 20

// maskKey masks every frame. It hides nothing on the way to a server under test, but must not be zero: some
// servers skip the unmasking then.
const maskKey = 0x5ac3_1e97

// header is the beginning of a frame: its length in bytes and that of the payload after it.
type header struct {
	op      byte
	final   bool
	length  int
	payload int
}

// parseHeader reads the header of a server's frame. ok is false if b ends before the header does.
func parseHeader(b []byte) (h header, ok bool, err error) {
	if len(b) < 2 {
		return h, false, nil
	}
	if b[1]&maskBit != 0 {
		return h, false, errMasked
	}
	h = header{op: b[0] & 0x0f, final: b[0]&finalBit != 0, length: 2, payload: int(b[1])}
	switch h.payload {
	case 126:
		h.length = 4
	case 127:
		h.length = 10
	}
	if len(b) < h.length {
		return h, false, nil
	}
	switch h.length {
	case 4:
		h.payload = int(binary.BigEndian.Uint16(b[2:]))
	case 10:
		long := binary.BigEndian.Uint64(b[2:])
		if long > maxPayload {
			return h, false, errTooLarge
		}
		h.payload = int(long)
	}
	return h, true, nil
}

// seal makes a masked frame, in place, of a buffer that begins with maxHeader bytes to spare, followed by the
// payload. The frame shares the buffer's memory.
func seal(op byte, buf []byte) []byte {
	payload := buf[maxHeader:]
	mask(payload)
	start := maxHeader - 4 - 2
	switch n := len(payload); {
	case n <= 125:
		buf[start+1] = maskBit | byte(n)
	case n <= 0xffff:
		start -= 2
		buf[start+1] = maskBit | 126
		binary.BigEndian.PutUint16(buf[start+2:], uint16(n))
	default:
		start -= 8
		buf[start+1] = maskBit | 127
		binary.BigEndian.PutUint64(buf[start+2:], uint64(n))
	}
	buf[start] = finalBit | op
	binary.LittleEndian.PutUint32(buf[maxHeader-4:], maskKey)
	return buf[start:]
}

// mask applies maskKey, eight bytes at a time.
func mask(b []byte) {
	const wide = maskKey<<32 | maskKey
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^wide)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= byte(uint64(wide) >> (8 * i))
	}
}
