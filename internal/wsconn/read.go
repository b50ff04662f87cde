package wsconn

import (
	"errors"
	"io"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/frame"
	"beckon/internal/link"
	"beckon/internal/protocol"
)

// read is the connection's goroutine: it hands on what the client sends until the connection ends, tells the
// Receiver, and sees to it that the close frame goes out and the socket is closed.
func (c *Conn) read() {
	defer c.server.remove(c)
	defer c.release()
	defer c.net.Close()
	code := c.receive()
	c.beat.Stop()
	end := link.End{
		Why:      protocol.Ending(c.ending.Load()),
		Code:     code,
		Lasted:   time.Since(c.opened),
		Received: c.received,
		Sent:     c.out.sent(),
	}
	c.receiver.Closed(end)
	c.Flush() // only now: who sees the close frame may count on the user being gone
	c.linger(end.Why)
	c.server.opts.Observer.Ended(c.dialect, end)
}

// receive hands on messages until the connection ends, and returns the code of the client's close frame.
func (c *Conn) receive() (code int) {
	for {
		kind, r, err := c.ws.NextReader()
		if err != nil {
			return c.lastWords(err)
		}
		if err := c.message(kind, r); err != nil {
			return c.lastWords(err)
		}
		if c.ended() {
			return 0
		}
	}
}

// message reads one message into a borrowed buffer and hands it on.
func (c *Conn) message(kind int, r io.Reader) error {
	buf := c.server.buffers.Get().(*[]byte)
	defer c.server.buffers.Put(buf)
	data, err := readAll((*buf)[:0], r)
	*buf = data
	if err != nil {
		return err
	}
	c.heard.Store(true)
	if c.ended() {
		return nil // nothing that it says counts any more
	}
	c.received.Messages++
	c.received.Bytes += int64(len(data))
	if kind == websocket.BinaryMessage {
		c.receiver.Refuse(link.Binary)
	} else {
		c.receiver.Text(data)
	}
	c.slow(len(data))
	return nil
}

// slow waits where the client has sent more than it may for now; TCP holds it back meanwhile. The wait ends
// with the connection, if a little late.
func (c *Conn) slow(bytes int) {
	wait := c.pace.Take(1, bytes)
	if wait == 0 {
		return
	}
	const look = 100 * time.Millisecond
	c.slowed.Store(true)
	for ; wait > 0 && !c.ended(); wait -= look {
		time.Sleep(min(wait, look))
	}
	c.slowed.Store(false)
}

// readAll appends what r holds to dst.
func readAll(dst []byte, r io.Reader) ([]byte, error) {
	const first = 4096
	for {
		if len(dst) == cap(dst) {
			grown := make([]byte, len(dst), max(first, 2*cap(dst)))
			copy(grown, dst)
			dst = grown
		}
		n, err := r.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		if err == io.EOF {
			return dst, nil
		}
		if err != nil {
			return dst, err
		}
	}
}

// lastWords ends the connection for the reason that err tells, unless it has been ended already.
func (c *Conn) lastWords(err error) (code int) {
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
		if !c.ended() {
			c.receiver.Refuse(link.TooLarge)
		}
		c.endBecause(protocol.EndTooLarge)
	case c.wire.violated:
		c.endBecause(protocol.EndViolation)
	default:
		c.end(protocol.EndConnectionLost, frame.NewClose(0, ""))
	}
	return 0
}

// linger waits until the close frame is out and the client has closed its side, both for a bounded time: a
// socket that is closed with something unread in it may take the close frame back from the client.
func (c *Conn) linger(why protocol.Ending) {
	if why == protocol.EndConnectionLost || why == protocol.EndWriteTimeout {
		return
	}
	select {
	case <-c.out.done:
	case <-time.After(c.server.opts.WriteTimeout):
		return
	}
	if why == protocol.EndClientClosed {
		return // RFC 6455 section 7.1.1: the server closes first
	}
	if half, ok := c.net.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	c.net.SetReadDeadline(time.Now().Add(c.server.opts.CloseTimeout))
	io.Copy(io.Discard, c.net)
}
