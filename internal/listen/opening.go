package listen

import (
	"bytes"
	"errors"
	"net"
	"syscall"

	"github.com/rs/zerolog"

	"beckon/internal/logflood"
)

// The bytes that connections begin with which are for another port, or for other settings.
const (
	proxyHeader1 = "PROXY "                 // of the PROXY protocol, version 1
	proxyHeader2 = "\r\n\r\n\x00\r\nQUIT\n" // and version 2
	tlsHello     = "\x16\x03"               // a record of TLS that holds a handshake
)

// watchful makes connections that tell the operator, now and then, of the mistake that their first bytes show: what
// HTTP and TLS make of them is an error that names no setting.
type watchful struct {
	net.Listener
	expects bool           // PROXY headers, of others; static
	secure  bool           // TLS is undone above; static
	proxy   zerolog.Logger // for PROXY headers
	tls     zerolog.Logger // for TLS
}

func newWatchful(ln net.Listener, opts Options, secure bool) *watchful {
	return &watchful{
		Listener: ln, expects: opts.ProxyProtocol, secure: secure,
		proxy: logflood.Seldom(opts.Log, complaintInterval), tls: logflood.Seldom(opts.Log, complaintInterval),
	}
}

// Accept waits for no byte: the first Read of the connection looks.
func (l *watchful) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &openingConn{Conn: conn, listener: l}, nil
}

// look judges the first bytes of a connection.
func (l *watchful) look(head []byte, peer net.Addr) {
	switch {
	case bytes.HasPrefix(head, []byte(proxyHeader1)), bytes.HasPrefix(head, []byte(proxyHeader2)):
		event := l.proxy.Warn().Str("peer", peer.String())
		if l.expects {
			event.Msg("a PROXY protocol header comes from a peer that --trusted-proxy does not name, and was refused: name it, or have it send none")
		} else {
			event.Msg("a PROXY protocol header came that nobody expects, and was refused: name the proxy with --trusted-proxy and add --proxy-protocol, or have it send none")
		}
	case !l.secure && bytes.HasPrefix(head, []byte(tlsHello)):
		l.tls.Warn().Str("peer", peer.String()).
			Msg("a client speaks TLS to a port that does not: give the server --tls-cert or --acme-domain, or have the client, or the proxy, come by http")
	}
}

// openingConn is a connection whose first bytes are looked at.
type openingConn struct {
	net.Conn
	listener *watchful // nil when they were; owned by the reader
}

// Read is net.Conn.
func (c *openingConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 && c.listener != nil {
		c.listener.look(b[:n], c.Conn.RemoteAddr())
		c.listener = nil
	}
	return n, err
}

// CloseWrite closes one half, where the connection below can.
func (c *openingConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// SyscallConn gives access to the socket for writes that do not block, as the connection below does.
func (c *openingConn) SyscallConn() (syscall.RawConn, error) {
	if sc, ok := c.Conn.(syscall.Conn); ok {
		return sc.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}
