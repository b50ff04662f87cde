package session

import "beckon/internal/protocol"

// ping answers a client that cannot see WebSocket pings, as browsers cannot.
func (c *conversation) ping(m protocol.Message) *protocol.Error {
	c.reply(protocol.Pong(m.Data))
	return nil
}
