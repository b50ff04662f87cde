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
	arrival  uint64 // change.seq of its own arrival

	// Guarded by room.mu.

	page   int      // the page of the roster that holds User
	cohort *cohort  // the members who are told together with this one; nil without presence, and after Leave
	slot   int      // where in cohort.members this one is
	unread *change  // the first change that Sink has not been told of; nil like cohort
	behind bool     // whether Sink had no room for presence the last time that it was due
	lag    int      // of a member that is behind: how many changes have come since they were last folded
	ready  bool     // whether Sink may be called
	held   []func() // what Sink is due once it may be called
}

// Ready lets deliveries begin, with what has come since Join or Rejoin. It is called once after each, when the
// caller has queued its reply to the login.
func (m *Member) Ready() {
	if m.release() == nil {
		m.sink.Flush()
	}
}

func (m *Member) release() (err error) {
	defer m.room.caught(&err)
	m.room.mu.Lock()
	defer m.room.mu.Unlock()
	m.ready = true
	for _, deliver := range m.held {
		deliver()
	}
	m.held = nil
	return nil
}

// Rejoin holds deliveries back again, as between Join and Ready, and returns who is in the room now: for a
// member whose Sink gets a new connection. What presence brought before, the roster holds already.
func (m *Member) Rejoin() protocol.Users {
	m.room.mu.Lock()
	defer m.room.mu.Unlock()
	m.ready = false
	if !m.presence {
		return protocol.Users{}
	}
	if m.cohort != nil { // else it has left
		m.catchUp(m.room.upcoming)
	}
	return m.room.roster.Others(&m.User, m.page)
}

// Signal sends s to the member of the room whose name has the given key; s.From need not be set. It returns the
// Sink to flush soon, nil for none: the caller may have more for it. The error is ErrUnknownUser or ErrFault.
func (m *Member) Signal(key []byte, s Signal) (to Sink, err error) {
	defer m.room.caught(&err)
	s.From = m.User.Name
	if to, err = m.room.route(m, key, s); to != nil {
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

// knows tells whether the sink has been told that other is there. It needs room.mu.
func (m *Member) knows(other *Member) bool { return m.unread == nil || other.arrival < m.unread.seq }

// catchUp moves the member, which is behind no more, to what it has not been told. It needs room.mu.
func (m *Member) catchUp(unread *change) { m.unread, m.behind, m.lag = unread, false, 0 }

// tell hands b but for the first skip to the sink, or holds it back until Ready; it reaches up to end. It needs room.mu.
func (m *Member) tell(b *Batch, skip int, end *change) {
	m.unread = end
	if m.ready {
		m.sink.Presence(b, skip)
	} else {
		m.held = append(m.held, func() { m.sink.Presence(b, skip) })
	}
}
