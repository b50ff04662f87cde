package session

import (
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/frame"
	"beckon/internal/hub"
	"beckon/internal/link"
	"beckon/internal/protocol"
)

// conversation is one connection. It is the connection's link.Receiver.
type conversation struct {
	// Static.

	server  *Server
	conn    link.Conn
	resumes bool // whether it speaks beckon.v1

	// Owned by the reader.

	member   *hub.Member // nil while nobody is logged in
	plain    *plainSink  // of member, in the plain dialect; else nil
	room     string      // as the client wrote it
	subject  string      // whom the token of the last login is for, the same however the name is written; "" if it names nobody
	timer    *time.Timer // ends a connection that does not log in; nil while somebody is
	expiry   *expiry     // ends the connection when the user's token lapses; nil without one, and in beckon.v1
	due      due         // what it has said to others and is not yet flushed
	answered bool        // whether the message that is dealt with has been answered
	untaken  bool        // whether it is a login that is not accounted for yet

	// session is the member's in beckon.v1, else nil; it may have moved on to another connection. Only the
	// reader stores.
	session atomic.Pointer[resumable]
}

// Text answers one message. A login counts for many: a whole room hears of it.
func (c *conversation) Text(data []byte) (weight int) {
	came := c.server.clock()
	weight = 1
	c.inTurn(func() {
		if c.text(data, came) == protocol.Login {
			weight = max(1, c.server.opts.LoginWeight)
		}
	})
	if c.untaken {
		c.takeLogin()
	}
	c.rest()
	return weight
}

// rest has a client wait that asks for answers faster than it takes them, as its refusals may be many: it is read later,
// not dropped. What shows that it has taken some is behind what it has sent.
func (c *conversation) rest() {
	const moment = 50 * time.Millisecond
	if c.answered && c.crowded() {
		c.conn.Pause(nil, moment)
	}
	c.answered = false
}

// crowded tells whether much waits for the client.
func (c *conversation) crowded() bool {
	if s := c.session.Load(); s != nil {
		return s.crowded()
	}
	return c.conn.Behind()
}

// inTurn calls f unless the session has moved on to another connection, or has ended: then nothing that this
// one says counts any more.
func (c *conversation) inTurn(f func()) {
	s := c.session.Load()
	if s == nil {
		f()
		return
	}
	s.turn.Lock()
	defer s.release()
	if s.holder == c {
		f()
	}
}

func (c *conversation) text(data []byte, came time.Duration) protocol.Type {
	if s := c.session.Load(); s != nil {
		s.spoken()
	}
	m, err := c.decoder().Decode(data)
	c.untaken = m.Type == protocol.Login
	c.server.opts.Observer.Message(m.Type, len(data))
	if err != nil {
		if needsLogin(m.Type) && c.member == nil {
			err = notLoggedIn(m)
		}
		c.refuse(m, err)
		return m.Type
	}
	c.log(c.server.opts.Log.Debug()).Stringer("type", m.Type).Int("bytes", len(data)).Msg("message")
	if err := c.handle(m); err != nil {
		c.refuse(m, err)
	} else if relays(m) {
		c.due.count(came)
		c.server.opts.Observer.Passed(m.Type)
	}
	return m.Type
}

func (c *conversation) decoder() *protocol.Decoder {
	if c.resumes {
		return c.server.v1
	}
	return c.server.plain
}

// Pong takes an acknowledgement.
func (c *conversation) Pong(payload []byte) {
	if s := c.session.Load(); s != nil {
		s.acknowledge(c.conn, payload)
		c.conn.Flush()
	}
}

// Beat asks for an acknowledgement.
func (c *conversation) Beat() []byte {
	if s := c.session.Load(); s != nil {
		return s.mark(c.conn)
	}
	return nil
}

// LoggedIn is link.Receiver.
func (c *conversation) LoggedIn() bool { return c.member != nil }

// Refuse answers what is no text message.
func (c *conversation) Refuse(f link.Fault, bound string) {
	c.inTurn(func() { c.fault(f, bound) })
	c.rest()
}

func (c *conversation) fault(f link.Fault, bound string) {
	switch f {
	case link.Binary:
		c.refuse(protocol.Message{}, &protocol.Error{
			Code: protocol.BadJSON, Message: "Send one JSON object in a text frame: this frame is binary",
		})
	case link.TooLarge:
		c.refuse(protocol.Message{}, &protocol.Error{
			Code: protocol.TooLarge, Message: "The message is too large: " + bound,
		})
	}
}

// Closed ends the conversation.
func (c *conversation) Closed(end link.End) {
	c.stopTimer()
	code := end.Why.CloseCode() // ours, where we closed
	if code == 0 {
		code = end.Code
	}
	event := c.log(c.server.logs.disconnect.Info()).
		Stringer("reason", end.Why).Int("code", code).Int64("lasted_ms", end.Lasted.Milliseconds()).
		Int64("messages_in", end.Received.Messages).Int64("bytes_in", end.Received.Bytes).
		Int64("messages_out", end.Sent.Messages).Int64("bytes_out", end.Sent.Bytes)
	event.Msg("disconnect")
	switch s := c.session.Load(); {
	case s != nil:
		c.inTurn(func() { c.letGo(s, end) })
	case c.member != nil:
		c.leaveHub()
		if end.Why == protocol.EndDismissed || end.Why == protocol.EndTokenExpired {
			c.server.revoke(c.member.User.ID)
		} else {
			c.server.revokeLater(c.member.User.ID)
		}
	}
	c.member = nil
	c.session.Store(nil)
}

// letGo leaves the session for another connection to resume, unless the client meant to end it or has lost its name.
func (c *conversation) letGo(s *resumable, end link.End) {
	const normal, goingAway, none = 1000, 1001, 1005
	meant := end.Code == normal || end.Code == goingAway || end.Code == none
	switch {
	case end.Why == protocol.EndNameLost:
		s.end(SessionNameLost)
	case meant || c.server.opts.ResumeWindow == 0:
		s.end(SessionLeft)
	default:
		s.detach()
		s.await()
	}
}

func (c *conversation) handle(m protocol.Message) *protocol.Error {
	if needsLogin(m.Type) && c.member == nil {
		return notLoggedIn(m)
	}
	switch m.Type {
	case protocol.Login:
		return c.login(m)
	case protocol.Offer, protocol.Answer, protocol.Candidate:
		return c.relay(m)
	case protocol.Leave:
		return c.leave(m)
	case protocol.ICE:
		return c.ice()
	default:
		return c.ping(m)
	}
}

func needsLogin(t protocol.Type) bool {
	switch t {
	case protocol.Offer, protocol.Answer, protocol.Candidate, protocol.Leave, protocol.ICE:
		return true
	default:
		return false
	}
}

// relays tells whether m is for another user.
func relays(m protocol.Message) bool {
	switch m.Type {
	case protocol.Offer, protocol.Answer, protocol.Candidate:
		return true
	default:
		return m.Type == protocol.Leave && m.Named
	}
}

func notLoggedIn(m protocol.Message) *protocol.Error {
	return &protocol.Error{
		Code: protocol.NotLoggedIn, Message: "Log in before you send `" + m.Type.String() + "`", Name: m.Recipient(),
	}
}

// refuse tells the client why its message had no effect; the zero Message is one that could not be understood.
func (c *conversation) refuse(m protocol.Message, err *protocol.Error) {
	c.log(c.server.opts.Log.Debug()).Stringer("type", m.Type).Str("error", string(err.Code)).Msg("refused")
	c.server.opts.Observer.Failed(err.Code)
	if m.Type == protocol.Login {
		c.server.opts.Observer.LoggedIn(LoginFailed)
		c.logFailure(m, err)
	}
	c.reply(protocol.Refusal(m.Type, err))
}

// reply sends one message. In a session it counts, and may have to be sent again.
func (c *conversation) reply(message []byte) {
	c.answered = true
	f := frame.New(frame.Text, message)
	if s := c.session.Load(); s != nil {
		s.push(f)
		c.conn.Flush()
		return
	}
	c.send(f)
}

func (c *conversation) send(frames []byte) {
	c.conn.Enqueue(frames)
	c.conn.Flush()
}

// log adds to an event what identifies this conversation; user text goes in fields only. The session is the
// user's id, which stays the same when the session moves to another connection; its token is a secret. An event
// that is not logged is nil and costs nothing.
func (c *conversation) log(e *zerolog.Event) *zerolog.Event {
	if e == nil {
		return nil
	}
	e = e.Str("request", c.conn.Request()).Str("remote", c.conn.RemoteAddr())
	if c.member != nil {
		e = e.Str("user", c.member.User.Name).Str("session", c.member.User.ID).Str("room", c.room)
	}
	return e
}
