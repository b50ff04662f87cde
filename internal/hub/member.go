package hub

import (
	"slices"
	"time"

	"beckon/internal/protocol"
)

// Member is one user in one room, from Join to Leave. Its methods are called from one goroutine at a time:
// the one that reads the user's connection.
type Member struct {
	// Static after Join.

	User     protocol.User
	since    time.Time
	hub      *Hub
	room     *room
	key      string
	sink     Sink
	presence bool

	// Guarded by room.mu.

	page   int      // the page of the roster that holds User
	joined uint64   // the room's change that is this member's own arrival
	seen   uint64   // the change up to which Sink has had the news; of use with presence only
	lane   *lane    // the members who are served together with this one; nil without presence
	berth  int      // where in lane.members this one is
	ready  bool     // whether Sink may be called
	held   []func() // what Sink is due once it may be called
}

// Ready lets deliveries begin, with what has come since Join or Rejoin. It is called once after each, when the
// caller has queued its reply to the login.
func (m *Member) Ready() {
	m.room.mu.Lock()
	m.ready = true
	for _, deliver := range m.held {
		deliver()
	}
	m.held = nil
	m.room.mu.Unlock()
	m.sink.Flush()
}

// Rejoin holds deliveries back again, as between Join and Ready, and returns who is in the room now: for a
// member whose Sink gets a new connection. What News brought before, the roster holds already.
func (m *Member) Rejoin() protocol.Users {
	m.room.mu.Lock()
	defer m.room.mu.Unlock()
	m.ready = false
	if !m.presence {
		return protocol.Users{}
	}
	m.seen = m.room.last
	return m.room.roster.Others(&m.User, m.page)
}

// Signal sends s to the member of the room whose name has the given key; s.From need not be set. It returns the
// Sink to flush soon, nil for none: the caller may have more for it. The only error is ErrUnknownUser.
func (m *Member) Signal(key []byte, s Signal) (Sink, error) {
	s.From = m.User.Name
	to, err := m.room.route(m, key, s)
	if to != nil {
		to.Signal(s)
	}
	return to, err
}

// Leave takes the member out of the room; the others hear of it when their windows end. Calling it again
// does nothing.
func (m *Member) Leave() {
	m.hub.remove(m)
}

// hold keeps a copy of s for Ready. It needs room.mu.
func (m *Member) hold(s Signal) {
	s.Payload, s.Call = slices.Clone(s.Payload), slices.Clone(s.Call)
	m.held = append(m.held, func() { m.sink.Signal(s) })
}

// news hands n, which reaches from what the member knows to the change with the given number, to the sink; false if
// it is held back until Ready. It needs room.mu.
func (m *Member) news(n *News, upTo uint64) bool {
	m.seen = upTo
	if m.ready {
		m.sink.News(n)
	} else {
		m.held = append(m.held, func() { m.sink.News(n) })
	}
	return m.ready
}
