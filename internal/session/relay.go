package session

import (
	"errors"

	"beckon/internal/hub"
	"beckon/internal/name"
	"beckon/internal/protocol"
)

// relay passes an offer, an answer or a candidate on to the user that it names.
func (c *conversation) relay(m protocol.Message) *protocol.Error {
	return c.signal(m, hub.Signal{Type: m.Type, Payload: m.Payload, Call: m.Call})
}

// signal sends s to the user that m names.
func (c *conversation) signal(m protocol.Message, s hub.Signal) *protocol.Error {
	var scratch [64]byte
	key, ok := name.AppendKey(scratch[:0], m.Name)
	if !ok {
		return protocol.NoSuchUser(m.Name)
	}
	to, err := c.member.Signal(key, s)
	switch {
	case errors.Is(err, hub.ErrUnknownUser):
		return protocol.NoSuchUser(m.Name)
	case errors.Is(err, hub.ErrBusy):
		c.owe(to)
		return protocol.Busy(m.Name)
	}
	c.owe(to) // nobody after a fault, which ends this connection as well
	return nil
}
