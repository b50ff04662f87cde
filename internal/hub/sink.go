package hub

import (
	"sync"

	"beckon/internal/protocol"
)

// Sink is where what a member is due goes: the member's side of the wire. Its methods are called from many
// goroutines, and none before Member.Ready. Signal and News must not block, do I/O or call the hub; a Sink
// whose queue is full drops the connection by itself and ignores what follows.
type Sink interface {
	// Signal takes a message from another member. Its slices are good during the call only.
	Signal(s Signal)
	// News takes a run of presence changes, oldest first.
	News(n *News)
	// Flush writes what Signal and News queued, as far as that is possible without blocking.
	Flush()
}

// Signal is a message from one member to another: what protocol.Relayed says, with From set by the hub.
type Signal = protocol.Relayed

// News is a run of presence changes. Members who are due the same run get the same *News, so that a dialect
// can encode it once for all of them.
type News struct {
	Changes []protocol.Change // must not be changed

	mu      sync.Mutex
	encoded map[any][]byte // by dialect; guarded by mu
}

// Encoded returns what build made of the changes the first time that it was called for this dialect. The
// bytes are shared and must not be changed.
func (n *News) Encoded(dialect any, build func([]protocol.Change) []byte) []byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	if b, ok := n.encoded[dialect]; ok {
		return b
	}
	if n.encoded == nil {
		n.encoded = make(map[any][]byte, 1)
	}
	b := build(n.Changes)
	n.encoded[dialect] = b
	return b
}
