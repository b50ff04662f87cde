package hub

import "time"

// fanOut tells a cohort once. It belongs to the timer's goroutine, which has room.mu where it uses more than left.
type fanOut struct {
	cohort *cohort
	begun  time.Time
	first  *change // what it tells begins here,
	end    *change // and ends before this one
	all    *Batch  // the changes between these
	left   int     // how many members have yet to be told, at the beginning of cohort.members
	late   bool    // whether somebody is behind

	skips   map[*change]int     // how many changes of all come before one of them; nil until that is asked
	batches map[*change]*Batch  // for those who were behind, by where they begin
	folds   map[*change]*change // likewise

	told [part]Sink // those to flush
}

// part is how many members are told at a time.
const part = 64

// begin begins to tell of all that has happened up to now.
func (c *cohort) begin() *fanOut {
	c.room.mu.Lock()
	defer c.room.mu.Unlock()
	f := &fanOut{cohort: c, begun: time.Now(), first: c.unread, end: c.room.upcoming, left: len(c.members)}
	if f.left > 0 && !c.room.quiet {
		c.state = cohortFansOut
		f.all = newBatch(f.first, f.end)
	}
	return f
}

// tell tells some members, and returns the sinks to flush. It goes from the last member to the first: if one leaves
// meanwhile, the last takes its place, which has been told unless none has.
func (f *fanOut) tell() []Sink {
	r := f.cohort.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.quiet {
		f.left = 0
		return nil
	}
	told := f.told[:0]
	for f.left = min(f.left, len(f.cohort.members)); f.left > 0 && len(told) < part; f.left-- {
		if m := f.cohort.members[f.left-1]; f.tellOne(m) && m.ready {
			told = append(told, m.sink)
		}
	}
	if f.left == 0 {
		f.done()
	}
	return told
}

// tellOne tells m, and whether there was something to tell. It needs room.mu.
func (f *fanOut) tellOne(m *Member) bool {
	if !m.unread.before(f.end) {
		return false
	}
	if m.ready && m.sink.Behind() {
		f.postpone(m)
		return false
	}
	if m.behind {
		m.catchUp(f.fold(m.unread))
	}
	if m.unread == f.end { // what it had not been told comes to nothing
		return false
	}
	b, skip := f.batch(m.unread)
	if !m.tell(b, skip, f.end) {
		f.postpone(m)
		return false
	}
	return true
}

// postpone leaves m for later. What it has not been told is folded now and then, so that it holds on to little more
// than a change for each who is there, or was when it was last told. It needs room.mu.
func (f *fanOut) postpone(m *Member) {
	const few = 64
	f.late, m.behind, m.full = true, true, false
	if m.lag += len(f.all.Changes); m.lag > few+len(f.cohort.room.members) {
		m.unread, m.lag = f.fold(m.unread), 0
	}
}

// fold folds what comes between unread and the end, once for all who have read equally much.
func (f *fanOut) fold(unread *change) *change {
	list := f.folds[unread]
	if list == nil {
		if f.folds == nil {
			f.folds = make(map[*change]*change)
		}
		list = fold(unread, f.end)
		f.folds[unread] = list
	}
	return list
}

// batch returns a batch that ends with what begins at unread, and how much of it comes before.
func (f *fanOut) batch(unread *change) (b *Batch, skip int) {
	if unread == f.first {
		return f.all, 0
	}
	if f.skips == nil {
		f.skips = make(map[*change]int, len(f.all.Changes))
		f.first.each(f.end, func(c *change) { f.skips[c] = len(f.skips) })
	}
	if skip, found := f.skips[unread]; found {
		return f.all, skip
	}
	if b = f.batches[unread]; b == nil {
		if f.batches == nil {
			f.batches = make(map[*change]*Batch)
		}
		b = newBatch(unread, f.end)
		f.batches[unread] = b
	}
	return b, 0
}

// done ends the round. What has changed meanwhile is told when its window is over, counted from when this round
// began, so that one round at most is under way. It needs room.mu.
func (f *fanOut) done() {
	c := f.cohort
	c.unread, c.state = f.end, cohortIdle
	switch {
	case len(c.members) == 0:
	case c.unread != c.room.upcoming:
		c.schedule(cohortWaits, max(0, c.window-time.Since(f.begun)))
	case f.late:
		c.schedule(cohortRetries, retry)
	}
}
