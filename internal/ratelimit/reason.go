package ratelimit

import "net/http"

// Reason says why a connection was refused. The set is closed.
type Reason uint8

// The reasons. None is for a connection that was admitted.
const (
	None               Reason = iota
	ServerConnections         // the server has as many connections as it takes
	AddressConnections        // the client's address has as many as it may have
	AddressHandshakes         // the client's address begins connections too fast
	reasons                   // how many there are
)

// Reasons returns all of them but None, for who must know them beforehand.
func Reasons() []Reason {
	all := make([]Reason, 0, reasons-1)
	for r := None + 1; r < reasons; r++ {
		all = append(all, r)
	}
	return all
}

// String is the reason's label in logs and metrics.
func (r Reason) String() string {
	switch r {
	case ServerConnections:
		return "server_connections"
	case AddressConnections:
		return "address_connections"
	case AddressHandshakes:
		return "address_handshakes"
	default:
		return "none"
	}
}

// Text says what happened and what to do, for whoever was refused.
func (r Reason) Text() string {
	switch r {
	case ServerConnections:
		return "the server has as many connections as it takes: try again later"
	case AddressConnections:
		return "your address has as many connections as it may have: close one, or try again later"
	case AddressHandshakes:
		return "your address connects too often: try again later"
	default:
		return ""
	}
}

// Status is the HTTP status of the refusal: 503 where the server is full, 429 (RFC 6585, section 4) where the
// client asks for too much.
func (r Reason) Status() int {
	if r == ServerConnections {
		return http.StatusServiceUnavailable
	}
	return http.StatusTooManyRequests
}
