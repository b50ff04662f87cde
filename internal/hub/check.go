package hub

// Check returns when the hub and some of its rooms, other ones each time, have answered: when the locks could be had that
// a login and a message take. It changes nothing. Where one of them is never let go of, it blocks for good.
func (h *Hub) Check() {
	for _, r := range h.someRooms() {
		r.size()
	}
}

// someRooms are rooms by chance.
func (h *Hub) someRooms() []*room {
	const enough = 16
	h.mu.Lock()
	defer h.mu.Unlock()
	some := make([]*room, 0, enough)
	for _, r := range h.rooms {
		if some = append(some, r); len(some) == enough {
			break
		}
	}
	return some
}
