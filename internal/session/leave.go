package session

import (
	"beckon/internal/hub"
	"beckon/internal/protocol"
)

// leave hangs up on one user, or logs out.
func (c *conversation) leave(m protocol.Message) *protocol.Error {
	if m.Named {
		return c.signal(m, hub.Signal{Type: protocol.Leave, Call: m.Call})
	}
	c.log(c.server.opts.Log.Info()).Msg("leave")
	if s := c.session.Swap(nil); s != nil {
		s.end("left")
	} else {
		c.member.Leave()
	}
	c.member, c.room = nil, ""
	c.awaitLogin()
	return nil
}
