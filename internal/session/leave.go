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
		s.end(SessionLeft)
	} else {
		c.leaveHub()
		c.server.revoke(c.member.User.ID)
	}
	c.member, c.room = nil, ""
	c.awaitLogin()
	return nil
}

// leaveHub takes a user of the plain dialect out of the room. What others are sending at this moment does not follow to
// the next login on the connection.
func (c *conversation) leaveHub() {
	c.expiry.stop()
	c.expiry = nil
	c.member.Leave()
	if c.plain != nil { // else a fault came before the session that would have been the sink
		c.plain.finish()
		c.plain = nil
		of, _ := c.conn.Quota()
		c.server.addresses.leave(of)
	}
}
