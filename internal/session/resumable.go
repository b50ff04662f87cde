package session

import (
	"container/list"
	"sync"
	"time"

	"beckon/internal/frame"
	"beckon/internal/hub"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/replay"
	"beckon/internal/share"
)

// batchWindow is how long presence may wait for more of it on a connection that gets it in batches.
const batchWindow = 100 * time.Millisecond

// resumable is the session of a user who speaks beckon.v1: it outlives its connection for the resume window.
// It is the user's hub.Sink.
//
// Lock order: turn, then the hub's locks, then mu.
type resumable struct {
	// Static.

	server *Server
	token  string
	member *hub.Member // set by the login that makes the session, before anybody can find it

	// turn is held while one message of the user's is dealt with, while the session moves to another
	// connection and when it ends, so that these happen one after the other. It guards what follows.
	turn       sync.Mutex
	holder     *conversation // the connection that speaks for the user; nil while there is none
	detachedAt time.Duration // since when there is none, by Server.clock
	waiting    bool          // there is none, and the window runs
	of         any           // for which of Server.addresses the user counts: that of the last connection; nil before the first
	over       bool          // the user is gone
	attempt    uint64        // the greatest that a login has named
	expiry     *expiry       // ends the session when its token lapses; nil without a token

	place *list.Element // among those of the same address that wait; nil if it is not; guarded by addresses.mu

	mu   sync.Mutex
	conn link.Conn   // of holder, once its login reply is queued; guarded by mu
	log  *replay.Log // nil once the session is over; guarded by mu
	busy bool        // whether a message has been refused since something was last acknowledged; guarded by mu
	shut bool        // nothing is kept any more: the log overflowed, or the session is over; guarded by mu

	parked bool // like waiting: what is kept counts for Server.waiting; guarded by mu
	held   int  // what is counted there; guarded by mu
}

// Signal is hub.Sink.
func (s *resumable) Signal(signal hub.Signal, from share.Source) (taken bool) {
	defer s.caught()
	if from == nil {
		s.push(relayFrame(signal))
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shut {
		return true // the user is about to leave
	}
	if !s.offer(relayFrame(signal), from) {
		s.busy = true
		return false
	}
	s.forward()
	return true
}

// Presence is hub.Sink. Without a connection nothing is kept of it: the roster of the next login holds it.
func (s *resumable) Presence(b *hub.Batch, skip int) (taken bool) {
	parts := batchFrame(b, skip)
	s.mu.Lock()
	defer s.mu.Unlock()
	if parts == nil || s.conn == nil || s.shut {
		return true
	}
	if s.log.Waits() {
		taken = s.log.OfferPresence(whole(parts))
	} else if taken = s.conn.OfferParts(parts); taken {
		s.log.PassPresence()
	}
	s.forward()
	return taken
}

// Behind is hub.Sink: presence waits while the client has yet to acknowledge or to read what came before it.
func (s *resumable) Behind() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn != nil && !s.shut && (s.log.Waits() || s.conn.Behind())
}

// Flush is hub.Sink. A client that makes others wait has to answer a ping: what was sent before it has arrived then.
// One that does not loses this connection, but not its session.
func (s *resumable) Flush() {
	conn, waits := s.toFlush()
	if conn == nil {
		return
	}
	conn.Flush()
	if waits && s.server.opts.StallTimeout > 0 {
		conn.Probe(s.server.opts.StallTimeout, protocol.EndSlowReader)
	}
}

// toFlush is the connection, nil for none, and whether its client makes others wait.
func (s *resumable) toFlush() (conn link.Conn, waits bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn, !s.shut && (s.busy || s.log.Waits())
}

// End is hub.Sink.
func (s *resumable) End(why protocol.Ending) { s.cut(why, SessionFault) }

var _ hub.Sink = (*resumable)(nil)

func (s *resumable) dialect() protocol.Dialect { return protocol.V1 }

// connection is seat.
func (s *resumable) connection() link.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn
}

// dismiss is seat. The user has left when it returns.
func (s *resumable) dismiss() bool { return s.cut(protocol.EndDismissed, SessionDismissed) }

var _ seat = (*resumable)(nil)

// offer keeps a frame of another user's; false if there is no room for it. It needs mu.
func (s *resumable) offer(frame []byte, from share.Source) (taken bool) {
	if !s.parked {
		return s.log.Offer(frame, from)
	}
	defer func() { s.count(s.log.Held()) }()
	s.count(s.held + replay.Weight(len(frame)))
	return s.server.waiting.fits(s.held) && s.log.Offer(frame, from)
}

// count counts what is kept while the session waits. It needs mu.
func (s *resumable) count(held int) {
	s.server.waiting.bytes.Add(int64(held - s.held))
	s.held = held
}

// push keeps a frame that the user gave rise to, and hands it to the connection if there is one.
func (s *resumable) push(frame []byte) {
	defer s.caught()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shut {
		return
	}
	s.check(s.log.Add(frame))
	if s.parked {
		s.count(s.log.Held())
	}
	s.forward()
}

// crowded tells whether half of what may be kept waits.
func (s *resumable) crowded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.shut && s.log.Crowded()
}

// forward enqueues what the log lets go, and asks for an acknowledgement where one is wanted. It needs mu.
func (s *resumable) forward() {
	if s.conn == nil || s.shut {
		return
	}
	for f := s.log.Next(); f != nil; f = s.log.Next() {
		s.conn.Forward(f)
	}
	if s.log.WantsMark() {
		s.conn.Enqueue(s.askMark())
	}
}

// askMark is a ping whose pong acknowledges what was sent before it. It needs mu.
func (s *resumable) askMark() []byte {
	var mark [replay.MarkBytes]byte
	return frame.New(frame.Ping, s.log.AppendMark(mark[:0]))
}

// check ends the session if the log is full. This may be a goroutine that holds the hub's locks, so that the
// end must wait for one that does not. It needs mu.
func (s *resumable) check(err error) {
	if err != nil && !s.shut {
		s.shut = true
		s.server.after(0, s.overflow, s.fail)
	}
}

// overflow ends the session of a client that does not take the answers to what it says.
func (s *resumable) overflow() { s.cut(protocol.EndSlowReader, SessionOverflow) }

// cut ends the session and its connection, if there is one; false if it is over already.
func (s *resumable) cut(why protocol.Ending, how SessionEnd) bool {
	s.turn.Lock()
	defer s.release()
	if s.over {
		return false
	}
	if s.holder != nil {
		s.holder.conn.Close(why)
	}
	s.end(how)
	return true
}

// rewind prepares the log for a new connection; false if it cannot be resumed exactly. It needs turn.
func (s *resumable) rewind(received uint64, promised bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.shut && s.log.Resume(received, promised) == nil
}

// mark is the payload of a ping that acknowledges what was sent on conn.
func (s *resumable) mark(conn link.Conn) []byte {
	defer s.caught()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != conn {
		return nil
	}
	return s.log.AppendMark(nil)
}

// acknowledge takes the payload of a pong that came on conn.
func (s *resumable) acknowledge(conn link.Conn, mark []byte) {
	defer s.caught()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == conn {
		s.log.Acknowledge(mark)
		s.busy = false
		s.forward()
	}
}

// spoken notes that the client's program is awake. It needs turn.
func (s *resumable) spoken() {
	defer s.caught()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.shut && s.log.Spoken() {
		s.forward()
	}
}

// attach makes c the connection that speaks for the user. The login reply is the first that it sends. It
// needs turn.
func (s *resumable) attach(c *conversation, reply [][]byte) {
	s.holder, c.member = c, s.member
	s.wait(false)
	of, _ := c.conn.Quota()
	s.move(of)
	c.session.Store(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn = c.conn
	c.conn.EnqueueParts(reply)
	if !s.log.Confirmed() {
		c.conn.Enqueue(s.askMark())
	}
	s.forward()
}

// detach leaves the session without a connection. It needs turn.
func (s *resumable) detach() {
	s.holder, s.detachedAt = nil, s.server.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn = nil
}

// move makes the user one of the given address; nil is for none any more. It needs turn.
func (s *resumable) move(to any) {
	from := s.of
	if from == to {
		return
	}
	s.of = to
	if to != nil {
		s.server.addresses.enter(to)
	}
	if from != nil {
		s.server.addresses.leave(from)
	}
}

// giveWay ends a session that still waits, since its address has too many users.
func (s *resumable) giveWay() {
	s.turn.Lock()
	defer s.release()
	if s.waiting {
		s.end(SessionAddressUsers)
	}
}

// await ends the session unless it is resumed within the window: at once where there is no room for what it holds. It
// needs turn.
func (s *resumable) await() {
	if !s.wait(true) {
		s.end(SessionWaitingBytes)
		return
	}
	s.server.after(s.server.opts.ResumeWindow, s.lapse, s.fail)
}

// lapse ends a session whose window is over.
func (s *resumable) lapse() {
	s.turn.Lock()
	defer s.release()
	if !s.over && s.holder == nil && s.server.clock()-s.detachedAt >= s.server.opts.ResumeWindow {
		s.end(SessionExpired)
	}
}

// wait notes whether the window runs. False if there is no room for what the session holds meanwhile. It needs turn.
func (s *resumable) wait(now bool) (fits bool) {
	if now == s.waiting {
		return true
	}
	s.waiting = now
	s.server.addresses.wait(s, now)
	more := -1
	if now {
		more = 1
	}
	s.server.opts.Observer.Waiting(more)
	return s.park(now, more)
}

// park has what is kept count for what all that wait hold, or no more, who become more by so many. False if that is too
// much.
func (s *resumable) park(now bool, more int) (fits bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parked = now
	s.server.waiting.sessions.Add(int64(more))
	held := 0
	if now {
		s.log.DropPresence()
		held = s.log.Held()
	}
	s.count(held)
	return s.server.waiting.fits(held)
}

// end lets go of the user's name, and of what was kept, which a connection that lingers would else hold. It needs turn.
func (s *resumable) end(how SessionEnd) {
	s.over = true
	defer s.member.Leave() // whatever faults there are before it: the name is free
	defer s.server.sessions.remove(s)
	s.expiry.stop()
	s.wait(false)
	s.move(nil)
	s.detach()
	s.discard()
	s.server.revokeAfter(how, s.member.User.ID)
	s.server.logs.end.Info().
		Str("user", s.member.User.Name).Str("session", s.member.User.ID).Stringer("outcome", how).Msg("session end")
	s.server.opts.Observer.SessionOver(how)
}

// discard lets go of what was kept.
func (s *resumable) discard() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log, s.shut = nil, true
}
