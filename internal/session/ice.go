package session

import (
	"beckon/internal/ice"
	"beckon/internal/protocol"
)

// ice sends fresh ICE servers, for those whose credentials are about to lapse.
func (c *conversation) ice() *protocol.Error {
	given := c.server.opts.ICE.Servers(ice.User{ID: c.member.User.ID, Subject: c.subject, Until: c.until()})
	c.reply(protocol.FreshICE(given.List, given.TTL, given.RelayOnly))
	return nil
}
