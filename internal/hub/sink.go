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

	longest *News // of those told at the same time, which all end alike; nil if there is no other; static

	mu      sync.Mutex
	encoded map[any]any // by dialect; guarded by mu
}

// Longest returns the longest of the runs that are told at the same time, all of which end alike, so that a dialect
// can encode that one and use the ends of it. skip is how many of its changes come before those of n.
func (n *News) Longest() (longest *News, skip int) {
	if n.longest == nil {
		return n, 0
	}
	return n.longest, len(n.longest.Changes) - len(n.Changes)
}

// Encoded returns what build made of n the first time that it was called for this form, which is a dialect's own. The
// result is shared and must not be changed. build may ask Longest for its encoding.
func Encoded[T any](n *News, form any, build func(*News) T) T {
	n.mu.Lock()
	defer n.mu.Unlock()
	if t, ok := n.encoded[form].(T); ok {
		return t
	}
	if n.encoded == nil {
		n.encoded = make(map[any]any, 1)
	}
	t := build(n)
	n.encoded[form] = t
	return t
}
