package hub

import (
	"errors"
	"time"

	"beckon/internal/fault"
	"beckon/internal/protocol"
)

// ErrFault says that a panic has been caught while a room was worked on. What that room holds cannot be relied on any
// more: it is about to be emptied.
var ErrFault = errors.New("hub: a fault in the server cost this room")

// caught is deferred by whatever works on a room, before it locks the room. A panic costs that room and no other: its
// members' connections end with protocol.EndFault, and who comes back finds a new room. Where the hub's own state may
// be half changed, nothing is caught, and the process ends.
//
// The room is emptied in a goroutine of its own, as the caller may hold the hub's lock or that of a session.
func (r *room) caught(err *error) {
	if fault.Caught(r.hub.faults, fault.Room, recover()) {
		*err = ErrFault
		time.AfterFunc(0, r.abandon)
	}
}

// abandon empties the room and forgets it.
func (r *room) abandon() {
	for _, sink := range r.hub.forget(r) {
		sink.End(protocol.EndFault)
	}
}

// forget makes a room one that nobody finds, and returns the sinks of its members.
func (h *Hub) forget(r *room) []Sink {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.forgotten {
		return nil
	}
	r.forgotten = true
	h.users -= r.users
	if h.rooms[r.key] == r {
		delete(h.rooms, r.key)
	}
	return r.dissolve()
}

// dissolve makes sure that nothing happens in the room any more, and returns the sinks of its members.
func (r *room) dissolve() []Sink {
	r.hush()
	r.mu.Lock()
	defer r.mu.Unlock()
	sinks := make([]Sink, 0, len(r.members))
	for _, m := range r.members {
		sinks = append(sinks, m.sink)
	}
	clear(r.members)
	return sinks
}
