package session

import (
	"errors"
	"time"

	"beckon/internal/frame"
	"beckon/internal/hub"
	"beckon/internal/ice"
	"beckon/internal/name"
	"beckon/internal/protocol"
	"beckon/internal/replay"
)

// login lets the client in under the name and into the room that it asks for.
func (c *conversation) login(m protocol.Message) *protocol.Error {
	if c.member != nil {
		return &protocol.Error{Code: protocol.AlreadyLoggedIn, Message: "You are logged in: send `leave` before you log in again"}
	}
	user, room, refused := identify(m)
	if refused != nil {
		return refused
	}
	until, refused := c.permit(m, user, room)
	if refused != nil {
		return refused
	}
	if c.resumes && len(m.Session) > 0 {
		how := c.resume(m, user, room, until)
		c.server.opts.Observer.Resumed(how)
		if how == ResumeDone {
			c.untaken = false
			c.makeRoom()
			return nil
		}
	}
	if !c.takeLogin() {
		return nil // the connection has ended
	}
	refused = c.join(m, user, room, until)
	if refused != nil && refused.Code == protocol.NameTaken && c.askHolder(room, user) {
		refused = c.join(m, user, room, until)
	}
	if refused == nil {
		c.makeRoom()
	}
	return refused
}

// makeRoom ends sessions of the client's address that wait to be resumed, the one that has waited longest first, until
// the address has no more users than it may have. No turn is held.
func (c *conversation) makeRoom() {
	of, most := c.conn.Quota()
	if most == 0 {
		return
	}
	for {
		s := c.server.addresses.tooMany(of, most)
		if s == nil {
			return
		}
		s.giveWay()
	}
}

// takeLogin accounts for a login, and waits where its address, all connections together, logs in too fast: a whole room
// hears of each. A session that is resumed is none. No lock is held. False if the connection has ended meanwhile.
func (c *conversation) takeLogin() (goOn bool) {
	c.untaken = false
	wait := c.conn.TakeLogin()
	if wait == 0 {
		return true
	}
	c.log(c.server.logs.slowed.Info()).Str("reason", "address_logins").Int64("wait_ms", wait.Milliseconds()).Msg("login slowed")
	c.server.opts.Observer.LoginSlowed()
	return c.conn.Pause(nil, wait)
}

// join is an ordinary login.
func (c *conversation) join(m protocol.Message, user, room name.Name, until time.Time) *protocol.Error {
	request := hub.Join{
		RoomKey: room.Key(), NameKey: user.Key(), Name: user.Display(), Presence: m.Presence, Source: c.conn.Source(),
	}
	var plain *plainSink
	var session *resumable
	if !c.resumes {
		plain = &plainSink{conn: c.conn}
		request.Sink, request.Window = plain, plainWindow
	} else {
		session = &resumable{server: c.server, token: newToken(), log: replay.New(&c.server.opts.Backlog)}
		session.turn.Lock()
		defer session.release()
		request.Sink, request.Window = session, batchWindow
	}
	member, users, err := c.server.opts.Hub.Join(request)
	if errors.Is(err, hub.ErrFault) {
		c.conn.Close(protocol.EndFault)
		return nil
	}
	if err != nil {
		return joinError(err)
	}
	if session != nil {
		session.member = member
	} else {
		c.plain = plain
		of, _ := c.conn.Quota()
		c.server.addresses.enter(of)
	}
	c.welcome(member, room.Display(), "login")
	reply := c.welcomeReply(member, users, until)
	if session == nil {
		c.conn.EnqueueParts(loginFrame(reply))
		c.conn.Flush()
	} else {
		c.server.sessions.add(session)
		reply.Session = &protocol.Session{Token: session.token, Window: c.server.opts.ResumeWindow}
		session.attach(c, loginFrame(reply))
	}
	c.expire(until)
	member.Ready()
	c.server.opts.Observer.LoggedIn(LoginJoined)
	return nil
}

// resume goes on with the session that the login names, if it can.
func (c *conversation) resume(m protocol.Message, user, room name.Name, until time.Time) ResumeOutcome {
	s := c.server.sessions.find(m.Session, hub.Place{RoomKey: room.Key(), NameKey: user.Key()})
	if s == nil {
		return ResumeUnknown
	}
	s.turn.Lock()
	defer s.release()
	if s.over || m.Attempt != 0 && m.Attempt < s.attempt { // the client has given that connection up
		return ResumeUnknown
	}
	s.attempt = max(s.attempt, m.Attempt)
	old := s.holder
	s.detach()
	if old != nil {
		old.conn.Close(protocol.EndTakenOver)
	}
	if !s.rewind(m.Received, m.Confirms) {
		s.end(SessionNotResumable)
		return ResumeImpossible
	}
	users := s.member.Rejoin(c.conn.Source())
	c.welcome(s.member, room.Display(), "resume")
	reply := c.welcomeReply(s.member, users, until)
	reply.Session = &protocol.Session{Token: s.token, Resumed: true, Window: c.server.opts.ResumeWindow}
	s.attach(c, loginFrame(reply))
	c.expire(until)
	s.member.Ready()
	c.server.opts.Observer.LoggedIn(LoginResumed)
	return ResumeDone
}

// welcome notes that the client is logged in.
func (c *conversation) welcome(member *hub.Member, room, how string) {
	c.member, c.room = member, room
	c.stopTimer()
	c.log(c.server.logs.login.Info()).Msg(how)
}

func (c *conversation) welcomeReply(member *hub.Member, users protocol.Users, until time.Time) protocol.Welcome {
	given := c.server.opts.ICE.Servers(ice.User{ID: member.User.ID, Subject: c.subject, Until: until})
	w := protocol.Welcome{
		Self: member.User, Room: c.room, Users: users, ICEServers: given.List, RelayOnly: given.RelayOnly,
	}
	if given.Lapses {
		w.ICETTL = given.TTL
	}
	return w
}

// loginFrame is the frame of a login reply in parts, most of which are shared where it is long.
func loginFrame(w protocol.Welcome) [][]byte {
	parts := protocol.LoggedIn(make([]byte, frame.MaxHeader), w)
	frame.SealParts(frame.Text, parts)
	return parts
}

// identify checks the names of the user and of the room; the zero name.Name is the lobby.
func identify(m protocol.Message) (user, room name.Name, refused *protocol.Error) {
	user, err := name.Parse(string(m.Name))
	if err != nil {
		return user, room, &protocol.Error{Code: protocol.BadName, Message: err.Error()}
	}
	if len(m.Room) == 0 {
		return user, room, nil
	}
	room, err = name.Parse(string(m.Room))
	if err != nil {
		message := err.Error()
		if about := new(name.Error); errors.As(err, &about) {
			message = about.About("room name")
		}
		return user, room, &protocol.Error{Code: protocol.BadRoom, Message: message}
	}
	return user, room, nil
}

func joinError(err error) *protocol.Error {
	switch {
	case errors.Is(err, hub.ErrNameTaken):
		return &protocol.Error{Code: protocol.NameTaken, Message: "Username is unavailable"}
	case errors.Is(err, hub.ErrRoomFull):
		return &protocol.Error{Code: protocol.RoomFull, Message: "The room is full: try another one, or come back later"}
	default:
		return &protocol.Error{Code: protocol.ServerFull, Message: "The server is full: come back later"}
	}
}

// awaitLogin ends the connection if nobody logs in within the login timeout.
func (c *conversation) awaitLogin() {
	if c.server.opts.LoginTimeout > 0 {
		c.timer = c.server.after(c.server.opts.LoginTimeout, closing(c.conn, protocol.EndLoginTimeout), closing(c.conn, protocol.EndFault))
	}
}

func (c *conversation) stopTimer() {
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
}
