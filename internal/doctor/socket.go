package doctor

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"beckon/internal/frame"
)

// maxFrame is the longest frame that is taken from a server, in bytes.
const maxFrame = 4 << 20

// Bits and lengths of a frame's header (RFC 6455 section 5.2).
const (
	finalBit, opcodeBits = 0x80, 0x0F
	maskBit, lengthBits  = 0x80, 0x7F
	length16, length64   = 126, 127
	continuation         = 0x0
)

var errFrame = errors.New("a frame that breaks RFC 6455")

// closed is the end of a socket by a close frame.
type closed struct {
	code   int
	reason string
}

// Error says how it was closed.
func (c closed) Error() string { return fmt.Sprintf("closed with %d %s", c.code, c.reason) }

// socket is a WebSocket that hides nothing of what happens on it. It answers pings while it is read. Its methods are
// for one goroutine.
type socket struct {
	conn  net.Conn
	in    *bufio.Reader
	pings []time.Time // when they came
	wait  time.Duration
}

// handshake is the answer to an upgrade.
type handshake struct {
	answer
	socket *socket // open, if the answer is 101
	proof  bool    // the answer was made for this request
}

// upgrade asks for a WebSocket at a path, with more header lines, names and values in turn. Its error is that of a
// connection without an answer.
func (x *examination) upgrade(ctx context.Context, path string, headers ...string) (*handshake, error) {
	ctx, cancel := context.WithTimeout(ctx, x.opts.Timeout)
	defer cancel()
	conn, err := x.dial(ctx)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(x.opts.Timeout))
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, x.target.origin()+path, nil)
	if err != nil {
		conn.Close()
		return nil, err
	}
	key := newKey()
	for name, value := range map[string]string{
		"User-Agent": userAgent, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key,
	} {
		request.Header.Set(name, value)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	if err := request.Write(conn); err != nil {
		conn.Close()
		return nil, err
	}
	return x.finish(conn, request, key)
}

// finish reads the answer to an upgrade.
func (x *examination) finish(conn net.Conn, request *http.Request, key string) (*handshake, error) {
	in := bufio.NewReader(conn)
	response, err := http.ReadResponse(in, request)
	if err != nil {
		conn.Close()
		return nil, err
	}
	shake := &handshake{answer: answer{status: response.StatusCode, header: response.Header, at: time.Now()}}
	if response.StatusCode != http.StatusSwitchingProtocols {
		body, _ := io.ReadAll(io.LimitReader(response.Body, maxBody)) // what there is of it
		shake.body = string(body)
		conn.Close()
		return shake, nil
	}
	shake.proof = proves(response.Header, key)
	shake.socket = &socket{conn: conn, in: in, wait: x.opts.Timeout}
	return shake, nil
}

// send sends a text frame, masked as a client's must be.
func (s *socket) send(text []byte) error { return s.write(frame.Text, text) }

func (s *socket) write(op frame.Opcode, payload []byte) error {
	// A client's frame is a server's with the mask's bit set and four bytes more (RFC 6455 section 5.3).
	plain := frame.New(op, payload)
	header := frame.HeaderLen(len(payload))
	var mask [4]byte
	rand.Read(mask[:])
	out := append(append(append([]byte(nil), plain[:header]...), mask[:]...), plain[header:]...)
	out[1] |= maskBit
	for i := range payload {
		out[header+len(mask)+i] ^= mask[i%len(mask)]
	}
	s.conn.SetWriteDeadline(time.Now().Add(s.wait))
	_, err := s.conn.Write(out)
	return err
}

// receive returns the next text message that comes before a time. A close frame is an error of the type closed.
func (s *socket) receive(before time.Time) ([]byte, error) {
	s.conn.SetReadDeadline(before)
	var message []byte
	for {
		op, final, payload, err := s.readFrame()
		if err != nil {
			return nil, err
		}
		switch op {
		case frame.Ping:
			s.pings = append(s.pings, time.Now())
			if err := s.write(frame.Pong, payload); err != nil {
				return nil, err
			}
		case frame.Pong:
		case frame.Close:
			return nil, closedBy(payload)
		case frame.Text, continuation:
			if message = append(message, payload...); final {
				return message, nil
			}
			if len(message) > maxFrame {
				return nil, errFrame
			}
		default:
			return nil, errFrame
		}
	}
}

func closedBy(payload []byte) error {
	if len(payload) < 2 {
		return closed{code: 1005}
	}
	return closed{int(binary.BigEndian.Uint16(payload)), string(payload[2:])}
}

func (s *socket) readFrame() (op frame.Opcode, final bool, payload []byte, err error) {
	var head [8]byte
	if _, err := io.ReadFull(s.in, head[:2]); err != nil {
		return 0, false, nil, err
	}
	op, final = frame.Opcode(head[0]&opcodeBits), head[0]&finalBit != 0
	length := uint64(head[1] & lengthBits)
	if head[1]&maskBit != 0 {
		return 0, false, nil, errFrame
	}
	switch length {
	case length16:
		_, err = io.ReadFull(s.in, head[:2])
		length = uint64(binary.BigEndian.Uint16(head[:2]))
	case length64:
		_, err = io.ReadFull(s.in, head[:8])
		length = binary.BigEndian.Uint64(head[:8])
	}
	if err == nil && length > maxFrame {
		err = errFrame
	}
	if err != nil {
		return 0, false, nil, err
	}
	payload = make([]byte, length)
	_, err = io.ReadFull(s.in, payload)
	return op, final, payload, err
}

// goodbyeTime is how long a server may take to answer a close frame.
const goodbyeTime = time.Second

// bye closes the socket as one does, which ends the session, and waits until the server has taken note.
func (s *socket) bye() {
	err := s.write(frame.Close, []byte{1000 >> 8, 1000 & 0xFF})
	for end := time.Now().Add(goodbyeTime); err == nil; {
		_, err = s.receive(end)
	}
	s.conn.Close()
}

// cut ends the connection without a word, by a reset where that can be done.
func (s *socket) cut() {
	conn := s.conn
	if layered, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = layered.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}
