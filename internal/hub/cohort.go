package hub

import (
	"runtime"
	"time"
)

// cohort is the members of a room who asked for the same window: they are told of changes together, when the window
// that the first of these began is over.
type cohort struct {
	// Static.

	room   *room
	window time.Duration

	// Guarded by room.mu.

	members []*Member   // Member.slot is where each is
	unread  *change     // every member has been told of what comes before, but for those that are behind
	state   cohortState // what the timer is for
	timer   *time.Timer // nil before the first change
}

type cohortState uint8

const (
	cohortIdle    cohortState = iota // nobody is to be told of anything
	cohortWaits                      // for the window to end
	cohortFansOut                    // the timer's goroutine tells the members
	cohortRetries                    // some members are behind: they are asked again before long
)

// retry is how long a member that is behind has time to read before it is asked again.
const retry = 100 * time.Millisecond

// cohort returns the one with the given window, made if there is none. It needs mu.
func (r *room) cohort(window time.Duration) *cohort {
	c := r.cohorts[window]
	if c == nil {
		c = &cohort{room: r, window: window, unread: r.upcoming}
		r.cohorts[window] = c
	}
	return c
}

// add takes in m, who knows everything. It needs room.mu.
func (c *cohort) add(m *Member) {
	m.cohort, m.slot, m.unread = c, len(c.members), c.room.upcoming
	c.members = append(c.members, m)
}

// remove lets go of m, and the room of a cohort that is empty. It needs room.mu.
//
// The timer's goroutine may be under way all the same: it finds a cohort without members.
func (c *cohort) remove(m *Member) {
	last := len(c.members) - 1
	moved := c.members[last]
	c.members[m.slot], moved.slot = moved, m.slot
	c.members[last] = nil
	c.members = c.members[:last]
	m.cohort, m.unread = nil, nil // who holds on to m does not hold on to all that happens from now on
	if last == 0 {
		c.stop()
		delete(c.room.cohorts, c.window)
	}
}

// changed sees to it that the members are told of a change once the window is over. It needs room.mu.
func (c *cohort) changed() {
	if c.state == cohortIdle || c.state == cohortRetries {
		c.schedule(cohortWaits, c.window)
	}
}

// schedule starts the timer, and says what for. It needs room.mu.
func (c *cohort) schedule(state cohortState, d time.Duration) {
	c.state = state
	if c.timer == nil {
		c.timer = time.AfterFunc(d, c.deliver)
	} else {
		c.timer.Reset(d)
	}
}

// stop stops the timer. It needs room.mu.
func (c *cohort) stop() {
	if c.timer != nil {
		c.timer.Stop()
	}
}

// deliver tells the members what they have not been told, some at a time, so that others have the room and the
// processor in between, and each is written to while what that takes is still at hand. It is the timer's goroutine.
func (c *cohort) deliver() {
	var err error
	defer c.room.caught(&err)
	for f := c.begin(); f.left > 0; runtime.Gosched() {
		for _, sink := range f.tell() {
			sink.Flush()
		}
	}
}
