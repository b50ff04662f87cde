package hub

import (
	"sync"
	"time"

	"beckon/internal/protocol"
)

// room is a set of members who see one another, and the log of its recent changes.
//
// Every change of membership has a number. A member knows up to which number it has had the news; members
// who ask for the same window stand in one lane, and a lane is served when its window ends, or earlier, for
// one member, when a signal from somebody it has not heard of is due.
type room struct {
	key string // static

	mu      sync.Mutex
	members map[string]*Member      // by name key; guarded by mu
	roster  protocol.Roster         // of members; guarded by mu
	lanes   map[time.Duration]*lane // by window; guarded by mu
	log     []protocol.Change       // the changes that some lane has yet to hear; guarded by mu
	last    uint64                  // the number of the newest change; guarded by mu
	quiet   bool                    // no more presence; guarded by mu
}

func newRoom(key string, quiet bool) *room {
	return &room{key: key, quiet: quiet, members: make(map[string]*Member), lanes: make(map[time.Duration]*lane)}
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
func (r *room) add(m *Member, window time.Duration) protocol.Users {
	r.mu.Lock()
	defer r.mu.Unlock()
	var users protocol.Users
	if m.presence {
		users = r.roster.Users()
	}
	r.members[m.key] = m
	m.page = r.roster.Add(&m.User)
	r.record(protocol.Change{User: m.User})
	m.joined, m.seen = r.last, r.last
	if m.presence {
		r.enlist(m, window)
	}
	return users
}

// remove reports whether m was a member, and whether the room is empty now.
func (r *room) remove(m *Member) (removed, empty bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.members[m.key] != m {
		return false, false
	}
	delete(r.members, m.key)
	r.roster.Remove(&m.User, m.page)
	if m.presence {
		r.discharge(m)
	}
	r.record(protocol.Change{User: m.User, Left: true})
	return true, len(r.members) == 0
}

// route finds the recipient of s, brings it up to date where it has not heard of the sender yet, and returns
// the sink to deliver to. For a recipient that is not ready it keeps s and returns no sink.
func (r *room) route(from *Member, key []byte, s Signal) (Sink, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	to := r.members[string(key)]
	if to == nil {
		return nil, ErrUnknownUser
	}
	if to.presence && to.seen < from.joined && !r.quiet {
		to.news(&News{Changes: r.between(to.seen, r.last)}, r.last)
	}
	if !to.ready {
		to.hold(s)
		return nil, nil
	}
	return to.sink, nil
}

// record notes a change for the lanes to hear of. It needs mu.
func (r *room) record(c protocol.Change) {
	r.last++
	if r.quiet || len(r.lanes) == 0 {
		return
	}
	r.log = append(r.log, c.Prepared())
	for window, l := range r.lanes {
		l.arm(r, window)
	}
}

// hush ends presence.
func (r *room) hush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.quiet = true
	r.log = nil
	for _, l := range r.lanes {
		l.disarm()
	}
}
