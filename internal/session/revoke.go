package session

import "time"

// revoke ends what the TURN credentials of a login are good for: its user has left, or may not stay.
func (s *Server) revoke(id string) {
	if s.opts.Revoke != nil {
		s.opts.Revoke(id)
	}
}

// longestGrace bounds how long revocations wait, of which there may be as many as connections that were lost meanwhile.
const longestGrace = time.Minute

// revokeLater does so after a resume window, or a minute. A conversation that goes through a TURN server is not cut at once because
// signaling was lost: who has lost a connection may be back by then, and has had the time to move on to new credentials.
func (s *Server) revokeLater(id string) {
	if s.opts.Revoke != nil {
		time.AfterFunc(min(s.opts.ResumeWindow, longestGrace), func() { s.opts.Revoke(id) })
	}
}

// revokeAfter does one or the other, by how a session has ended.
func (s *Server) revokeAfter(how SessionEnd, id string) {
	switch how {
	case SessionLeft, SessionExpired, SessionDismissed, SessionTokenExpired: // its window is over, or it has none
		s.revoke(id)
	default:
		s.revokeLater(id)
	}
}
