package hub

import (
	"time"

	"beckon/internal/protocol"
)

// Listings are for people who watch a server. They come in pages, ordered by keys, and cost those who use the
// hub nothing: no index is kept for them, and the walk that makes a page lets others have the lock again and
// again.
//
// A listing is no snapshot. Whoever is there from its first page to its last is in it exactly once; whoever
// comes or goes meanwhile may be in it or not. A page's limit is at least 1.

// RoomEntry is a room in a listing.
type RoomEntry struct {
	Key   string
	Users int // at least 1
}

// ListRooms returns the rooms with the least keys of at least from, at most limit, in order.
func (h *Hub) ListRooms(from string, limit int) []RoomEntry {
	var page []RoomEntry
	for len(page) < limit {
		want := limit - len(page)
		found := lowest(&h.mu, h.rooms, from, want)
		for _, e := range found {
			if users := e.value.size(); users > 0 { // else it was closed a moment ago
				page = append(page, RoomEntry{Key: e.key, Users: users})
			}
		}
		if len(found) < want {
			break
		}
		from = After(found[want-1].key)
	}
	return page
}

// Place is where a member stands in a listing: by room, then by name.
type Place struct {
	RoomKey, NameKey string
}

// MemberEntry is a member in a listing.
type MemberEntry struct {
	Place
	User  protocol.User
	Since time.Time // of its Join
	Sink  Sink
}

// ListMembers returns the members with the least places of at least from, at most limit, in order.
func (h *Hub) ListMembers(from Place, limit int) []MemberEntry {
	var page []MemberEntry
	for len(page) < limit {
		want := limit - len(page) // rooms: each has somebody in it, most likely
		found := lowest(&h.mu, h.rooms, from.RoomKey, want)
		for _, e := range found {
			if e.key != from.RoomKey {
				from = Place{RoomKey: e.key}
			}
			page = append(page, e.value.list(from.NameKey, limit-len(page))...)
			if len(page) == limit {
				return page
			}
		}
		if len(found) < want {
			break
		}
		from = Place{RoomKey: After(from.RoomKey)}
	}
	return page
}

// ListRoom is ListMembers for one room: its members whose name keys are at least from.
func (h *Hub) ListRoom(roomKey, from string, limit int) []MemberEntry {
	if r := h.room(roomKey); r != nil {
		return r.list(from, limit)
	}
	return nil
}

// Find returns the member with the given id; false if there is none. It looks at all there are.
func (h *Hub) Find(id string) (MemberEntry, bool) {
	var rooms []*room
	walk(&h.mu, h.rooms, func(_ string, r *room) bool { rooms = append(rooms, r); return true }, nil)
	for _, r := range rooms {
		var found *Member
		walk(&r.mu, r.members, func(_ string, m *Member) bool {
			if m.User.ID == id {
				found = m
			}
			return found == nil
		}, nil)
		if found != nil {
			return found.entry(), true
		}
	}
	return MemberEntry{}, false
}

// Holder returns the member at a place; false if there is none.
func (h *Hub) Holder(at Place) (MemberEntry, bool) {
	r := h.room(at.RoomKey)
	if r == nil {
		return MemberEntry{}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.members[at.NameKey]
	if m == nil {
		return MemberEntry{}, false
	}
	return m.entry(), true
}

// After is the least key behind key: where a listing goes on.
func After(key string) string { return key + "\x00" }

func (h *Hub) room(key string) *room {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rooms[key]
}

func (r *room) list(from string, limit int) []MemberEntry {
	found := lowest(&r.mu, r.members, from, limit)
	page := make([]MemberEntry, 0, len(found))
	for _, e := range found {
		page = append(page, e.value.entry())
	}
	return page
}

// Place is where the member stands.
func (m *Member) Place() Place { return Place{m.room.key, m.key} }

func (m *Member) entry() MemberEntry {
	return MemberEntry{Place: m.Place(), User: m.User, Since: m.since, Sink: m.sink}
}
