package session

import (
	"github.com/rs/zerolog"

	"beckon/internal/hub"
	"beckon/internal/link"
)

// AcceptUnseen is AcceptPlain for a connection of the server to itself, which asks whether sockets answer: neither the
// log nor the Observer hears of it. All else is as for anybody.
func (s *Server) AcceptUnseen(conn link.Conn) link.Receiver {
	s.sessions.find(nil, hub.Place{}) // only to see that it can be asked
	unseen := *s
	unseen.opts.Observer, unseen.opts.Log, unseen.logs = unobserved{}, zerolog.Nop(), newLogs(zerolog.Nop(), 0)
	return unseen.AcceptPlain(conn)
}
