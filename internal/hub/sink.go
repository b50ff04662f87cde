package hub

import (
	"beckon/internal/protocol"
	"beckon/internal/share"
)

// Sink is where what a member is due goes: the member's side of the wire. Its methods are called from many
// goroutines, and none before Member.Ready. None but Flush and End may block, do I/O or call the hub.
type Sink interface {
	// Signal takes a message from another member, which is counted for the given source; false if what waits for the
	// member leaves no room for it. With the source nil it has been taken earlier, and must fit. The slices of s are
	// good during the call only.
	Signal(s Signal, from share.Source) (taken bool)
	// Presence takes the changes of b but for the first skip; false if there is no room for them, which is not so
	// where Behind is false.
	Presence(b *Batch, skip int) (taken bool)
	// Behind tells whether so much waits for the member already that presence should wait, too. The member is then
	// told later, of what all that has happened comes to.
	Behind() bool
	// Flush writes what Signal and Presence queued, as far as that is possible without blocking.
	Flush()
	// End ends the member's connection, and its session if it has one. It is called with no lock held.
	End(why protocol.Ending)
}

// Signal is a message from one member to another: what protocol.Relayed says, with From set by the hub.
type Signal = protocol.Relayed
