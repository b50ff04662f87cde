package hub

import (
	"sync"
	"time"

	"beckon/internal/protocol"
)

// room is a set of members who see one another, and what has happened to it of late.
type room struct {
	// Static.

	hub *Hub
	key string

	// Guarded by Hub.mu.

	users     int  // members
	forgotten bool // by the hub, after a fault

	mu       sync.Mutex
	members  map[string]*Member        // by name key; guarded by mu
	roster   protocol.Roster           // of members; guarded by mu
	cohorts  map[time.Duration]*cohort // by window, none of them empty; guarded by mu
	upcoming *change                   // the change that has yet to happen; guarded by mu
	quiet    bool                      // no more presence; guarded by mu
}

// newRoom returns an empty room. It needs Hub.mu.
func newRoom(h *Hub, key string) *room {
	return &room{
		hub: h, key: key, quiet: h.quiet, upcoming: new(change),
		members: make(map[string]*Member), cohorts: make(map[time.Duration]*cohort),
	}
}

func (r *room) has(nameKey string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.members[nameKey] != nil
}

func (r *room) size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.members)
}

// add makes m a member and returns who was there before it, if m wants to know.
func (r *room) add(m *Member, window time.Duration) (users protocol.Users, err error) {
	defer r.caught(&err)
	r.mu.Lock()
	defer r.mu.Unlock()
	if m.presence {
		users = r.roster.Users()
	}
	r.members[m.key] = m
	m.page = r.roster.Add(&m.User)
	m.arrival = r.upcoming.seq
	r.record(protocol.Change{User: m.User})
	if m.presence {
		r.cohort(window).add(m)
	}
	return users, nil
}

// remove reports whether m was a member.
func (r *room) remove(m *Member) (removed bool, err error) {
	defer r.caught(&err)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.members[m.key] != m {
		return false, nil
	}
	delete(r.members, m.key)
	r.roster.Remove(&m.User, m.page)
	if m.cohort != nil {
		m.cohort.remove(m)
	}
	r.record(protocol.Change{User: m.User, Left: true})
	return true, nil
}

// route finds the recipient of s, brings it up to date where it has not heard of the sender yet, and returns
// the sink to deliver to. For a recipient that is not ready it keeps s and returns no sink. Where there is no room for
// the presence there is none for s.
func (r *room) route(from *Member, key []byte, s Signal) (Sink, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	to := r.members[string(key)]
	if to == nil {
		return nil, ErrUnknownUser
	}
	if !to.knows(from) && !r.quiet && !r.update(to) {
		return to.sink, ErrBusy
	}
	if !to.ready {
		return nil, to.hold(s)
	}
	return to.sink, nil
}

// update tells m at once of all that it has not been told; false if its sink has no room for that. Then it is not asked
// again before presence is due, as each time costs what there is to tell. It needs mu.
func (r *room) update(m *Member) bool {
	if m.full {
		return false
	}
	if m.behind {
		m.unread, m.lag = fold(m.unread, r.upcoming), 0
	}
	if !m.tell(newBatch(m.unread, r.upcoming), 0, r.upcoming) {
		m.full = true
		return false
	}
	m.catchUp(r.upcoming)
	return true
}

// record notes a change for the cohorts to be told of. It needs mu.
func (r *room) record(c protocol.Change) {
	if r.quiet {
		return
	}
	if len(r.cohorts) > 0 {
		c = c.Prepared()
	}
	r.upcoming = r.upcoming.happen(c)
	for _, c := range r.cohorts {
		c.changed()
	}
}

// hush ends presence.
func (r *room) hush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.quiet = true
	for _, c := range r.cohorts {
		c.stop()
	}
}
