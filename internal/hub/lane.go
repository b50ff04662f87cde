package hub

import (
	"runtime"
	"time"

	"beckon/internal/protocol"
)

// lane is the members of a room who asked for the same window: they are told together.
type lane struct {
	// Guarded by room.mu.

	members []*Member   // Member.berth is where each is
	served  uint64      // the change up to which all of them have had the news
	timer   *time.Timer // runs while there is news they have not had; nil before the first
	armed   bool
}

// enlist puts m, who knows the newest change, into the lane of its window. It needs mu.
func (r *room) enlist(m *Member, window time.Duration) {
	l := r.lanes[window]
	if l == nil {
		l = &lane{served: r.last}
		r.lanes[window] = l
	}
	m.lane, m.berth = l, len(l.members)
	l.members = append(l.members, m)
}

// discharge takes m out of its lane, and drops a lane that is empty. It needs mu.
func (r *room) discharge(m *Member) {
	l := m.lane
	last := len(l.members) - 1
	moved := l.members[last]
	l.members[m.berth], moved.berth = moved, m.berth
	l.members[last] = nil
	l.members = l.members[:last]
	if last > 0 {
		return
	}
	l.disarm()
	for window, other := range r.lanes {
		if other == l {
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

// serving is a lane being served: its members are told what is news when it begins, some at a time, so that others
// have the room and the processor in between, and each is written to while what that takes is still at hand. It
// belongs to the timer's goroutine.
type serving struct {
	room *room
	lane *lane
	upTo uint64           // the newest change of which this tells
	left int              // how many have yet to be told, at the beginning of the lane's members
	runs map[uint64]*News // by what was known before: who knows equally much shares one
	all  *News            // the longest of them: what is not known to all
	due  [some]Sink       // of those who have been told
}

// some is how many members are told at a time.
const some = 64

// serve tells all members of l what they have not heard, and lets them write.
func (r *room) serve(l *lane) {
	for s := r.beginServing(l); s.left > 0; runtime.Gosched() {
		for _, sink := range s.tell() {
			sink.Flush()
		}
	}
}

func (r *room) beginServing(l *lane) *serving {
	r.mu.Lock()
	defer r.mu.Unlock()
	l.armed = false
	all := &News{}
	if !r.quiet && len(l.members) > 0 { // its last member may have left while the timer's goroutine came
		all.Changes = r.between(l.served, r.last)
	}
	return &serving{
		room: r, lane: l, upTo: r.last, left: len(l.members),
		runs: map[uint64]*News{l.served: all}, all: all,
	}
}

// tell queues the news for some members and returns the sinks to flush. It goes from the last member to the first:
// if one leaves meanwhile, the last takes its place, which has been told unless none has.
func (s *serving) tell() []Sink {
	r := s.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.quiet {
		s.left = 0
		return nil
	}
	due := s.due[:0]
	for s.left = min(s.left, len(s.lane.members)); s.left > 0 && len(due) < some; s.left-- {
		m := s.lane.members[s.left-1]
		if m.seen < s.upTo && m.news(s.run(m.seen), s.upTo) {
			due = append(due, m.sink)
		}
	}
	if s.left == 0 {
		s.lane.served = max(s.lane.served, s.upTo)
		r.trim()
	}
	return due
}

// run is the news for those who know the changes up to the given one. It needs room.mu.
func (s *serving) run(seen uint64) *News {
	n := s.runs[seen]
	if n == nil {
		n = &News{Changes: s.room.between(seen, s.upTo), longest: s.all}
		s.runs[seen] = n
	}
	return n
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
	r.log = r.between(oldest, r.last)
}

// between is the part of the log behind one change, up to another. It needs mu.
func (r *room) between(seen, upTo uint64) []protocol.Change {
	first := r.last - uint64(len(r.log)) // the change before the log
	return r.log[seen-first : upTo-first : upTo-first]
}
