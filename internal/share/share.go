// Package share keeps those who send to one user from using up all that may wait for it: each source has a share, and
// all of them together leave room for what the server itself has to tell that user. What exceeds this is refused to
// the sender; the recipient notices nothing.
package share

// Source is who a share is counted for, such as a client's group of addresses: a comparable value. Nil is nobody:
// what comes from there is held to the bound of all together, and to no share.
type Source any

// Tally counts frames, and their bytes.
type Tally struct{ Bytes, Frames int }

func (t Tally) within(bound Tally) bool { return t.Bytes <= bound.Bytes && t.Frames <= bound.Frames }

// plus is t with one more frame.
func (t Tally) plus(size int) Tally { return Tally{t.Bytes + size, t.Frames + 1} }

// Limits bound what others may have waiting in one queue.
type Limits struct {
	All Tally // of all sources together
	One Tally // of one source
}

// MostPercent is the largest share: all that is for others.
const MostPercent = 75

// Of returns the limits of a queue that is bounded itself, where a source may have a share of so many percent.
func Of(queue Tally, percent int) Limits {
	return Limits{All: queue.percent(MostPercent), One: queue.percent(min(percent, MostPercent))}
}

// percent is a part of t, at least one frame. It does not overflow.
func (t Tally) percent(n int) Tally {
	const all = 100
	of := func(whole int) int { return max(1, whole/all*n+whole%all*n/all) }
	return Tally{of(t.Bytes), of(t.Frames)}
}

// Ledger knows whose the frames of one queue are, which leave it in the order that they came in. The zero Ledger is of
// an empty queue. It is not safe for concurrent use.
//
// While no more waits than one share nobody is asked whose it is: that costs nothing, and no source has more than two
// shares by it.
type Ledger struct {
	book *book // nil while none of the waiting frames is accounted for
}

// book is what a Ledger has written down.
type book struct {
	used    map[Source]Tally
	entries []entry // of the frames that are accounted for, oldest first
	in, out uint64  // how many frames have come and gone: those that waited when the book was opened have come
}

type entry struct {
	from   Source
	size   int
	number uint64 // of the frame, from 1
}

// Admit tells whether a frame from a source may enter the queue, in which so much waits; if so it has entered. A frame
// that is longer than the limits may wait if there is nothing else from its source.
func (l *Ledger) Admit(limits *Limits, from Source, size int, waiting Tally) bool {
	after := waiting.plus(size)
	switch {
	case waiting.Frames > 0 && !after.within(limits.All):
		return false
	case from == nil || after.within(limits.One):
		l.Enter()
		return true
	}
	if l.book == nil {
		l.book = &book{used: make(map[Source]Tally), in: uint64(waiting.Frames)}
	}
	return l.book.admit(limits.One, from, size)
}

func (b *book) admit(limit Tally, from Source, size int) bool {
	used := b.used[from]
	after := used.plus(size)
	if used.Frames > 0 && !after.within(limit) {
		return false
	}
	b.used[from] = after
	b.in++
	b.entries = append(b.entries, entry{from, size, b.in})
	return true
}

// Enter notes a frame that has entered the queue and is nobody's.
func (l *Ledger) Enter() {
	if l.book != nil {
		l.book.in++
	}
}

// Leave notes that the oldest frames have left the queue, so many.
func (l *Ledger) Leave(frames int) {
	if b := l.book; b != nil && !b.leave(uint64(frames)) {
		l.book = nil
	}
}

// leave tells whether there is still something to know.
func (b *book) leave(frames uint64) bool {
	b.out += frames
	gone := 0
	for ; gone < len(b.entries) && b.entries[gone].number <= b.out; gone++ {
		b.release(b.entries[gone])
	}
	b.entries = b.entries[gone:] // the next append that needs more room leaves what is gone behind
	return len(b.entries) > 0
}

func (b *book) release(e entry) {
	left := b.used[e.from]
	left.Bytes -= e.size
	left.Frames--
	if left.Frames == 0 {
		delete(b.used, e.from)
		return
	}
	b.used[e.from] = left
}
