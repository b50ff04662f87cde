package listen

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// turnProtocol is what ALPN offers besides where a port is shared with TURN (RFC 7443). Browsers name no protocol when
// they come for TURN.
const turnProtocol = "stun.turn"

// sharedListener makes connections that find out by themselves whether HTTP or STUN is spoken inside their TLS.
type sharedListener struct {
	net.Listener
	config  *tls.Config
	take    func(net.Conn)
	timeout time.Duration // for the handshake, and again for the first bytes; 0 for ever
	log     zerolog.Logger
}

// Accept waits for no byte: the first Read of the connection does.
func (l *sharedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &sharedConn{Conn: tls.Server(conn, l.config), listener: l}, nil
}

// sharedConn is a connection whose first bytes tell what it is for. If it is HTTP, its reader notices nothing. If it
// is STUN, the connection goes to who takes these; to its first owner it has ended.
type sharedConn struct {
	*tls.Conn
	listener *sharedListener
	taken    atomic.Bool // it has another owner

	// Owned by the reader.

	decided bool
	head    []byte // what was read to find out, and is not passed on yet
}

// Read reads what is inside TLS.
func (c *sharedConn) Read(b []byte) (int, error) {
	if !c.decided {
		if err := c.decide(); err != nil {
			return 0, err
		}
	}
	if len(c.head) > 0 {
		n := copy(b, c.head)
		c.head = c.head[n:]
		return n, nil
	}
	return c.Conn.Read(b)
}

// Close does nothing to a connection that has another owner.
func (c *sharedConn) Close() error {
	if c.taken.Load() {
		return nil
	}
	return c.Conn.Close()
}

// decide reads as much as it takes to know, and returns io.EOF for a connection that is not HTTP's any more.
func (c *sharedConn) decide() error {
	if c.taken.Load() || c.handshake() != nil {
		return io.EOF
	}
	head := make([]byte, 0, stunBytes)
	for {
		n, err := c.Conn.Read(head[len(head):cap(head)])
		head = head[:len(head)+n]
		switch isSTUN(head) {
		case no:
			c.decided, c.head = true, head
			return nil
		case yes:
			c.taken.Store(true)
			_ = c.Conn.SetDeadline(time.Time{}) // what fails here fails later, too
			c.listener.take(&stunConn{Conn: c.Conn, head: head})
			return io.EOF
		}
		if err != nil {
			return err
		}
	}
}

// handshake shakes hands in a limited time, after which as much is left for what follows.
func (c *sharedConn) handshake() error {
	limit := func(set func(time.Time) error) {
		if c.listener.timeout > 0 {
			_ = set(time.Now().Add(c.listener.timeout))
		}
	}
	limit(c.SetDeadline)
	if err := c.Handshake(); err != nil {
		explainToHTTP(err)
		c.listener.log.Debug().Err(err).Str("peer", c.RemoteAddr().String()).Msg("no TLS")
		return err
	}
	_ = c.SetWriteDeadline(time.Time{})
	limit(c.SetReadDeadline)
	return nil
}

// explainToHTTP tells a client that came without TLS what is wrong, as net/http does.
func explainToHTTP(err error) {
	var plain tls.RecordHeaderError
	if !errors.As(err, &plain) || plain.Conn == nil {
		return
	}
	switch string(plain.RecordHeader[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO":
		_, _ = io.WriteString(plain.Conn, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
	}
}

// stunConn is a connection of a STUN client, whose TLS is undone.
type stunConn struct {
	*tls.Conn
	head []byte // comes first; owned by the reader
}

// Read is net.Conn.
func (c *stunConn) Read(b []byte) (int, error) {
	if len(c.head) > 0 {
		n := copy(b, c.head)
		c.head = c.head[n:]
		return n, nil
	}
	return c.Conn.Read(b)
}

// verdict is what can be said of a few bytes.
type verdict uint8

const (
	unclear verdict = iota
	yes
	no
)

// stunBytes is how much of a STUN message tells that it is one.
const stunBytes = 8

// isSTUN tells whether a client's first bytes are those of a STUN message (RFC 8489, section 5): two bits that are
// zero, a method of those that exist, the magic cookie in the second half. HTTP begins with a letter.
func isSTUN(head []byte) verdict {
	const (
		lastMethod = 0x03 // in the first byte, beside the class
		magic      = 0x2112A442
		cookieAt   = 4
	)
	switch {
	case len(head) == 0:
		return unclear
	case head[0] > lastMethod:
		return no
	case len(head) < stunBytes:
		return unclear
	case binary.BigEndian.Uint32(head[cookieAt:]) == magic:
		return yes
	}
	return no
}

// undoTLS undoes TLS, and finds STUN where that may come, too. A Unix socket has no client's address to relay for.
func undoTLS(ln net.Listener, config *tls.Config, opts Options, shared bool) net.Listener {
	if opts.BelowTLS != nil {
		ln = wrapped{ln, opts.BelowTLS}
	}
	if opts.TakeSTUN == nil || !shared || strings.HasPrefix(ln.Addr().Network(), "unix") {
		return tls.NewListener(ln, config)
	}
	config.NextProtos = append(config.NextProtos, turnProtocol)
	return &sharedListener{Listener: ln, config: config, take: opts.TakeSTUN, timeout: opts.HeaderTimeout, log: opts.Log}
}
