package session

import (
	"fmt"
	"slices"
	"time"

	"beckon/internal/auth"
	"beckon/internal/name"
	"beckon/internal/protocol"
)

// permit decides by its token whether a login may go on, and until when: the zero time is for ever.
func (c *conversation) permit(m protocol.Message, user, room name.Name) (until time.Time, refused *protocol.Error) {
	if c.server.opts.Tokens == nil {
		return time.Time{}, nil
	}
	grant, err := c.server.opts.Tokens.Verify(string(m.Token))
	if err != nil {
		return time.Time{}, unauthorized(err.Error())
	}
	if own, err := name.Parse(grant.Name); grant.HasName && (err != nil || own.Key() != user.Key()) {
		return time.Time{}, unauthorized(fmt.Sprintf("The token is for %q: log in under that name", grant.Name))
	}
	if !grant.AnyRoom && !slices.ContainsFunc(grant.Rooms, func(allowed string) bool { return sameRoom(allowed, room) }) {
		return time.Time{}, unauthorized("The token is not for this room")
	}
	c.subject = ""
	if grant.HasName {
		c.subject = user.Key()
	}
	return grant.Expires, nil
}

// sameRoom tells whether a room that a token names is the given one; the empty name is the lobby.
func sameRoom(allowed string, room name.Name) bool {
	if allowed == "" {
		return room.Key() == ""
	}
	parsed, err := name.Parse(allowed)
	return err == nil && parsed.Key() == room.Key()
}

func unauthorized(message string) *protocol.Error {
	return &protocol.Error{Code: protocol.Unauthorized, Message: message}
}

// expire ends the stay of the user who has just logged in when the token lapses. It is called by the reader,
// in beckon.v1 with the session's turn.
func (c *conversation) expire(until time.Time) {
	if until.IsZero() {
		return
	}
	s := c.session.Load()
	if s == nil {
		c.expiry = newExpiry(c.server, time.Now, until, closing(c.conn, protocol.EndTokenExpired), closing(c.conn, protocol.EndFault))
		return
	}
	s.expiry.stop()
	s.expiry = newExpiry(c.server, time.Now, until, func() { s.cut(protocol.EndTokenExpired, SessionTokenExpired) }, s.fail)
}

// until is when the token of the user who is logged in lapses; the zero time is never. It is called by the reader, in
// beckon.v1 with the session's turn.
func (c *conversation) until() time.Time {
	ends := c.expiry
	if s := c.session.Load(); s != nil {
		ends = s.expiry
	}
	if ends == nil {
		return time.Time{}
	}
	return ends.until
}

var _ Verifier = (*auth.Verifier)(nil)
