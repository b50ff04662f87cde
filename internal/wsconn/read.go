package wsconn

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/fault"
	"beckon/internal/frame"
	"beckon/internal/link"
	"beckon/internal/protocol"
)

// read is the connection's goroutine, the reader: it hands on what the client sends until the connection ends, or
// until there is nothing to read and the poller watches the socket, which then starts another. While messages come
// close together it waits for the next one itself, which is less work.
//
// Where there is no poller the reader waits. The stack of a goroutine grows to several times what it takes to wait, and
// hardly shrinks; so when the client has been silent for a while, what it says is heard in the goroutine that has
// waited for it, and then a new one waits.
func (c *Conn) read() {
	if code, ended := c.readOn(); ended {
		c.finish(code)
	}
}

// readOn is read up to the connection's end; code is that of the client's close frame. It returns false when the reader
// is another, or none.
func (c *Conn) readOn() (code int, ended bool) {
	defer func() {
		if c.caught(fault.Reader, recover()) {
			code, ended = 0, true
		}
	}()
	for !c.ended() {
		p, err := c.await()
		if p == nil && err == nil {
			if c.goAway() {
				return 0, false
			}
			continue
		}
		now := c.server.clock()
		c.busy, c.arrived = now-c.arrived < c.server.busyGap, now
		if err == nil {
			err = c.hear(p)
		}
		c.receiver.Idle()
		if err != nil {
			return c.lastWords(err, p != nil && p.violated), true
		}
		if !c.waited {
			runtime.Gosched() // a crowd that sends without a pause would else have all processors to itself
		}
		c.parser, c.waited = p, false
		if c.poller == nil && now-c.renewed > c.server.opts.PingInterval/2 {
			c.renewed = now
			go c.read()
			return 0, false
		}
	}
	return 0, true
}

// await waits until there is something to read, and returns a parser that has it. Nothing is borrowed meanwhile.
// It returns nothing where the poller is the one to wait.
func (c *Conn) await() (*parser, error) {
	if c.out.raw == nil {
		return c.awaitByte()
	}
	err := c.out.raw.Read(c.arrival)
	p := c.parser
	c.parser = nil
	if err == nil && p != nil {
		err = p.failure
	}
	return p, err
}

// arrive reads what is there; false if the reader is to wait for it.
func (c *Conn) arrive(fd uintptr) bool {
	if c.parser == nil {
		c.parser = c.server.parsers.Get().(*parser)
	}
	p := c.parser
	n, err := readNow(int(fd), p.room[:])
	switch {
	case err == syscall.EAGAIN:
		c.release(p)
		c.waited, c.fd = true, int(fd)
		return !c.busy && c.poller.watch(c, c.fd)
	case err == nil && n == 0:
		err = io.EOF
	}
	p.fetched, p.failure = p.room[:n], err
	c.took += n
	return true
}

// awaitByte is await for a socket that must be read to know whether there is something.
func (c *Conn) awaitByte() (*parser, error) {
	if c.parser != nil {
		c.release(c.parser)
	}
	n, err := c.net.Read(c.first[:])
	if err != nil {
		return nil, err
	}
	p := c.server.parsers.Get().(*parser)
	p.fetched, p.failure = p.room[:copy(p.room[:], c.first[:n])], nil
	c.took += n
	return p, nil
}

// hear hands on all that p holds, and the rest of a message that has begun.
func (c *Conn) hear(p *parser) error {
	p.conn = c
	for !c.ended() && p.left() > 0 {
		kind, message, err := p.next(c.longest())
		if err != nil {
			return err
		}
		if kind != 0 {
			c.message(kind, message)
			p.giveWay()
		}
	}
	return nil
}

// longest is how many bytes the next message may have.
func (c *Conn) longest() int64 {
	if c.receiver.LoggedIn() {
		return c.server.opts.MaxMessageBytes
	}
	return c.server.opts.MaxLoginBytes
}

// release gives back the parser that c.await left in c.parser, or took from it. Whoever is next may not be logged in.
func (c *Conn) release(p *parser) {
	p.forget(c.server.opts.MaxLoginBytes)
	p.conn, c.parser = nil, nil
	c.server.parsers.Put(p)
}

// fetch waits for more of a message. What a client sends without coming to the end of one is accounted for on
// the way.
func (c *Conn) fetch(b []byte) (int, error) {
	c.receiver.Idle()
	runtime.Gosched()
	if c.took > int(c.server.opts.MaxMessageBytes) {
		c.slow(0)
	}
	n, err := c.net.Read(b)
	c.took += n
	return n, err
}

// message hands on one message.
func (c *Conn) message(kind int, data []byte) {
	c.heardFrom()
	if c.ended() {
		return // nothing that it says counts any more
	}
	c.received.Messages++
	c.received.Bytes += int64(len(data))
	weight := 1
	if kind == websocket.BinaryMessage {
		c.receiver.Refuse(link.Binary, "")
	} else {
		weight = c.receiver.Text(data)
	}
	c.dealtWith()
	c.slow(weight)
}

// pinged answers a ping.
func (c *Conn) pinged(payload []byte) {
	c.heardFrom()
	c.Enqueue(frame.New(frame.Pong, payload))
	c.Flush()
	c.dealtWith()
	c.slow(1)
}

// ponged hands on a pong.
func (c *Conn) ponged(payload []byte) {
	c.heardFrom()
	if !c.ended() {
		c.receiver.Pong(payload)
	}
	c.dealtWith()
	c.slow(1)
}

// slow accounts for messages, and for all that has been read, and waits where the client has sent more than it
// may for now; TCP holds it back meanwhile. The wait ends with the connection, if a little late.
func (c *Conn) slow(messages int) {
	wait := c.pace.Take(messages, c.took)
	c.took = 0
	if wait > 0 {
		c.Pause(nil, wait)
	}
}

// Pause is link.Conn. The end of the connection is noticed a little late. What is unread afterwards may hold the
// client's pong, so that it counts as heard.
func (c *Conn) Pause(until <-chan struct{}, atMost time.Duration) (goOn bool) {
	c.receiver.Idle()
	c.slowed.Store(true)
	defer c.slowed.Store(false)
	defer c.heard.Store(true)
	const look = 100 * time.Millisecond
	for left := atMost; left > 0 && !c.ended(); left -= look {
		select {
		case <-until:
			return !c.ended()
		case <-time.After(min(left, look)):
		}
	}
	return !c.ended()
}

// lastWords ends the connection for the reason that err tells, unless it has been ended already; violated is
// whether gorilla found a breach of RFC 6455. It returns the code of the client's close frame.
func (c *Conn) lastWords(err error, violated bool) (code int) {
	var closed *websocket.CloseError
	switch {
	case errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure:
		echo := closed.Code
		if echo == websocket.CloseNoStatusReceived {
			echo = 0
		}
		c.end(protocol.EndClientClosed, frame.NewClose(echo, ""))
		return closed.Code
	case errors.Is(err, websocket.ErrReadLimit):
		c.tooLarge()
	case violated:
		c.endBecause(protocol.EndViolation)
	default:
		c.end(protocol.EndConnectionLost, frame.NewClose(0, ""))
	}
	return 0
}

// tooLarge ends the connection for a message that is too long.
func (c *Conn) tooLarge() {
	bound := fmt.Sprintf("at most %d bytes (--max-message-bytes)", c.server.opts.MaxMessageBytes)
	if !c.receiver.LoggedIn() {
		bound = fmt.Sprintf("at most %d bytes before a login (--max-login-bytes)", c.server.opts.MaxLoginBytes)
	}
	if !c.ended() {
		c.receiver.Refuse(link.TooLarge, bound)
	}
	const why = protocol.EndTooLarge
	c.end(why, frame.NewClose(why.CloseCode(), why.Text()+": "+bound))
}

// finish tells the Receiver that the connection has ended, and sees to it that the close frame goes out and the
// socket is closed.
func (c *Conn) finish(code int) {
	end := link.End{
		Why:      protocol.Ending(c.ending.Load()),
		Code:     code,
		Lasted:   c.server.clock() - c.opened,
		Received: c.received,
		Sent:     c.out.sent(),
	}
	defer c.leave(end)
	if c.receiver != nil { // else there was a fault before there was one
		c.beat.Stop()
		c.try(c.receiver.Idle) // a fault may have come before it
		c.try(func() { c.receiver.Closed(end) })
	}
	c.noProbes()
	c.Flush() // only now: who sees the close frame may count on the user being gone
	c.try(func() { c.linger(end.Why) })
}

// try calls f, which may have a fault: the rest of the end comes all the same.
func (c *Conn) try(f func()) {
	defer func() { c.caught(fault.Reader, recover()) }()
	f()
}

// leave closes the socket and lets go of what the connection has of the server's.
func (c *Conn) leave(end link.End) {
	c.observer().Ended(c.dialect, end)
	c.poller.forget(c, c.fd)
	c.net.Close()
	c.places.leave()
	c.server.remove(c)
}

// linger waits until the close frame is out and the client has closed its side, both for a bounded time: a
// socket that is closed with something unread in it may take the close frame back from the client, and a client may
// answer a ping behind its own close frame (RFC 6455 section 5.5.2).
func (c *Conn) linger(why protocol.Ending) {
	if why == protocol.EndConnectionLost {
		return
	}
	select {
	case <-c.out.finished():
	case <-time.After(c.server.opts.WriteTimeout):
		return
	}
	half, ok := c.net.(interface{ CloseWrite() error })
	if ok {
		half.CloseWrite()
	} else if why == protocol.EndClientClosed {
		return // RFC 6455 section 7.1.1: the server closes first
	}
	c.net.SetReadDeadline(time.Now().Add(c.server.opts.CloseTimeout))
	io.Copy(io.Discard, c.net)
}
