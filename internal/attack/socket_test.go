//go:build linux

package attack_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"beckon/internal/frame"
	"beckon/internal/testkit"
)

// attackTime is how long an attack goes on that has no end of its own.
const attackTime = 700 * time.Millisecond

// lifetime is after how long an attacker's socket fails, so that nothing goes on for ever.
const lifetime = time.Minute

// socket is an attacker's. Its methods are for one goroutine, or for one that reads and one that writes.
type socket struct {
	net.Conn
	in *bufio.Reader
}

// attackerAddress is the i-th of the addresses that attackers connect from.
func attackerAddress(i int) net.IP { return net.IPv4(127, 66, byte(i/250), byte(i%250+1)) }

// crowd lets n attackers do something, all at once, and fails the test if one of them met what it should not.
func (s *siege) crowd(n int, do func(i int) error) {
	s.t.Helper()
	var group sync.WaitGroup
	failures := make(chan error, n)
	for i := range n {
		group.Go(func() {
			if err := do(i); err != nil {
				failures <- fmt.Errorf("attacker %d: %w", i, err)
			}
		})
	}
	group.Wait()
	for range min(3, len(failures)) {
		s.t.Error(<-failures)
	}
}

// connect opens a TCP connection from the i-th address.
func (s *siege) connect(i int) (*socket, error) { return s.connectSmall(i, 0) }

// connectSmall is connect with a receive buffer of about so many bytes, unless that is 0.
func (s *siege) connectSmall(i, receive int) (*socket, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: attackerAddress(i)}, Timeout: testkit.Patience}
	if receive > 0 {
		dialer.Control = func(_, _ string, raw syscall.RawConn) (err error) {
			outer := raw.Control(func(fd uintptr) {
				err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, receive)
			})
			return errors.Join(outer, err)
		}
	}
	conn, err := dialer.DialContext(context.Background(), "tcp", s.server.address)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(lifetime))
	k := &socket{Conn: conn, in: bufio.NewReader(conn)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = append(s.open, k)
	return k, nil
}

// handshake is a request for an upgrade, up to the empty line that ends it.
const handshake = "GET /ws HTTP/1.1\r\nHost: beckon.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"

// v1 is the line that asks for beckon.v1.
const v1 = "Sec-WebSocket-Protocol: beckon.v1\r\n"

// upgrade makes a WebSocket of the connection, with more header lines if there are any, and takes the greeting.
func (k *socket) upgrade(lines string) error {
	k.Write([]byte(handshake + lines + "\r\n"))
	response, err := k.response()
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusSwitchingProtocols {
		return refusal{status: response.StatusCode, retryAfter: response.Header.Get("Retry-After")}
	}
	_, err = k.expect("connect")
	return err
}

// response takes an answer of HTTP, its body read and closed.
func (k *socket) response() (*http.Response, error) {
	response, err := http.ReadResponse(k.in, nil)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response, err
}

// upgraded opens a WebSocket from the i-th address.
func (s *siege) upgraded(i int, lines string) (*socket, error) { return s.upgradedSmall(i, 0, lines) }

func (s *siege) upgradedSmall(i, receive int, lines string) (*socket, error) {
	k, err := s.connectSmall(i, receive)
	if err != nil {
		return nil, err
	}
	return k, k.upgrade(lines)
}

// enter opens a WebSocket and logs in, unseeing: presence is off.
func (s *siege) enter(i int, lines, room string) (*socket, error) {
	return s.enterSmall(i, 0, lines, room)
}

func (s *siege) enterSmall(i, receive int, lines, room string) (*socket, error) {
	k, err := s.upgradedSmall(i, receive, lines)
	if err != nil {
		return nil, err
	}
	return k, k.login(fields{"name": attackerName(i), "room": room, "presence": false})
}

// attackerName is what the i-th attacker logs in as.
func attackerName(i int) string { return fmt.Sprintf("mallory %d", i) }

// fields are those of a message.
type fields map[string]any

// text is a message of a type.
func (f fields) text(kind string) []byte {
	f["type"] = kind
	text, err := json.Marshal(f)
	if err != nil {
		panic(err) // not of what is sent here
	}
	return text
}

// of is a message of a type as a frame on the wire.
func (f fields) of(kind string) []byte { return testkit.TextFrame(string(f.text(kind))).Bytes() }

// login logs in, which must succeed. It does not look at the roster, which may be long.
func (k *socket) login(f fields) error {
	k.Write(f.of("login"))
	op, payload, err := k.next()
	for err == nil && op == frame.Ping {
		op, payload, err = k.next()
	}
	if err == nil && (op != frame.Text || !bytes.HasPrefix(payload, []byte(`{"type":"login","success":true,`))) {
		err = fmt.Errorf("login: got %.200s", payload)
	}
	return err
}

// welcome is login that returns the reply.
func (k *socket) welcome(f fields) (reply, error) {
	k.Write(f.of("login"))
	r, err := k.expect("login")
	if err == nil && !r.Success {
		err = fmt.Errorf("login: %s", r.Code)
	}
	return r, err
}

// reply is what attackers look at of the server's messages.
type reply struct {
	Type, Code, Session string
	Success, Resumed    bool
}

// expect takes the next text frame, which must be of a type. It passes over pings and pongs.
func (k *socket) expect(kind string) (r reply, err error) {
	for {
		op, payload, err := k.next()
		switch {
		case err != nil:
			return r, fmt.Errorf("want %s: %w", kind, err)
		case op == frame.Ping, op == frame.Pong:
			continue
		case op != frame.Text:
			return r, fmt.Errorf("want %s, got opcode %d %q", kind, op, payload)
		}
		if err := json.Unmarshal(payload, &r); err != nil || r.Type != kind {
			return r, fmt.Errorf("want %s, got %.200s", kind, payload)
		}
		return r, nil
	}
}

// next takes the next frame of the server.
func (k *socket) next() (op frame.Opcode, payload []byte, err error) {
	var head [10]byte
	if _, err := io.ReadFull(k.in, head[:2]); err != nil {
		return 0, nil, err
	}
	length := uint64(head[1])
	if extended := map[uint64]int{126: 2, 127: 8}[length]; extended > 0 {
		if _, err := io.ReadFull(k.in, head[10-extended:]); err != nil {
			return 0, nil, err
		}
		length = binary.BigEndian.Uint64(head[2:]) & (1<<(8*extended) - 1)
	}
	const opcodeBits = 0x0F
	payload = make([]byte, length)
	_, err = io.ReadFull(k.in, payload)
	return frame.Opcode(head[0] & opcodeBits), payload, err
}

// expectClose reads up to the close frame, which must have a code.
func (k *socket) expectClose(code int) error {
	for {
		op, payload, err := k.next()
		if err != nil {
			return fmt.Errorf("want the close code %d: %w", code, err)
		}
		if op != frame.Close {
			continue
		}
		if len(payload) < 2 || int(binary.BigEndian.Uint16(payload)) != code {
			return fmt.Errorf("closed with %q, want %d", payload, code)
		}
		return nil
	}
}

// expectEnd reads up to the end of the connection, however it comes, but not by running out of time.
func (k *socket) expectEnd() error {
	_, err := io.Copy(io.Discard, k.in)
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		return errors.New("the server leaves the connection open")
	}
	return nil
}

// discard reads on and throws away.
func (k *socket) discard() { io.Copy(io.Discard, k.in) }

// pour writes data again and again for the time of an attack, or until the server has had enough.
func (k *socket) pour(data []byte) {
	until := time.Now().Add(attackTime)
	k.SetWriteDeadline(until)
	for time.Now().Before(until) {
		if _, err := k.Write(data); err != nil {
			return
		}
	}
}

// stuff writes data again and again until the server takes no more.
func (k *socket) stuff(data []byte) {
	rest, took := data, 1
	for until := time.Now().Add(testkit.Patience); took > 0 && time.Now().Before(until); {
		k.SetWriteDeadline(time.Now().Add(attackTime))
		took, _ = k.Write(rest)
		if rest = rest[took:]; len(rest) == 0 {
			rest = data
		}
	}
}

// repeated is frames of about 64 KiB in all, to be poured.
func repeated(frame []byte) []byte {
	const size = 64 << 10
	var data []byte
	for len(data) < size {
		data = append(data, frame...)
	}
	return data
}
