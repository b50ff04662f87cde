package listen

import (
	"io/fs"
	"net"
	"strings"
	"time"

	"github.com/rs/zerolog"
)

// Options say what to open. The fields are flags of the same names.
type Options struct {
	// Listen is HOST:PORT or unix:PATH. Sockets passed by systemd take its place.
	Listen string
	// SocketMode are the permissions of Unix sockets that are made here.
	SocketMode fs.FileMode
	// Admin is where the admin listener goes, HOST:PORT or unix:PATH; "" for none.
	Admin string

	// ProxyProtocol makes trusted peers begin with a PROXY protocol header, version 1 or 2,
	// which says who the client is. Other peers are served as they are.
	ProxyProtocol bool
	// Trusts tells whether a peer is believed, by its address as the socket tells it, be it of
	// TCP or of a Unix socket. nil believes nobody.
	Trusts func(peer net.Addr) bool
	// HeaderTimeout is how long a peer may take over its PROXY header; 0 for ever.
	HeaderTimeout time.Duration

	// TLSCert and TLSKey are PEM files; both or neither.
	TLSCert, TLSKey string
	// ACME gets certificates, if it has domains. It excludes TLSCert and TLSKey.
	ACME ACME
	// BelowTLS wraps each socket that is to have TLS; nil for none.
	BelowTLS func(socket net.Conn) net.Conn
	// TakeSTUN gets the connections that speak STUN inside TLS, without the TLS, and owns them; it must not wait for
	// what they say. It is nil where there is no TURN server.
	TakeSTUN func(net.Conn)
	// SharePort makes Listen a port for such connections, too, if there is TLS.
	SharePort bool
	// TURNS is one more HOST:PORT for such connections; "" for none.
	TURNS string
	// Redirect is the HOST:PORT where plain HTTP is redirected to https; "" for none.
	Redirect string

	// Log gets what happens to certificates and connections later on.
	Log zerolog.Logger
}

// ACME says how to get certificates from a certificate authority that speaks RFC 8555.
type ACME struct {
	Domains   []string // the host names, in lower-case ASCII; none for no ACME
	Cache     string   // directory for the account and the certificates; "" for defaultCache
	Email     string   // where the authority writes to; may be empty
	Directory string   // URL of the authority; "" for Let's Encrypt
	CAFile    string   // PEM file of the roots by which Directory is trusted; "" for the system's
}

// unixPrefix begins the address of a Unix socket.
const unixPrefix = "unix:"

// socketPath returns the path in the address of a Unix socket.
func socketPath(address string) (path string, ok bool) {
	return strings.CutPrefix(address, unixPrefix)
}
