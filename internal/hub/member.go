package hub

import (
	"slices"
	"time"

	"beckon/internal/protocol"
	"beckon/internal/share"
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
	source   share.Source // of its connection; guarded like the methods
	presence bool
	arrival  uint64 // change.seq of its own arrival

	// Guarded by room.mu.

	page   int      // the page of the roster that holds User
	cohort *cohort  // the members who are told together with this one; nil without presence, and after Leave
	slot   int      // where in cohort.members this one is
	unread *change  // the first change that Sink has not been told of; nil like cohort
	behind bool     // whether Sink had no room for presence the last time that it was due
	full   bool     // whether Sink had no room for presence that a message needed, since it was last due
	lag    int      // of a member that is behind: how many changes have come since they were last folded
	ready  bool     // whether Sink may be called
	held   []func() // what Sink is due once it may be called
	weight int      // of the messages in held, see hold
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
	m.held, m.weight = nil, 0
	return nil
}

// Rejoin holds deliveries back again, as between Join and Ready, and returns who is in the room now: for a
// member whose Sink gets a new connection, from the given source. What presence brought before, the roster holds already.
func (m *Member) Rejoin(source share.Source) protocol.Users {
	m.source = source
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
// Sink to flush soon, nil for none: the caller may have more for it. The error is ErrUnknownUser, ErrBusy or ErrFault.
// After ErrBusy the Sink is to be flushed, too, so that it looks after its client.
func (m *Member) Signal(key []byte, s Signal) (to Sink, err error) {
	defer m.room.caught(&err)
	s.From = m.User.Name
	if to, err = m.room.route(m, key, s); to != nil && err == nil {
		if !to.Signal(s, m.source) {
			err = ErrBusy
		}
	}
	return to, err
}

// Leave takes the member out of the room; the others hear of it when their windows end. Calling it again
// does nothing.
func (m *Member) Leave() {
	m.hub.remove(m)
}

// hold keeps a copy of s for Ready, unless too much is kept already. What is kept has been taken, so that it is
// counted for nobody later: it is so little that a Sink has room for it. It needs room.mu.
func (m *Member) hold(s Signal) error {
	const most, each = 16 << 10, 64 // bytes: the last one may exceed it; and what a message weighs besides its own
	if m.weight > most {
		return ErrBusy
	}
	m.weight += each + len(s.Payload)
	s.Payload, s.Call = slices.Clone(s.Payload), slices.Clone(s.Call)
	m.held = append(m.held, func() { m.sink.Signal(s, nil) })
	return nil
}

// knows tells whether the sink has been told that other is there. It needs room.mu.
func (m *Member) knows(other *Member) bool { return m.unread == nil || other.arrival < m.unread.seq }

// catchUp moves the member, which is behind no more, to what it has not been told. It needs room.mu.
func (m *Member) catchUp(unread *change) {
	m.unread, m.behind, m.full, m.lag = unread, false, false, 0
}

// tell hands b but for the first skip to the sink, or holds it back until Ready; it reaches up to end. False if the
// sink has no room for it: then the member has not been told. It needs room.mu.
func (m *Member) tell(b *Batch, skip int, end *change) bool {
	if !m.ready {
		first := m.unread
		m.held = append(m.held, func() { m.tellLate(b, skip, first) })
	} else if !m.sink.Presence(b, skip) {
		return false
	}
	m.unread = end
	return true
}

// tellLate hands presence to the sink that was held back, and begins at first. Where there is no room for it, it is
// due again, with all that was held back behind it. It needs room.mu.
func (m *Member) tellLate(b *Batch, skip int, first *change) {
	if m.full || m.sink.Presence(b, skip) || m.cohort == nil {
		return
	}
	m.unread, m.behind, m.full = first, true, true
	m.cohort.changed()
}
