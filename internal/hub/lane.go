package hub

import "time"

// lane is the members of a room who asked for the same window: they are told together.
type lane struct {
	// Guarded by room.mu.

	members map[*Member]struct{}
	served  uint64      // the change up to which all of them have had the news
	timer   *time.Timer // runs while there is news they have not had; nil before the first
	armed   bool
}

// enlist puts m, who knows the newest change, into the lane of its window. It needs mu.
func (r *room) enlist(m *Member, window time.Duration) {
	l := r.lanes[window]
	if l == nil {
		l = &lane{members: make(map[*Member]struct{}), served: r.last}
		r.lanes[window] = l
	}
	l.members[m] = struct{}{}
	m.lane = l
}

// discharge takes m out of its lane, and drops a lane that is empty. It needs mu.
func (r *room) discharge(m *Member) {
	delete(m.lane.members, m)
	if len(m.lane.members) > 0 {
		return
	}
	m.lane.disarm()
	for window, l := range r.lanes {
		if l == m.lane {
			delete(r.lanes, window)
		}
	}
	r.trim()
}

// arm makes sure that the lane is served once the window is over. It needs mu.
func (l *lane) arm(r *room, window time.Duration) {
	switch {
	case l.armed:
		return
	case l.timer == nil:
		l.timer = time.AfterFunc(window, func() { r.serve(l) })
	default:
		l.timer.Reset(window)
	}
	l.armed = true
}

func (l *lane) disarm() {
	if l.timer != nil {
		l.timer.Stop()
	}
	l.armed = false
}

// serve tells all members of l what they have not heard, and then lets them write.
func (r *room) serve(l *lane) {
	for _, sink := range r.spread(l) {
		sink.Flush()
	}
}

// spread queues the news for the members of l and returns the sinks to flush. Members who know equally much
// share one News.
func (r *room) spread(l *lane) []Sink {
	r.mu.Lock()
	defer r.mu.Unlock()
	l.armed = false
	if r.quiet {
		return nil
	}
	runs := make(map[uint64]*News, 1)
	sinks := make([]Sink, 0, len(l.members))
	for m := range l.members {
		if m.seen == r.last {
			continue
		}
		n := runs[m.seen]
		if n == nil {
			n = &News{Changes: r.since(m.seen)}
			runs[m.seen] = n
		}
		m.news(n)
		if m.ready {
			sinks = append(sinks, m.sink)
		}
	}
	l.served = r.last
	r.trim()
	return sinks
}

// trim forgets the part of the log that every lane has heard. It needs mu.
func (r *room) trim() {
	if r.quiet {
		return // the log is gone, and nobody will hear of it
	}
	oldest := r.last
	for _, l := range r.lanes {
		oldest = min(oldest, l.served)
	}
	if oldest == r.last {
		r.log = nil // a News may still hold the old array
		return
	}
	r.log = r.since(oldest)
}
