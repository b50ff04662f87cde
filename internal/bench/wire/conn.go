package wire

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
)

// Close codes that a connection may end with besides those that were sent (RFC 6455 section 7.4.1).
const (
	CodeNone     = 1005 // a close frame without a code
	CodeAbnormal = 1006 // no close frame
)

// errAgain says that a socket is not ready. crypto/tls goes on after an error that is temporary.
var errAgain error = notReady{}

type notReady struct{}

func (notReady) Error() string   { return "not ready" }
func (notReady) Timeout() bool   { return true }
func (notReady) Temporary() bool { return true }

// Handler is told of what comes on a connection, on the loop's goroutine.
type Handler interface {
	// Text is called with each text message, which is only good until it returns.
	Text(payload []byte)
	// Ended is called once, when the server or the network has ended the connection: with the code of the close
	// frame, [CodeNone] or [CodeAbnormal]. Nothing is called after Close or Cut.
	Ended(code int)
}

// Conn is one WebSocket connection. It belongs to its loop's goroutine.
type Conn struct {
	// Handler must be set by who gets the connection from Dial.
	Handler Handler

	loop *Loop
	fd   int
	tls  *tls.Conn // over the socket, or nil

	partial  []byte // the beginning of a frame that has not come whole
	fragment []byte // the beginning of a message whose last frame is to come
	out      []byte // what the socket had no room for
	code     int    // of a close frame that came
	paused   bool
	leaving  bool // has said goodbye, and drops what comes; in loop.leaving until it is closed
	closed   bool
	failed   bool // in loop.dead
}

// Compose returns a buffer to append a message to, for Send.
func (c *Conn) Compose() []byte {
	return c.loop.scratch[:maxHeader]
}

// Send sends what was appended to the buffer of Compose as one text frame. Nothing happens if the connection has
// ended.
func (c *Conn) Send(composed []byte) {
	c.loop.scratch = composed[:0]
	c.send(opText, composed)
}

func (c *Conn) send(op byte, composed []byte) {
	if c.closed || c.leaving {
		return
	}
	frame := seal(op, composed)
	c.loop.Sent.count(len(frame))
	if c.tls == nil {
		c.writeRaw(frame)
	} else if _, err := c.tls.Write(frame); err != nil {
		c.fail()
	}
}

// writeRaw writes to the socket what it has room for and keeps the rest.
func (c *Conn) writeRaw(p []byte) {
	if len(c.out) == 0 {
		n, err := write(c.fd, p)
		if err != nil && !errors.Is(err, errAgain) {
			c.fail()
			return
		}
		if p = p[n:]; len(p) == 0 {
			return
		}
		c.watchWrites(true)
	}
	c.out = append(c.out, p...)
}

// flush writes what is kept.
func (c *Conn) flush() {
	n, err := write(c.fd, c.out)
	if err != nil && !errors.Is(err, errAgain) {
		c.fail()
		return
	}
	if c.out = c.out[n:]; len(c.out) == 0 {
		c.out = nil
		c.watchWrites(false)
	}
}

func (c *Conn) watchWrites(watch bool) {
	if !c.paused {
		c.loop.poll.watchWrites(c.fd, watch)
	}
}

// Pause stops reading, so that what the server sends fills the socket's buffers, of which the receiving one is
// bounded to about n bytes. 0 leaves it as it is.
func (c *Conn) Pause(n int) {
	if c.closed || c.paused {
		return
	}
	if n > 0 {
		setReceiveBuffer(c.fd, n)
	}
	c.paused = true
	c.loop.poll.remove(c.fd)
}

// Unpause reads on.
func (c *Conn) Unpause() {
	if c.closed || !c.paused {
		return
	}
	c.paused = false
	if err := c.loop.poll.add(c.fd); err != nil {
		c.fail()
	}
	c.watchWrites(len(c.out) > 0)
}

// Close says goodbye with a close frame of code 1000. The socket is released when the server has answered, or has
// ended the connection itself (RFC 6455 section 7.1.2): a system that is to release one with something unread resets the
// connection, and what was said last may be lost.
func (c *Conn) Close() {
	if c.closed || c.leaving {
		return
	}
	c.send(opClose, binary.BigEndian.AppendUint16(c.Compose(), 1000))
	c.leaving = true
	c.loop.leaving++
	c.Unpause()
}

// Cut closes with a reset.
func (c *Conn) Cut() { c.end(true) }

// end releases the socket.
func (c *Conn) end(cut bool) {
	if c.closed {
		return
	}
	c.closed = true
	if c.leaving {
		c.loop.leaving--
	}
	c.loop.forget(c)
	closeFD(c.fd, cut)
	c.partial, c.fragment, c.out, c.tls = nil, nil, nil, nil
}

// fail has the connection ended when the loop gets to it, so that Handler is never called by Send.
func (c *Conn) fail() {
	if !c.closed && !c.failed {
		c.failed = true
		c.loop.dead = append(c.loop.dead, c)
	}
}

// bury ends a connection that failed, and tells.
func (c *Conn) bury() {
	if c.closed {
		return
	}
	c.end(false)
	if c.leaving {
		return
	}
	code := c.code
	if code == 0 {
		code = CodeAbnormal
	}
	c.Handler.Ended(code)
}

// readable reads what has come and hands it on, frame by frame.
func (c *Conn) readable() {
	for !c.closed && !c.failed && !c.paused {
		buf := c.buffer()
		n, err := c.read(buf[len(c.partial):])
		switch {
		case errors.Is(err, errAgain):
			return
		case err != nil || n == 0:
			c.fail()
			return
		}
		if !c.leaving {
			c.loop.Received.Bytes += int64(n)
		}
		whole := n == len(buf)-len(c.partial)
		c.take(buf[:len(c.partial)+n])
		if !whole && c.tls == nil {
			return // a further call would only say errAgain
		}
	}
}

func (c *Conn) read(p []byte) (int, error) {
	if c.tls == nil {
		return read(c.fd, p)
	}
	n, err := c.tls.Read(p)
	if err != nil && n > 0 {
		err = nil // it will come again
	}
	return n, err
}

// buffer is where to read to: what is left of the last time stands in front.
func (c *Conn) buffer() []byte {
	if len(c.partial) == 0 {
		return c.loop.buf
	}
	return c.partial[:cap(c.partial)]
}

// take handles the frames that buf begins with and keeps the rest.
func (c *Conn) take(buf []byte) {
	need := 0
	for !c.closed {
		h, ok, err := parseHeader(buf)
		if err != nil {
			c.loop.note(err)
			c.fail()
			return
		}
		need = maxHeader
		if ok {
			need = h.length + h.payload
		}
		if !ok || len(buf) < need {
			break
		}
		c.receive(h, buf[h.length:need])
		buf = buf[need:]
	}
	c.keep(buf, need)
}

// keep keeps the beginning of a frame of need bytes, with room to read the rest of it and a little more.
func (c *Conn) keep(rest []byte, need int) {
	const more = 4096
	switch {
	case c.closed || len(rest) == 0:
		c.partial = nil
	case need < cap(c.partial):
		c.partial = append(c.partial[:0], rest...)
	default:
		c.partial = append(make([]byte, 0, need+more), rest...)
	}
}

// receive handles one frame, of which only a close frame matters to who is leaving.
func (c *Conn) receive(h header, payload []byte) {
	switch {
	case !c.leaving:
		c.loop.Received.Frames++
		c.frame(h, payload)
	case h.op == opClose:
		c.fail()
	}
}

// frame handles one frame.
func (c *Conn) frame(h header, payload []byte) {
	switch h.op {
	case opText, opBinary, opContinuation:
		if h.final && c.fragment == nil {
			c.Handler.Text(payload)
			return
		}
		c.fragment = append(c.fragment, payload...)
		if h.final {
			message := c.fragment
			c.fragment = nil
			c.Handler.Text(message)
		}
	case opPing:
		c.send(opPong, append(c.Compose(), payload...))
	case opClose:
		c.code = CodeNone
		if len(payload) >= 2 {
			c.code = int(binary.BigEndian.Uint16(payload))
		}
		c.send(opClose, append(c.Compose(), payload[:min(2, len(payload))]...))
		c.fail()
	case opPong:
	default:
		c.loop.note(fmt.Errorf("the server sent a frame with the unknown opcode %#x", h.op))
		c.fail()
	}
}

// rawConn is the socket as crypto/tls sees it: during the handshake the one that was dialed, afterwards that of
// the loop.
type rawConn struct {
	net.Conn
	conn *Conn
}

// Read is io.Reader.
func (r *rawConn) Read(p []byte) (int, error) {
	if r.conn == nil {
		return r.Conn.Read(p)
	}
	n, err := read(r.conn.fd, p)
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	return n, err
}

// Write is io.Writer.
func (r *rawConn) Write(p []byte) (int, error) {
	if r.conn == nil {
		return r.Conn.Write(p)
	}
	r.conn.writeRaw(slices.Clip(p))
	return len(p), nil
}
