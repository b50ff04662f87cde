package listen

import (
	"errors"
	"net"
	"syscall"
	"time"

	proxyproto "github.com/pires/go-proxyproto"
	"github.com/rs/zerolog"

	"beckon/internal/logflood"
)

// complaintInterval is the least time between two log lines of a kind on what peers begin with.
const complaintInterval = time.Minute

// proxyListener takes the PROXY protocol header off the connections of trusted peers, who must
// send one: whether there is a header is never guessed, as the protocol demands. What others
// send is left as it is, so that a header of theirs is a malformed request.
type proxyListener struct {
	*proxyproto.Listener
	log zerolog.Logger // for peers without a header
}

func newProxyListener(ln net.Listener, opts Options) *proxyListener {
	timeout := opts.HeaderTimeout
	if timeout == 0 {
		timeout = -1
	}
	return &proxyListener{
		log: logflood.Seldom(opts.Log, complaintInterval),
		Listener: &proxyproto.Listener{
			Listener:          ln,
			ReadHeaderTimeout: timeout,
			ConnPolicy: func(ends proxyproto.ConnPolicyOptions) (proxyproto.Policy, error) {
				if opts.Trusts != nil && opts.Trusts(ends.Upstream) {
					return proxyproto.REQUIRE, nil
				}
				return proxyproto.SKIP, nil
			},
		},
	}
}

// Accept does not wait for the header: the first Read, Write or RemoteAddr of a connection does.
func (l *proxyListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if proxied, ok := conn.(*proxyproto.Conn); ok {
		return &proxiedConn{Conn: proxied, listener: l}, nil
	}
	return conn, nil
}

// proxiedConn is a connection of a trusted peer.
type proxiedConn struct {
	*proxyproto.Conn
	listener *proxyListener
}

// Read reads what follows the header.
func (c *proxiedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if errors.Is(err, proxyproto.ErrNoProxyProtocol) {
		c.listener.headerMissing(c.Raw().RemoteAddr())
	}
	return n, err
}

// RemoteAddr is the client's address, as the proxy tells it. A client that came to the proxy by a Unix socket has none:
// it counts as the proxy, as it does where the proxy says UNKNOWN, and is no tool of this machine that no limits are for.
func (c *proxiedConn) RemoteAddr() net.Addr {
	return ofInternet(c.Conn.RemoteAddr(), c.Raw().RemoteAddr())
}

// LocalAddr is where the client wanted to go, as the proxy tells it, else where the proxy did.
func (c *proxiedConn) LocalAddr() net.Addr {
	return ofInternet(c.Conn.LocalAddr(), c.Raw().LocalAddr())
}

// ofInternet is what a header told, unless that is the name of a Unix socket: then it is the socket's own.
func ofInternet(told, own net.Addr) net.Addr {
	if told.Network() == "unix" || told.Network() == "unixgram" {
		return own
	}
	return told
}

// SyscallConn gives access to the socket for writes that do not block. Reads must not go this
// way: the first bytes may be in a buffer.
func (c *proxiedConn) SyscallConn() (syscall.RawConn, error) {
	if sc, ok := c.Raw().(syscall.Conn); ok {
		return sc.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}

// headerMissing tells the operator, now and then, why a proxy gets no answer.
func (l *proxyListener) headerMissing(addr net.Addr) {
	l.log.Warn().Str("peer", addr.String()).
		Msg("a trusted proxy sent no PROXY header and was refused: make it send one, or drop --proxy-protocol")
}
