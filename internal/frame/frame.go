// Package frame builds the WebSocket frames that a server sends (RFC 6455 section 5.2).
//
// A server's frames carry no mask, so the same bytes may go to any number of clients: a frame is encoded
// once and then shared, and several frames may stand in one slice and leave in one write. Everything here
// is one final, unfragmented frame.
package frame

import "encoding/binary"

// Opcode is the meaning of a frame (RFC 6455 section 11.8).
type Opcode byte

// The opcodes that a server of text messages sends.
const (
	Text  Opcode = 0x1
	Close Opcode = 0x8
	Ping  Opcode = 0x9
	Pong  Opcode = 0xA
)

// MaxControl is the longest payload of a control frame, in bytes (RFC 6455 section 5.5).
const MaxControl = 125

// MaxHeader is the longest header of a frame without a mask, in bytes.
const MaxHeader = 10

const finalBit = 0x80

// HeaderLen is the length in bytes of the header of a frame with a payload of n bytes.
func HeaderLen(n int) int {
	switch {
	case n <= 125:
		return 2
	case n <= 0xFFFF:
		return 4
	default:
		return MaxHeader
	}
}

// AppendHeader appends the header of a frame whose payload of n bytes the caller appends next.
func AppendHeader(dst []byte, op Opcode, n int) []byte {
	dst = append(dst, finalBit|byte(op))
	switch HeaderLen(n) {
	case 2:
		return append(dst, byte(n))
	case 4:
		return binary.BigEndian.AppendUint16(append(dst, 126), uint16(n))
	default:
		return binary.BigEndian.AppendUint64(append(dst, 127), uint64(n))
	}
}

// New returns a frame around a copy of payload.
func New(op Opcode, payload []byte) []byte {
	dst := make([]byte, 0, HeaderLen(len(payload))+len(payload))
	return append(AppendHeader(dst, op, len(payload)), payload...)
}

// Seal makes a frame of a buffer that begins with MaxHeader bytes to spare, followed by the payload, without
// copying. The frame shares the buffer's memory.
func Seal(op Opcode, buf []byte) []byte { return seal(op, buf, len(buf)-MaxHeader) }

// SealParts is Seal for a payload in parts, of which the first begins with MaxHeader bytes to spare. It changes parts.
func SealParts(op Opcode, parts [][]byte) {
	n := -MaxHeader
	for _, part := range parts {
		n += len(part)
	}
	parts[0] = seal(op, parts[0], n)
}

// seal puts the header of a payload of n bytes into the bytes to spare.
func seal(op Opcode, buf []byte, n int) []byte {
	start := MaxHeader - HeaderLen(n)
	AppendHeader(buf[:start], op, n)
	return buf[start:]
}

// NewClose returns a close frame (RFC 6455 section 5.5.1). A reason that is too long is cut between
// characters. A code of 0 makes a close frame without a payload.
func NewClose(code int, reason string) []byte {
	if code == 0 {
		return New(Close, nil)
	}
	payload := binary.BigEndian.AppendUint16(nil, uint16(code))
	for _, r := range reason {
		grown := append(payload, string(r)...)
		if len(grown) > MaxControl {
			break
		}
		payload = grown
	}
	return New(Close, payload)
}
