package app

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"beckon/internal/frame"
	"beckon/internal/health"
)

// caller is the http.ResponseWriter of a handshake that comes from this process.
type caller struct {
	conn     net.Conn
	header   http.Header
	hijacked bool
	status   int // 0 before there is one
}

// Header is http.ResponseWriter.
func (c *caller) Header() http.Header { return c.header }

// WriteHeader is http.ResponseWriter.
func (c *caller) WriteHeader(status int) { c.status = status }

// Write is http.ResponseWriter. Nobody reads what is written.
func (c *caller) Write(p []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	return len(p), nil
}

// Hijack is http.Hijacker.
func (c *caller) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c.hijacked = true
	return c.conn, bufio.NewReadWriter(bufio.NewReader(c.conn), bufio.NewWriter(c.conn)), nil
}

func (c *caller) refusal() error { return fmt.Errorf("a handshake is answered with %d", c.status) }

// handshake is a request for a WebSocket (RFC 6455 section 4.1).
func handshake(path string) *http.Request {
	return &http.Request{
		Method: http.MethodGet, URL: &url.URL{Path: path}, Host: "localhost", RemoteAddr: "127.0.0.1:0",
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Connection": {"Upgrade"}, "Upgrade": {"websocket"},
			"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"AAAAAAAAAAAAAAAAAAAAAA=="},
		},
	}
}

// converse is a client that takes its greeting, is silent for a moment, asks for a pong and says goodbye. It does not
// wait for longer than the limit.
func converse(conn net.Conn) error {
	deadline := time.Now().Add(health.Limit)
	conn.SetDeadline(deadline)
	from := bufio.NewReader(conn)
	if response, err := http.ReadResponse(from, nil); err != nil {
		return err
	} else if response.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("a handshake is answered with %d", response.StatusCode)
	}
	if err := expect(from, "connect"); err != nil {
		return err
	}
	const silence = 10 * time.Millisecond // for the server to leave it to the poller to wait for more
	conn.SetReadDeadline(time.Now().Add(silence))
	from.Peek(1)
	conn.SetReadDeadline(deadline)
	if _, err := conn.Write(masked(frame.Text, `{"type":"ping"}`)); err != nil {
		return err
	}
	if err := expect(from, "pong"); err != nil {
		return err
	}
	_, err := conn.Write(masked(frame.Close, "\x03\xe8")) // 1000
	return err
}

// expect takes a message of a type.
func expect(from *bufio.Reader, kind string) error {
	for {
		opcode, payload, err := readFrame(from)
		if err != nil {
			return err
		}
		if opcode == frame.Ping {
			continue
		}
		var message struct{ Type string }
		if opcode != frame.Text || json.Unmarshal(payload, &message) != nil || message.Type != kind {
			return fmt.Errorf("%q came in place of a %s message", payload, kind)
		}
		return nil
	}
}

// readFrame takes a short frame of the server.
func readFrame(from *bufio.Reader) (frame.Opcode, []byte, error) {
	const final, longest = 0x80, 125
	first, err := from.ReadByte()
	if err != nil {
		return 0, nil, err
	}
	length, err := from.ReadByte()
	if err != nil {
		return 0, nil, err
	}
	if first&final == 0 || length > longest {
		return 0, nil, errors.New("a long frame came in place of a short message")
	}
	payload := make([]byte, length)
	_, err = io.ReadFull(from, payload)
	return frame.Opcode(first &^ final), payload, err
}

// masked is a frame of a client with a mask that changes nothing (RFC 6455 section 5.3). The payload is short.
func masked(opcode frame.Opcode, payload string) []byte {
	const bit, header = 0x80, 2
	f := frame.New(opcode, []byte(payload))
	f[1] |= bit
	return slices.Insert(f, header, 0, 0, 0, 0)
}
