// Package hub is the registry: who is in which room, and the way from one user to another.
//
// It knows neither sockets nor JSON. A member is reached through its Sink, which the dialect that it speaks
// supplies; time is the runtime's, so that tests may run in a synctest bubble.
//
// # Order
//
// Messages of one member to another arrive in the order sent. Presence may be held back for the window that
// the recipient asked for, so that many changes share one delivery, but a signal never overtakes the news
// that its sender is there, and nothing that a member sent before it left arrives after the news that it
// left. The second follows from a rule of use: a member's methods are called from one goroutine at a time.
//
// # Locks
//
// Hub.mu, then room.mu; a Sink's own lock comes last. Presence and Behind are called with room.mu
// held, Signal with or without it, Flush with no lock. No I/O happens under a lock: Presence and Signal only put
// into a bounded queue, Flush writes.
package hub

import (
	"errors"
	"time"

	"beckon/internal/fault"
	"beckon/internal/protocol"
	"beckon/internal/share"
)

// Why a login or a signal is refused.
var (
	ErrNameTaken   = errors.New("hub: the name is taken in this room")
	ErrRoomFull    = errors.New("hub: the room is full")
	ErrServerFull  = errors.New("hub: the server is full")
	ErrUnknownUser = errors.New("hub: nobody of that name in the room")
	ErrBusy        = errors.New("hub: too much waits for that user already")
)

// Bounds are how many a hub takes. Zero means no bound.
type Bounds struct {
	MaxUsers     int // members of all rooms together
	MaxRooms     int // rooms that have members
	MaxRoomUsers int // members of one room
}

// Options are what a hub needs.
type Options struct {
	Bounds
	// NewID makes the id of a member; it must never repeat itself. It is called under a lock.
	NewID func() string
	// Faults is told of panics that cost a room, maybe with the hub's lock held; nil for nobody.
	Faults fault.Observer
}

// Hub is the registry of one server. Its methods may be called from any goroutine.
type Hub struct {
	// Static.

	newID  func() string
	faults fault.Observer

	mu     fault.Mutex
	bounds Bounds           // guarded by mu
	rooms  map[string]*room // by key; guarded by mu
	users  int              // members of all rooms; guarded by mu
	quiet  bool             // no more presence; guarded by mu
}

// New returns an empty hub.
func New(opts Options) *Hub {
	return &Hub{newID: opts.NewID, faults: opts.Faults, bounds: opts.Bounds, rooms: make(map[string]*room)}
}

// SetBounds makes b the bounds for whoever comes from now on; who is in stays in.
func (h *Hub) SetBounds(b Bounds) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bounds = b
}

// Join is a request to enter a room.
type Join struct {
	RoomKey string // the room, in the form in which equal rooms are equal; empty for the lobby
	Name    string // as the others shall see it
	NameKey string // in the form in which equal names are equal
	Sink    Sink
	Source  share.Source // who the member's messages are counted for where they wait for somebody
	// Presence is whether Sink shall hear who comes and goes; without it the roster is empty too.
	Presence bool
	// Window is how long presence may be held back to share a delivery. Members of a room with equal windows
	// are served together.
	Window time.Duration
}

// Join enters a room and returns the new member and who was there before it, or an error that says why not. Nothing is delivered to the
// member's Sink until Member.Ready, so that the caller can send its reply first; the others hear of the
// member at once or when their windows end.
func (h *Hub) Join(j Join) (*Member, protocol.Users, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[j.RoomKey]
	if err := h.mayJoin(r, j.NameKey); err != nil {
		return nil, protocol.Users{}, err
	}
	if r == nil {
		r = newRoom(h, j.RoomKey)
		h.rooms[j.RoomKey] = r
	}
	m := &Member{
		User:     protocol.User{ID: h.newID(), Name: j.Name},
		since:    time.Now(),
		hub:      h,
		room:     r,
		key:      j.NameKey,
		sink:     j.Sink,
		source:   j.Source,
		presence: j.Presence,
	}
	users, err := r.add(m, j.Window)
	if err != nil {
		return nil, protocol.Users{}, err
	}
	h.users++
	r.users++
	return m, users, nil
}

func (h *Hub) mayJoin(r *room, nameKey string) error {
	switch {
	case r != nil && r.has(nameKey):
		return ErrNameTaken
	case h.bounds.MaxUsers > 0 && h.users >= h.bounds.MaxUsers:
		return ErrServerFull
	case r == nil && h.bounds.MaxRooms > 0 && len(h.rooms) >= h.bounds.MaxRooms:
		return ErrServerFull
	case r != nil && h.bounds.MaxRoomUsers > 0 && r.size() >= h.bounds.MaxRoomUsers:
		return ErrRoomFull
	default:
		return nil
	}
}

// Users is how many members there are in all rooms.
func (h *Hub) Users() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.users
}

// Rooms is how many rooms have members.
func (h *Hub) Rooms() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.rooms)
}

// Quiet ends presence for good: a server that drains would else tell everybody about everybody.
func (h *Hub) Quiet() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.quiet = true
	for _, r := range h.rooms {
		r.hush()
	}
}

// remove takes m out of its room, and forgets a room that is empty. False if m had left already.
func (h *Hub) remove(m *Member) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := m.room
	if r.forgotten {
		return false
	}
	if removed, err := r.remove(m); err != nil || !removed {
		return false
	}
	h.users--
	if r.users--; r.users == 0 {
		delete(h.rooms, r.key)
	}
	return true
}
