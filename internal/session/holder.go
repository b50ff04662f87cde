package session

import (
	"time"

	"beckon/internal/hub"
	"beckon/internal/name"
	"beckon/internal/protocol"
)

// nameProbe is how long a user whose name another asks for may take to answer a ping, before it loses its place.
const nameProbe = 3 * time.Second

// askHolder finds out whether the holder of a name is still there. It waits for that, and for nothing else: no lock is
// held, and the client's later messages stay in order. True if it is worth asking for the name again: the holder may be
// gone, or it has answered, or left, or resumed its session elsewhere, and the hub will tell.
//
// The holder of a session that waits to be resumed has no connection to ask: the name is kept for it.
func (c *conversation) askHolder(room, user name.Name) (again bool) {
	holder, found := c.server.opts.Hub.Holder(hub.Place{RoomKey: room.Key(), NameKey: user.Key()})
	if !found {
		return true
	}
	s, ok := holder.Sink.(seat)
	if !ok {
		return false
	}
	conn := s.connection()
	if conn == nil {
		return false
	}
	const atMost = 2 * nameProbe // a probe takes longer where this process stands still
	return c.conn.Pause(conn.Probe(nameProbe, protocol.EndNameLost), atMost)
}
