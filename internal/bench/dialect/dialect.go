// Package dialect says what the clients of several signaling servers say, and understands what they are told: only as
// much of it as a load generator has to.
//
// It trusts the servers to write what its own users' names, made of ASCII letters and digits, cannot be mistaken for.
package dialect

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// User is who logs in.
type User struct {
	Name string
	Room string
	// Presence asks for news of others.
	Presence bool

	// Session is what a login was given to resume by, empty if nothing. Received is how many messages have come since
	// the last login reply.
	Session  string
	Received int
}

// Kind is what a message from the server is.
type Kind int

// The kinds of messages.
const (
	Other    Kind = iota
	Greeting      // the first message, if the dialect has one
	LoggedIn
	Refused // the login was
	News    // of others who came or left
	Relayed // from another user
	Failure // a message was not understood, or its recipient not found
)

// Event is a message from the server, as far as it matters. Its texts share the memory of the message.
type Event struct {
	Kind Kind
	// Joined is how many others a login reply lists, or a News has come; Left is how many have left.
	Joined, Left int
	// Session and Resumed are of a login reply.
	Session []byte
	Resumed bool
	// Text is what a Refused or Failure says.
	Text []byte
}

// Dialect is one way to speak. Methods that append return nil where the dialect has no such message.
type Dialect interface {
	// Name is what the command line calls it.
	Name() string
	// Request is the path, with the query, and the subprotocol to connect with.
	Request(base *url.URL, u *User) (path, subprotocol string)
	// Greets tells whether the server speaks first.
	Greets() bool
	// AppendLogin appends what logs in. Without such a message the connection is the login.
	AppendLogin(dst []byte, u *User) []byte
	// AppendLogout appends what logs out and leaves the connection open.
	AppendLogout(dst []byte) []byte
	// AppendRelay appends a message for another user.
	AppendRelay(dst []byte, to string, m Message) []byte
	// AppendHeartbeat appends what clients send at an interval, which is returned too.
	AppendHeartbeat(dst []byte) ([]byte, time.Duration)
	// Read understands a message.
	Read(message []byte) Event
}

// Named returns a dialect by its name.
func Named(name string) (Dialect, error) {
	all := []Dialect{plain{}, v1{}, tutorial{}, peerjs{}}
	var names []string
	for _, d := range all {
		if d.Name() == name {
			return d, nil
		}
		names = append(names, d.Name())
	}
	return nil, fmt.Errorf("there is no dialect %q: choose one of %s", name, strings.Join(names, ", "))
}
