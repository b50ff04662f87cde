package session

import (
	"time"

	"beckon/internal/hub"
	"beckon/internal/link"
	"beckon/internal/protocol"
)

// seat is what a hub.Sink of this package knows about its user.
type seat interface {
	dialect() protocol.Dialect
	// connection is what the user is reached by; nil while a session waits to be resumed.
	connection() link.Conn
	// dismiss ends the user's connection and session; false if there is nothing left to end.
	dismiss() bool
}

// User is a user in a listing.
type User struct {
	hub.Place
	protocol.User
	Since     time.Time // of the login
	Dialect   protocol.Dialect
	Connected bool   // else the user has lost the connection and may yet resume
	Remote    string // the address of the connection, if there is one
}

// ListUsers returns the users at the places from and behind, at most limit. hub.Hub.ListMembers says what a
// listing promises.
func (s *Server) ListUsers(from hub.Place, limit int) []User {
	return users(s.opts.Hub.ListMembers(from, limit))
}

// ListRoom is ListUsers for one room.
func (s *Server) ListRoom(from hub.Place, limit int) []User {
	return users(s.opts.Hub.ListRoom(from.RoomKey, from.NameKey, limit))
}

func users(members []hub.MemberEntry) []User {
	list := make([]User, 0, len(members))
	for _, m := range members {
		user := User{Place: m.Place, User: m.User, Since: m.Since}
		if s, ok := m.Sink.(seat); ok {
			user.Dialect = s.dialect()
			if conn := s.connection(); conn != nil {
				user.Connected, user.Remote = true, conn.RemoteAddr()
			}
		}
		list = append(list, user)
	}
	return list
}

// Dismiss ends the connection of the user with the given id, with protocol.EndDismissed, and the session if
// there is one: it cannot be resumed. False if there is no such user. Nothing keeps the client from coming
// back.
func (s *Server) Dismiss(id string) bool {
	m, found := s.opts.Hub.Find(id)
	if !found {
		return false
	}
	who, ok := m.Sink.(seat)
	return ok && who.dismiss()
}
