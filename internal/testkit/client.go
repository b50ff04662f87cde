package testkit

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Patience is how long a client waits for what it expects, and for the server to take what it sends.
const Patience = 20 * time.Second

// Client is one WebSocket to a server. It reads in the background and answers pings, unless it is told not to.
// Its methods are for the test's goroutine.
type Client struct {
	t     testing.TB
	name  string
	ws    *websocket.Conn
	inbox *inbox
	start sync.Once     // starts reading
	done  chan struct{} // closed when reading has ended

	session Session // as of the last frame that was taken

	mu    sync.Mutex
	pings []time.Time // guarded by mu
}

// Option changes how a client connects or behaves.
type Option func(*settings)

type settings struct {
	dialer  websocket.Dialer
	header  http.Header
	frozen  bool
	mute    bool
	curt    bool
	receive int
}

// Through connects with dial instead of TCP.
func Through(dial DialFunc) Option {
	return func(s *settings) { s.dialer.NetDialContext = dial }
}

// Header adds a header line to the handshake; Host replaces the host of the URL.
func Header(key, value string) Option {
	return func(s *settings) { s.header[key] = append(s.header[key], value) }
}

// Subprotocols offers subprotocols.
func Subprotocols(names ...string) Option {
	return func(s *settings) { s.dialer.Subprotocols = names }
}

// Frozen makes a client that does not read until Thaw.
func Frozen() Option {
	return func(s *settings) { s.frozen = true }
}

// Mute makes a client that reads but answers no ping.
func Mute() Option {
	return func(s *settings) { s.mute = true }
}

// Curt makes a client that answers no close frame.
func Curt() Option {
	return func(s *settings) { s.curt = true }
}

// ReceiveBuffer asks the system to hold back no more than about n bytes for a client that does not read.
func ReceiveBuffer(n int) Option {
	return func(s *settings) { s.receive = n }
}

// Dial connects to a server and takes the greeting, unless the client is frozen. The connection is cut when
// the test ends.
func Dial(t testing.TB, url string, options ...Option) *Client {
	t.Helper()
	s := newSettings(options)
	ws, response, err := s.dialer.Dial(url, s.header)
	if err != nil {
		t.Fatalf("connect to %s: %v (%s)", url, err, status(response))
	}
	if tcp, ok := ws.NetConn().(*net.TCPConn); ok && s.receive > 0 {
		tcp.SetReadBuffer(s.receive)
	}
	c := &Client{t: t, name: "client", ws: ws, inbox: newInbox(), done: make(chan struct{})}
	ws.SetPingHandler(c.pingHandler(s.mute))
	if s.curt {
		ws.SetCloseHandler(func(int, string) error { return nil })
	}
	t.Cleanup(c.Drop)
	if !s.frozen {
		c.Thaw()
		c.Expect("connect").Text("message")
	}
	return c
}

// DialRefused connects to a server that is expected to refuse the upgrade, and returns its answer, whose body
// is closed.
func DialRefused(t testing.TB, url string, options ...Option) *http.Response {
	t.Helper()
	s := newSettings(options)
	ws, response, err := s.dialer.Dial(url, s.header)
	if err == nil {
		ws.Close()
		t.Fatalf("connect to %s: accepted, want a refusal", url)
	}
	if response == nil {
		t.Fatalf("connect to %s: %v, want an answer that refuses", url, err)
	}
	response.Body.Close()
	return response
}

func newSettings(options []Option) *settings {
	s := &settings{dialer: websocket.Dialer{HandshakeTimeout: Patience}, header: http.Header{}}
	for _, option := range options {
		option(s)
	}
	return s
}

func status(r *http.Response) string {
	if r == nil {
		return "no answer"
	}
	return r.Status
}

// pingHandler notes each ping and answers it, unless the client is mute.
func (c *Client) pingHandler(mute bool) func(string) error {
	answer := c.ws.PingHandler()
	return func(data string) error {
		c.mu.Lock()
		c.pings = append(c.pings, time.Now())
		c.mu.Unlock()
		if !mute {
			answer(data) // a server that has ended takes no pong, and may yet say why
		}
		return nil
	}
}

// Pings are the times at which the server's pings arrived.
func (c *Client) Pings() []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]time.Time(nil), c.pings...)
}

// Subprotocol is what the server chose of what was offered, or nothing.
func (c *Client) Subprotocol() string { return c.ws.Subprotocol() }

// Thaw lets a frozen client read.
func (c *Client) Thaw() {
	c.start.Do(func() { go c.read() })
}

func (c *Client) read() {
	defer close(c.done)
	for {
		kind, data, err := c.ws.ReadMessage()
		now := time.Now()
		if err == nil {
			c.inbox.put(arrival{data: data, binary: kind == websocket.BinaryMessage, at: now})
			continue
		}
		end := &End{Code: websocket.CloseAbnormalClosure, At: now}
		if closed := new(websocket.CloseError); errors.As(err, &closed) {
			end.Code, end.Reason = closed.Code, closed.Text
		}
		c.ws.Close()
		c.inbox.put(arrival{end: end, at: now})
		return
	}
}

// Send sends a text frame as it is.
func (c *Client) Send(text string) {
	c.t.Helper()
	c.write(websocket.TextMessage, []byte(text))
}

// SendBinary sends a binary frame.
func (c *Client) SendBinary(data []byte) {
	c.t.Helper()
	c.write(websocket.BinaryMessage, data)
}

// Message is a message of a client, field by field.
type Message map[string]any

// Say sends a message.
func (c *Client) Say(m Message) {
	c.t.Helper()
	text, err := json.Marshal(m)
	if err != nil {
		c.t.Fatal(err)
	}
	c.write(websocket.TextMessage, text)
}

// TrySay sends a message on a connection that the server may have closed by now.
func (c *Client) TrySay(m Message) {
	c.ws.SetWriteDeadline(time.Now().Add(Patience))
	c.ws.WriteJSON(m)
}

func (c *Client) write(kind int, data []byte) {
	c.t.Helper()
	c.ws.SetWriteDeadline(time.Now().Add(Patience))
	if err := c.ws.WriteMessage(kind, data); err != nil {
		c.t.Fatalf("%s: send: %v", c.name, err)
	}
}

// Close says goodbye with a close frame and waits for the end, passing over what arrives before it. A code of
// 1005 makes a close frame without a code.
func (c *Client) Close(code int) End {
	c.t.Helper()
	bye := websocket.FormatCloseMessage(code, "")
	if err := c.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(Patience)); err != nil {
		c.t.Fatalf("%s: close: %v", c.name, err)
	}
	_, end := c.Drain()
	return end
}

// Drop cuts the connection without a close frame.
func (c *Client) Drop() {
	c.ws.Close()
	c.start.Do(func() { close(c.done) })
	<-c.done
}
