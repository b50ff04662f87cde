package session

import (
	"container/list"

	"beckon/internal/fault"
)

// addresses knows how many users each client address has, connected or waiting to be resumed, and which of them wait.
type addresses struct {
	mu    fault.Mutex
	known map[any]*address // those that have users, by link.Conn.Quota; guarded by mu
}

// address is what is known of one. Its fields are guarded by addresses.mu.
type address struct {
	users   int
	waiting list.List // of *resumable, the one that has waited longest first
}

func newAddresses() *addresses { return &addresses{known: make(map[any]*address)} }

// enter notes one more user of an address.
func (a *addresses) enter(of any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known[of] == nil {
		a.known[of] = new(address)
	}
	a.known[of].users++
}

// leave notes one less. A session of it waits no more.
func (a *addresses) leave(of any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	known := a.known[of]
	if known.users--; known.users == 0 {
		delete(a.known, of)
	}
}

// wait notes that a session, whose user has entered, waits to be resumed, or does no more.
func (a *addresses) wait(s *resumable, now bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now {
		s.place = a.known[s.of].waiting.PushBack(s)
	} else {
		a.remove(s)
	}
}

// remove takes a session out of its address's list, if it is there: while it is, s.of does not change. It needs mu.
func (a *addresses) remove(s *resumable) {
	if s.place != nil {
		a.known[s.of].waiting.Remove(s.place)
		s.place = nil
	}
}

// tooMany returns the session that has waited longest if an address has more users than it may have, and takes it
// out of the list: it is to make room. Nil if there is none.
func (a *addresses) tooMany(of any, most int) *resumable {
	a.mu.Lock()
	defer a.mu.Unlock()
	known := a.known[of]
	if known == nil || known.users <= most || known.waiting.Len() == 0 {
		return nil
	}
	s := known.waiting.Front().Value.(*resumable)
	a.remove(s)
	return s
}
