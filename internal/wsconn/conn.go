package wsconn

import (
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/frame"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/ratelimit"
)

// Conn is one WebSocket, a link.Conn.
type Conn struct {
	// Static after ServeHTTP.

	server   *Server
	ws       *websocket.Conn
	wire     *wire
	net      net.Conn // the socket under wire
	receiver link.Receiver
	dialect  protocol.Dialect
	client   netip.Addr // invalid where there is none
	release  func()     // gives the place back that the gate gave
	opened   time.Time

	out outbox // has its own lock

	ending atomic.Uint32 // a protocol.Ending; set once
	heard  atomic.Bool   // whether something came since the last ping
	beat   *time.Timer   // stopped by the reader; static

	awaiting bool           // whether a ping is unanswered; owned by the timer's function
	received link.Traffic   // owned by the reader
	pace     ratelimit.Pace // owned by the reader
	slowed   atomic.Bool    // whether the reader waits because the client is too fast
}

func newConn(s *Server, ws *websocket.Conn, w *wire) *Conn {
	w.upgraded.Store(true)
	c := &Conn{
		server: s, ws: ws, wire: w, net: w.Conn,
		dialect: protocol.DialectOf(ws.Subprotocol()), opened: time.Now(),
		pace: s.opts.Pacer.Begin(),
	}
	c.out.init(c)
	ws.SetReadLimit(s.opts.MaxMessageBytes)
	ws.SetPingHandler(func(data string) error {
		c.heard.Store(true)
		c.Enqueue(frame.New(frame.Pong, []byte(data)))
		c.Flush()
		c.slow(len(data))
		return nil
	})
	ws.SetPongHandler(func(payload string) error {
		c.heard.Store(true)
		if !c.ended() {
			c.receiver.Pong([]byte(payload))
		}
		c.slow(len(payload))
		return nil
	})
	ws.SetCloseHandler(func(int, string) error { return nil }) // the reader answers
	return c
}

// RemoteAddr is link.Conn.
func (c *Conn) RemoteAddr() string {
	if c.client.IsValid() {
		return c.client.String()
	}
	return c.net.RemoteAddr().String()
}

// Enqueue is link.Conn.
func (c *Conn) Enqueue(frame []byte) {
	waiting, fits := c.out.put(frame)
	if !fits {
		c.end(protocol.EndSlowReader, nil)
		return
	}
	c.server.opts.Observer.Queued(waiting)
}

// Flush is link.Conn.
func (c *Conn) Flush() { c.out.flush() }

// Close is link.Conn.
func (c *Conn) Close(why protocol.Ending) {
	c.endBecause(why)
	c.Flush()
}

// endBecause is end with the close frame that tells why.
func (c *Conn) endBecause(why protocol.Ending) {
	c.end(why, frame.NewClose(why.CloseCode(), why.Text()))
}

// end marks the connection as ended, makes last the final frame of the outbox and wakes the reader. Without
// last, the outbox is emptied and gets the close frame of why.
func (c *Conn) end(why protocol.Ending, last []byte) {
	if !c.ending.CompareAndSwap(0, uint32(why)) {
		return
	}
	if last == nil {
		c.out.drop()
		last = frame.NewClose(why.CloseCode(), why.Text())
	}
	c.out.finish(last)
	c.wakeReader()
}

// fail is the end of a socket that can no longer be written to.
func (c *Conn) fail(why protocol.Ending) {
	c.ending.CompareAndSwap(0, uint32(why))
	c.wakeReader()
}

func (c *Conn) ended() bool { return c.ending.Load() != 0 }

func (c *Conn) wakeReader() {
	c.net.SetReadDeadline(time.Unix(1, 0)) // the past
}

var _ link.Conn = (*Conn)(nil)
