//go:build linux

package soak_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/frame"
	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// Close codes of the contract, and what stands for an end without one.
const (
	normal    = 1000
	goingAway = 1001
	violation = 1002
	none      = websocket.CloseNoStatusReceived
	abnormal  = websocket.CloseAbnormalClosure
	policy    = 1008
	tooLarge  = 1009
	restart   = 1012
	// serverFault is a fault of the server's, which knows it.
	serverFault = 1011
	own         = 4000 // a client's own, which leaves its session resumable
	takenOver   = 4001
	noLogin     = 4002
	tooSlow     = 4008
)

// conn is a WebSocket of a client.
type conn struct {
	client  *client
	ws      *websocket.Conn
	socket  *socket
	link    *link         // nil without the proxy
	opened  time.Time     // before it was
	greeted chan struct{} // closed when the server has greeted
	ended   chan struct{} // closed when it has ended

	writing sync.Mutex // one frame after the other

	// Guarded by client.mu.

	welcome  bool      // whether the server has greeted
	givenUp  bool      // whether nothing that it says counts, nor is answered
	closed   bool      // whether the client has closed the socket
	left     time.Time // when it was given up
	may      []int     // how it may end; empty while it may not
	farewell int       // the code that the client has closed it with; 0 while it has not
	code     int       // of its end; 0 while it has none
}

// dial connects a client. It is greeted later.
func (c *client) dial() (*conn, error) {
	k := &conn{client: c, opened: time.Now(), greeted: make(chan struct{}), ended: make(chan struct{})}
	address := c.soak.server.address
	if c.proxied {
		address = c.soak.proxy.listener.Addr().String()
	}
	dialer := websocket.Dialer{HandshakeTimeout: testkit.Patience, NetDialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		conn, err := (&net.Dialer{Control: c.receiveLittle}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		k.socket = &socket{Conn: conn}
		return k.socket, nil
	}}
	if c.v1 {
		dialer.Subprotocols = []string{protocol.Subprotocol}
	}
	ws, _, err := dialer.DialContext(c.soak.ctx, "ws://"+address+"/ws", nil)
	if err != nil {
		return nil, err
	}
	if c.proxied {
		k.link = c.soak.proxy.find(ws.LocalAddr().String())
	}
	k.ws = ws
	ws.SetPingHandler(k.pinged)
	ws.SetCloseHandler(k.answerClose)
	c.soak.rememberConn(k)
	go k.read()
	return k, nil
}

// receiveLittle makes the receive buffer of a client small that shall be felt when it stops reading.
func (c *client) receiveLittle(_, _ string, raw syscall.RawConn) (err error) {
	if !c.deaf {
		return nil
	}
	outer := raw.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 16<<10) })
	return errors.Join(outer, err)
}

// read hands all that comes to the client.
func (k *conn) read() {
	defer close(k.ended)
	for {
		kind, data, err := k.ws.ReadMessage()
		if err != nil {
			code := abnormal
			if closed := new(websocket.CloseError); errors.As(err, &closed) {
				code = closed.Code
			}
			k.client.hearEnd(k, code, err)
			k.socket.Close()
			return
		}
		k.client.hear(k, kind, data)
	}
}

// pinged answers a ping, which says that all before it has come, also behind a close frame (RFC 6455 section 5.5.2).
// Who has given a connection up says nothing more.
func (k *conn) pinged(payload string) error {
	k.client.mu.Lock()
	silent := k.givenUp
	k.client.note("< WebSocket ping, answered: %t", !silent)
	k.client.mu.Unlock()
	if !silent {
		k.write(testkit.RawFrame{FIN: true, Opcode: byte(frame.Pong), Payload: []byte(payload)})
	}
	return nil
}

// answerClose answers a close frame, unless it is an answer itself.
func (k *conn) answerClose(code int, _ string) error {
	k.client.mu.Lock()
	answer := k.farewell == 0
	k.client.mu.Unlock()
	if answer {
		k.write(closeFrame(code))
	}
	return nil
}

func closeFrame(code int) testkit.RawFrame {
	if code == none {
		return testkit.CloseFrame(nil)
	}
	return testkit.CloseFrame(testkit.CloseCode(uint16(code), ""))
}

// write sends frames in one write. That the connection may be gone is for its reader to find out.
func (k *conn) write(frames ...testkit.RawFrame) {
	var out []byte
	for _, f := range frames {
		out = append(out, f.Bytes()...)
	}
	k.writing.Lock()
	defer k.writing.Unlock()
	k.socket.SetWriteDeadline(time.Now().Add(testkit.Patience))
	k.socket.Write(out)
}

// mayEndWith tells whether an end with a code is one that may be. It needs client.mu.
func (k *conn) mayEndWith(code int) bool {
	const moment = time.Second
	c := k.client
	switch code {
	case goingAway:
		silent := c.cut
		if k.givenUp {
			silent = k.left
		}
		if k.farewell != code && time.Since(silent) < namePatience-moment {
			return false // it was not asked for long enough
		}
	case noLogin:
		since := k.opened
		if k == c.conn {
			since = c.since
		}
		if (k != c.conn || c.stay == nil || c.leaving) && time.Since(since) >= loginTimeout {
			return true
		}
	case serverFault:
		return c.soak.over()
	case restart:
		if c.soak.draining.Load() {
			c.soak.restarts.Add(1)
			return true
		}
	case abnormal:
		if c.soak.draining.Load() {
			return true
		}
	}
	return k.closed || c.soak.over() || slices.Contains(k.may, code)
}

// reset ends the connection so that the other side's system is told by a RST and what is under way is lost.
func (k *conn) reset() {
	if k.link != nil {
		k.link.cut()
	}
	if tcp, ok := k.socket.Conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	k.socket.Close()
}

// socket is a client's end of a connection, which it may stop to read.
type socket struct {
	net.Conn

	mu     sync.Mutex
	thawed chan struct{} // closed when it is read again; nil while it is; guarded by mu
}

// Read is net.Conn.
func (s *socket) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	s.mu.Lock()
	thawed := s.thawed
	s.mu.Unlock()
	if thawed != nil {
		<-thawed
	}
	return n, err
}

// Close is net.Conn.
func (s *socket) Close() error {
	s.thaw()
	return s.Conn.Close()
}

func (s *socket) freeze() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.thawed == nil {
		s.thawed = make(chan struct{})
	}
}

func (s *socket) thaw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.thawed != nil {
		close(s.thawed)
		s.thawed = nil
	}
}
