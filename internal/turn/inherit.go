package turn

// The descriptors that a relay process inherits, in this order, after the standard ones.
const (
	packetsFD = 3 + iota // a UDP socket
	streamsFD            // a TCP listener
	handedFD             // a Unix socket of datagrams: each is a Handed, with the descriptor of a stream
)

// Handed describes a stream that the parent hands over.
type Handed struct {
	Client string // its host:port
}
