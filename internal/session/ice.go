package session

import "beckon/internal/protocol"

// ice sends fresh ICE servers, for those whose credentials are about to lapse.
func (c *conversation) ice() *protocol.Error {
	list, ttl := c.server.iceServers()
	c.reply(protocol.FreshICE(list, ttl))
	return nil
}
