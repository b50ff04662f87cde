package testkit

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"beckon/internal/frame"
)

// rawPatience is longer than the server's heartbeat: what Raw waits for may be its reaction to silence.
const rawPatience = time.Minute

// Raw is a client that speaks RFC 6455 byte by byte. It answers nothing by itself.
type Raw struct {
	net.Conn
	t  testing.TB
	in *bufio.Reader
}

// Handshake upgrades conn, with more header lines if there are any. It is closed when the test ends.
func Handshake(t testing.TB, conn net.Conn, header ...string) *Raw {
	t.Helper()
	t.Cleanup(func() { conn.Close() })
	r := &Raw{Conn: conn, t: t, in: bufio.NewReader(conn)}
	lines := append([]string{
		"GET /ws HTTP/1.1", "Host: beckon.test", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
	}, header...)
	r.Write([]byte(strings.Join(lines, "\r\n") + "\r\n\r\n"))
	conn.SetReadDeadline(time.Now().Add(rawPatience))
	response, err := http.ReadResponse(r.in, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("handshake: %v %v", response, err)
	}
	return r
}

// Write sends bytes. That the server may have closed is no failure.
func (r *Raw) Write(p []byte) (int, error) {
	r.SetWriteDeadline(time.Now().Add(Patience))
	return r.Conn.Write(p)
}

// RawFrame is a frame as a client sends it; the zero value is an empty continuation that is not the last.
type RawFrame struct {
	FIN      bool
	RSV      byte // the three reserved bits, 1 to 7
	Opcode   byte
	Payload  []byte
	Unmasked bool
	Long     bool   // the length in 8 bytes though it would fit in fewer
	Claim    uint64 // the length to claim instead of the payload's
}

// TextFrame is a complete text message.
func TextFrame(text string) RawFrame {
	return RawFrame{FIN: true, Opcode: byte(frame.Text), Payload: []byte(text)}
}

// CloseFrame is a close frame with any payload.
func CloseFrame(payload []byte) RawFrame {
	return RawFrame{FIN: true, Opcode: byte(frame.Close), Payload: payload}
}

// CloseCode is the payload of a close frame (RFC 6455 section 5.5.1).
func CloseCode(code uint16, reason string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, code), reason...)
}

// PingFrame is a ping.
func PingFrame(payload string) RawFrame {
	return RawFrame{FIN: true, Opcode: byte(frame.Ping), Payload: []byte(payload)}
}

// Bytes is the frame on the wire (RFC 6455 section 5.2).
func (f RawFrame) Bytes() []byte {
	const finalBit, maskBit, rsvShift = 0x80, 0x80, 4
	first := f.RSV<<rsvShift | f.Opcode
	if f.FIN {
		first |= finalBit
	}
	length, mask := uint64(len(f.Payload)), byte(maskBit)
	if f.Claim > 0 {
		length = f.Claim
	}
	if f.Unmasked {
		mask = 0
	}
	out := []byte{first}
	switch {
	case length > 0xFFFF || f.Long:
		out = binary.BigEndian.AppendUint64(append(out, mask|127), length)
	case length > 125:
		out = binary.BigEndian.AppendUint16(append(out, mask|126), uint16(length))
	default:
		out = append(out, mask|byte(length))
	}
	if f.Unmasked {
		return append(out, f.Payload...)
	}
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d} // of RFC 6455 section 5.7
	out = append(out, key[:]...)
	for i, b := range f.Payload {
		out = append(out, b^key[i%len(key)])
	}
	return out
}

// Send sends frames in one write.
func (r *Raw) Send(frames ...RawFrame) {
	var out []byte
	for _, f := range frames {
		out = append(out, f.Bytes()...)
	}
	r.Write(out)
}

// Reply is a frame of the server.
type Reply struct {
	Opcode  frame.Opcode
	Payload []byte
}

// String shows a reply in a failure.
func (p Reply) String() string { return fmt.Sprintf("opcode %d %q", p.Opcode, p.Payload) }

// CloseCode is the code of a close frame, or 0 if there is none.
func (p Reply) CloseCode() int {
	if len(p.Payload) < 2 {
		return 0
	}
	return int(binary.BigEndian.Uint16(p.Payload))
}

// Read takes the next frame; io.EOF when the server has closed the socket, in whatever manner. It fails the
// test if neither happens, or if the frame is masked, fragmented or uses reserved bits.
func (r *Raw) Read() (Reply, error) {
	r.t.Helper()
	r.SetReadDeadline(time.Now().Add(rawPatience))
	var head [2]byte
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		return Reply{}, r.ended(err)
	}
	const final = 0x80
	if head[0]&0xF0 != final || head[1]&0x80 != 0 {
		r.t.Fatalf("a frame that a server may not send: % x", head)
	}
	length := uint64(head[1])
	extended := map[uint64]int{126: 2, 127: 8}[length]
	if extended > 0 {
		var size [8]byte
		if _, err := io.ReadFull(r.in, size[8-extended:]); err != nil {
			return Reply{}, r.ended(err)
		}
		length = binary.BigEndian.Uint64(size[:])
	}
	p := Reply{Opcode: frame.Opcode(head[0] & 0x0F), Payload: make([]byte, length)}
	if _, err := io.ReadFull(r.in, p.Payload); err != nil {
		return Reply{}, r.ended(err)
	}
	return p, nil
}

func (r *Raw) ended(err error) error {
	r.t.Helper()
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		r.t.Fatalf("the server neither answers nor closes")
	}
	return io.EOF
}

// Expect takes the next frame, which must have an opcode.
func (r *Raw) Expect(op frame.Opcode) Reply {
	r.t.Helper()
	p, err := r.Read()
	if err != nil {
		r.t.Fatalf("the server closed the socket, want a frame with opcode %d", op)
	}
	if p.Opcode != op {
		r.t.Fatalf("got %s, want opcode %d", p, op)
	}
	return p
}

// ExpectText takes the next frame, which must be a message of a type.
func (r *Raw) ExpectText(kind string) Frame {
	r.t.Helper()
	f := parseFrame(r.t, r.Expect(frame.Text).Payload)
	if f.Type != kind {
		r.t.Fatalf("got %s, want %s", f.JSON, kind)
	}
	return f
}

// ExpectEnd takes the end of the socket, with nothing before it.
func (r *Raw) ExpectEnd() {
	r.t.Helper()
	if p, err := r.Read(); err == nil {
		r.t.Fatalf("got %s, want the end of the socket", p)
	}
}
