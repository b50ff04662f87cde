// Package replay keeps what a resumable session has sent until it is known to have arrived, so that after a
// cut exactly the frames that did not arrive are sent again.
//
// Frames are numbered from 1 after each login reply; a client that resumes says how many it received since
// the last reply that it saw. That is not always the last that was sent: a reply can be lost in a cut as
// well. The client then repeats the count it gave before, as nothing has arrived since. So that this count
// cannot be mistaken for one after the lost reply, fewer frames than that are sent until the reply is known to
// have arrived.
//
// A pong shows that, but it comes from the client's WebSocket library, maybe long before the program behind it
// has seen the reply: a page that is frozen answers pings. Of a client that promises to speak as soon as it has
// seen the reply, and not before, only that counts.
package replay

import (
	"encoding/binary"
	"errors"
	"slices"

	"beckon/internal/share"
)

// Limits bound what a Log holds, and what it lets go before it is acknowledged.
type Limits struct {
	Others share.Limits // what others may have in it: less than all, of which the rest is for what the client gives rise to

	Bytes  int // of frames that may have to be sent again, and as many of presence that waits; a single longer one may wait alone
	Frames int

	WindowBytes  int // of frames handed to the socket and not acknowledged; a single longer one may pass alone
	WindowFrames int
}

// Log is the frames of one session since its last login reply. It is not safe for concurrent use.
type Log struct {
	limits *Limits // static

	frames  []entry      // those not known to have arrived, and those of the last acknowledgement; oldest first
	bytes   int          // of the frames that may have to be sent again,
	count   int          // and how many these are
	ledger  share.Ledger // whose they are
	passing int          // bytes of presence that waits: it takes no room from the others
	unsent  int          // how many at the end of frames have not been handed to the socket
	sent    uint64       // the number of the newest frame that was
	gone    uint64       // the number up to which none is kept any more

	epoch     uint64 // counts the login replies
	promised  bool   // whether the client speaks once it has seen the last reply, and not before
	confirmed bool   // whether the last reply is known to have arrived
	repeats   uint64 // the count that a client repeats that did not see the last reply
	acked     uint64 // how many frames are known to have arrived
	flight    int    // bytes of the frames that were handed out and are not acknowledged, presence left out
	marked    uint64 // the newest frame that a mark was made for
	unmarked  tally  // what was handed out since, presence left out
}

// tally counts frames.
type tally struct{ bytes, frames int }

// entry is one frame. Presence that had to wait is not sent again after a cut; once it is sent it only counts.
type entry struct {
	frame    []byte
	number   uint64 // once it is sent
	presence bool
}

// ErrFull means that the client does not take what it gave rise to: the session is over.
var ErrFull = errors.New("replay: more is under way than the limits allow")

// ErrCount means that what the client says it received cannot be true.
var ErrCount = errors.New("replay: the count of received frames is wrong")

// New returns the log of a session whose first login reply is about to be sent. The limits may be shared, and must
// not change.
func New(limits *Limits) *Log {
	return &Log{limits: limits, confirmed: true}
}

// Add appends a frame that the client gave rise to. It must not be changed any more.
func (l *Log) Add(frame []byte) error {
	if !l.fits(len(frame)) {
		l.release()
	}
	if !l.fits(len(frame)) {
		return ErrFull
	}
	l.ledger.Enter()
	l.append(entry{frame: frame})
	return nil
}

// Offer appends a frame of another user, which is counted for the given source; false if there is no room for it.
func (l *Log) Offer(frame []byte, from share.Source) (taken bool) {
	if !l.admit(len(frame), from) {
		l.release()
		if !l.admit(len(frame), from) {
			return false
		}
	}
	l.append(entry{frame: frame})
	return true
}

func (l *Log) admit(size int, from share.Source) bool {
	return len(l.frames) < l.limits.Others.All.Frames &&
		l.ledger.Admit(&l.limits.Others, from, size, share.Tally{Bytes: l.bytes, Frames: l.count})
}

// Held is about how much memory all that is kept takes, in bytes.
func (l *Log) Held() int { return l.bytes + l.passing + perFrame*len(l.frames) }

// Weight is by how much a frame of so many bytes adds to Held.
func Weight(size int) int { return size + perFrame }

// perFrame is what a kept frame takes besides its bytes.
const perFrame = 96

// DropPresence lets go of presence that has not been handed to the socket: none will be sent before Resume, which leaves
// it out.
func (l *Log) DropPresence() {
	if l.passing == 0 {
		return
	}
	first := len(l.frames) - l.unsent
	unsent := slices.DeleteFunc(l.frames[first:], func(e entry) bool { return e.presence })
	l.frames = l.frames[:first+len(unsent)]
	l.unsent, l.passing = len(unsent), 0
}

// Waits tells whether the next frame would have to wait: for others that are kept, or for an acknowledgement.
func (l *Log) Waits() bool { return l.unsent > 0 || l.held() }

// Crowded tells whether half of what may be kept is.
func (l *Log) Crowded() bool {
	const part = 2
	return l.bytes > l.limits.Bytes/part || len(l.frames) > l.limits.Frames/part
}

// PassPresence counts a frame that is not to be sent again after a cut and that goes to the socket at once, so that
// nothing of it is kept; false if it would have to wait: then it is one for OfferPresence.
func (l *Log) PassPresence() bool {
	if l.Waits() {
		return false
	}
	l.sent++
	return true
}

// OfferPresence appends a frame that is not to be sent again after a cut; false if there is no room for it.
func (l *Log) OfferPresence(frame []byte) (taken bool) {
	if !l.fitsPresence(len(frame)) {
		l.release()
		if !l.fitsPresence(len(frame)) {
			return false
		}
	}
	l.append(entry{frame: frame, presence: true})
	return true
}

func (l *Log) fits(size int) bool {
	return len(l.frames) < l.limits.Frames && (l.count == 0 || l.bytes+size <= l.limits.Bytes)
}

func (l *Log) fitsPresence(size int) bool {
	return len(l.frames) < l.limits.Others.All.Frames && (l.passing == 0 || l.passing+size <= l.limits.Bytes)
}

// append takes in a frame for which there is room.
func (l *Log) append(e entry) {
	l.frames = append(l.frames, e)
	l.unsent++
	if e.presence {
		l.passing += len(e.frame)
		return
	}
	l.bytes += len(e.frame)
	l.count++
}

// Next returns the next frame to hand to the socket, or nil if there is none, or none may be sent yet.
func (l *Log) Next() []byte {
	if l.unsent == 0 || l.held() {
		return nil
	}
	e := &l.frames[len(l.frames)-l.unsent]
	frame := e.frame
	l.unsent--
	l.sent++
	e.number = l.sent
	if e.presence {
		l.passing -= len(frame)
		e.frame = nil
		return frame
	}
	l.flight += len(frame)
	l.unmarked.bytes += len(frame)
	l.unmarked.frames++
	return frame
}

// held tells whether an acknowledgement must come before another frame may go.
func (l *Log) held() bool {
	if !l.confirmed && l.sent+1 >= l.repeats {
		return true
	}
	return l.flight >= l.limits.WindowBytes || l.sent-l.acked >= uint64(l.limits.WindowFrames)
}

// MarkBytes is the length of a mark.
const MarkBytes = 16

// AppendMark appends a mark: the payload of a ping that, when its pong comes back, acknowledges all that was handed
// to the socket before it.
func (l *Log) AppendMark(dst []byte) []byte {
	l.marked, l.unmarked = l.sent, tally{}
	dst = binary.BigEndian.AppendUint64(dst, l.epoch)
	return binary.BigEndian.AppendUint64(dst, l.marked)
}

// WantsMark tells whether so much is under way that an acknowledgement should be asked for: because of what is kept
// until then, early, and because of presence, of which nothing is kept, before the window is full.
func (l *Log) WantsMark() bool {
	const share, half = 32, 2 // of the window: what is kept of a client that reads is up to twice that share
	return l.unmarked.bytes > l.limits.WindowBytes/share ||
		l.unmarked.frames >= max(1, l.limits.WindowFrames/share) ||
		l.sent-l.marked >= uint64(max(1, l.limits.WindowFrames/half))
}

// Confirmed tells whether the last login reply is known to have arrived. Until then Next may hold frames
// back, and a mark, or the first word of a client that promised it, releases them.
func (l *Log) Confirmed() bool { return l.confirmed }

// Spoken notes that the client's program sent a message since the login reply was sent. It tells whether this
// is the first, so that frames may go that were held back.
func (l *Log) Spoken() (first bool) {
	first = l.promised && !l.confirmed
	l.confirmed = l.confirmed || l.promised
	return first
}

// Acknowledge takes the payload of a pong; one that is no mark of this log changes nothing. What was
// acknowledged is kept until the acknowledgement after it, since the program may be behind its library.
func (l *Log) Acknowledge(mark []byte) {
	if len(mark) != MarkBytes || binary.BigEndian.Uint64(mark) != l.epoch {
		return
	}
	n := binary.BigEndian.Uint64(mark[8:])
	if n > l.sent || n < l.acked {
		return
	}
	l.confirmed = l.confirmed || !l.promised
	for _, e := range l.frames[l.upTo(l.acked):l.upTo(n)] {
		l.flight -= len(e.frame)
	}
	l.release()
	l.acked = n
}

// release drops what was acknowledged, unless the program may have to start over from the login reply.
func (l *Log) release() {
	if l.confirmed {
		l.forget(l.acked)
	}
}

// forget drops the frames up to number n.
func (l *Log) forget(n uint64) {
	l.gone = max(l.gone, n)
	drop := l.upTo(n)
	if drop == 0 {
		return
	}
	left := 0
	for _, e := range l.frames[:drop] {
		if !e.presence {
			l.bytes -= len(e.frame)
			left++
		}
	}
	l.count -= left
	l.ledger.Leave(left)
	const few = 64 // entries of which the room is kept
	if cap(l.frames) > few {
		l.frames = append([]entry(nil), l.frames[drop:]...)
		return
	}
	kept := copy(l.frames, l.frames[drop:])
	clear(l.frames[kept:])
	l.frames = l.frames[:kept]
}

// upTo is how many frames of the log were sent with numbers up to n.
func (l *Log) upTo(n uint64) int {
	i := 0
	for i < len(l.frames)-l.unsent && l.frames[i].number <= n {
		i++
	}
	return i
}

// Resume prepares the log for a new socket: a login reply is about to be sent, the frames behind it are
// numbered anew, and those that did not arrive are handed out again, presence left out. promised is whether the
// client promises to send a message once it has seen the reply, and not before.
func (l *Log) Resume(received uint64, promised bool) error {
	arrived, err := l.arrived(received)
	if err != nil {
		return err
	}
	l.forget(arrived)
	again := l.frames[:0]
	l.bytes, l.passing = 0, 0
	for _, e := range l.frames {
		if !e.presence {
			again = append(again, e)
			l.bytes += len(e.frame)
		}
	}
	clear(l.frames[len(again):])
	l.frames, l.unsent = again, len(again)
	l.sent, l.gone = 0, 0
	l.epoch++
	l.promised, l.confirmed, l.repeats = promised, received == 0 && !promised, received
	l.acked, l.marked, l.unmarked, l.flight = 0, 0, tally{}, 0
	return nil
}

// arrived is the number of the newest frame that has arrived, by what the client says.
func (l *Log) arrived(received uint64) (uint64, error) {
	if !l.confirmed && received == l.repeats {
		return 0, nil // the last reply was not seen, nor anything behind it
	}
	if received > l.sent || received < l.gone {
		return 0, ErrCount
	}
	return received, nil
}
