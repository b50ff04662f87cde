package session

import (
	"errors"
	"time"

	"beckon/internal/hub"
	"beckon/internal/name"
	"beckon/internal/protocol"
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
	member, users, err := c.server.opts.Hub.Join(hub.Join{
		RoomKey:  room.Key(),
		Name:     user.Display(),
		NameKey:  user.Key(),
		Sink:     plainSink{c.conn},
		Presence: m.Presence,
		Window:   plainWindow,
	})
	if err != nil {
		return joinError(err)
	}
	c.member, c.room = member, room.Display()
	c.stopTimer()
	list, _ := c.server.iceServers()
	c.log(c.server.opts.Log.Info()).Msg("login")
	c.reply(protocol.LoggedIn(protocol.Welcome{
		Self: member.User, Room: c.room, Users: users, ICEServers: list,
	}))
	member.Ready()
	return nil
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
		conn := c.conn
		c.timer = time.AfterFunc(c.server.opts.LoginTimeout, func() { conn.Close(protocol.EndLoginTimeout) })
	}
}

func (c *conversation) stopTimer() {
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
}
