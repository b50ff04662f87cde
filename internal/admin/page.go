package admin

import (
	"time"

	"beckon/internal/hub"
	"beckon/internal/session"
)

// room is a room as the API shows it.
type room struct {
	Room  string `json:"room"` // its key
	Users int    `json:"users"`
}

type rooms struct {
	Rooms []room `json:"rooms"`
	Next  string `json:"next,omitempty"` // the cursor; empty on the last page
}

// user is a user as the API shows it.
type user struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Room    string    `json:"room"` // the key of the room
	Dialect string    `json:"dialect"`
	Since   time.Time `json:"since"`
	State   string    `json:"state"`
	Remote  string    `json:"remote,omitempty"`
}

type users struct {
	Users []user `json:"users"`
	Next  string `json:"next,omitempty"`
}

// The states of a user.
const (
	stateConnected = "connected"
	stateAwaiting  = "awaiting_resume"
)

// roomPage is a page of at most limit of the rooms found; one more means that there is another page.
func roomPage(found []hub.RoomEntry, limit int) rooms {
	page := rooms{Rooms: make([]room, 0, min(limit, len(found)))}
	if len(found) > limit {
		found = found[:limit]
		page.Next = cursor(found[limit-1].Key)
	}
	for _, r := range found {
		page.Rooms = append(page.Rooms, room{Room: r.Key, Users: r.Users})
	}
	return page
}

// userPage is to users what roomPage is to rooms.
func userPage(found []session.User, limit int) users {
	page := users{Users: make([]user, 0, min(limit, len(found)))}
	if len(found) > limit {
		found = found[:limit]
		last := found[limit-1].Place
		page.Next = cursor(last.RoomKey, last.NameKey)
	}
	for _, u := range found {
		shown := user{
			ID: u.ID, Name: u.Name, Room: u.RoomKey, Dialect: u.Dialect.String(),
			Since: u.Since.UTC().Truncate(time.Millisecond), State: stateAwaiting, Remote: u.Remote,
		}
		if u.Connected {
			shown.State = stateConnected
		}
		page.Users = append(page.Users, shown)
	}
	return page
}
