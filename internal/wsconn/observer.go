package wsconn

import (
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/ratelimit"
)

// Observer is told what happens to connections. Its methods are called from any goroutine, on every path, and
// must neither block nor allocate.
type Observer interface {
	// Opened says that a connection was upgraded; Ended follows.
	Opened(d protocol.Dialect)
	// Ended says that a connection's socket is about to be closed, its last frame written or given up.
	Ended(d protocol.Dialect, end link.End)
	// Refused says that a request was not upgraded.
	Refused(why Refusal)
	// Queued says how many bytes wait for one client, now that a frame has joined them.
	Queued(bytes int64)
	// Sent counts frames that were handed to a socket.
	Sent(written link.Traffic)
}

// Refusal is why a request was not upgraded. The set is closed.
type Refusal uint8

// The refusals.
const (
	RefusedOrigin             Refusal = iota // a page of a foreign origin
	RefusedHost                              // the server does not go by the name that it is asked for
	RefusedDraining                          // the server is about to stop
	RefusedConnections                       // the server has as many connections as it takes
	RefusedAddressConnections                // the client's address has as many as it may have
	RefusedAddressHandshakes                 // the client's address begins connections too fast
	RefusedBadHandshake                      // not a handshake of RFC 6455 section 4.2.1
	refusals                                 // how many there are
)

// Refusals returns all of them, for who must know them beforehand.
func Refusals() []Refusal {
	all := make([]Refusal, 0, refusals)
	for r := range refusals {
		all = append(all, r)
	}
	return all
}

// String is the refusal's label in logs and metrics.
func (r Refusal) String() string {
	switch r {
	case RefusedOrigin:
		return "origin"
	case RefusedHost:
		return "host"
	case RefusedDraining:
		return "draining"
	case RefusedConnections:
		return "server_connections"
	case RefusedAddressConnections:
		return "address_connections"
	case RefusedAddressHandshakes:
		return "address_handshakes"
	default:
		return "bad_handshake"
	}
}

func refusalOf(reason ratelimit.Reason) Refusal {
	switch reason {
	case ratelimit.AddressConnections:
		return RefusedAddressConnections
	case ratelimit.AddressHandshakes:
		return RefusedAddressHandshakes
	default:
		return RefusedConnections
	}
}

// unobserved is the Observer of a server that nobody watches.
type unobserved struct{}

func (unobserved) Opened(protocol.Dialect)          {}
func (unobserved) Ended(protocol.Dialect, link.End) {}
func (unobserved) Refused(Refusal)                  {}
func (unobserved) Queued(int64)                     {}
func (unobserved) Sent(link.Traffic)                {}

var _ Observer = unobserved{}
