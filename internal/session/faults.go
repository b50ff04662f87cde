package session

import (
	"time"

	"beckon/internal/fault"
	"beckon/internal/link"
	"beckon/internal/protocol"
)

// after calls f later. After a fault in it end is called, which ends the one for whom the timer is.
func (s *Server) after(d time.Duration, f, end func()) *time.Timer {
	return time.AfterFunc(d, func() {
		defer func() {
			if fault.Caught(s.opts.Faults, fault.Timer, recover()) {
				end()
			}
		}()
		f()
	})
}

// closing is a function that closes conn.
func closing(conn link.Conn, why protocol.Ending) func() { return func() { conn.Close(why) } }

// release gives the session's turn back, in a deferred call. A fault meanwhile has left who knows what: the session is
// over, and so is its connection. The fault goes on to whose goroutine it is.
func (s *resumable) release() {
	defer s.turn.Unlock()
	value := recover()
	if value == nil {
		return
	}
	if s.member != nil && !s.over { // else there is no session yet, or no longer
		defer s.end(SessionFault)
		if s.holder != nil {
			s.holder.conn.Close(protocol.EndFault)
		}
	}
	panic(value)
}

// fail ends the session because of a fault.
func (s *resumable) fail() { s.cut(protocol.EndFault, SessionFault) }

// caught is deferred where what is kept for the user changes, whoever has something to say: a fault there costs this
// session, and not the one who says it. Like check it cannot end the session itself.
func (s *resumable) caught() {
	if fault.Caught(s.server.opts.Faults, fault.Session, recover()) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.shut = true
		s.server.after(0, s.fail, func() {})
	}
}
