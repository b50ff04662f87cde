// Package protocol is the wire: the messages that clients and the server exchange as JSON text frames, how
// they are decoded strictly and encoded, the error codes, and why connections end. PROTOCOL.md beside this
// file is the same for people; its examples are tested against this code.
//
// Nothing here does I/O, keeps state or starts goroutines.
package protocol

// Subprotocol is what a client offers in Sec-WebSocket-Protocol to speak the richer of the two dialects.
const Subprotocol = "beckon.v1"

// Dialect is a way to speak, chosen with the upgrade.
type Dialect uint8

// The dialects.
const (
	Plain    Dialect = iota // a frame for each change of presence
	V1                      // Subprotocol: presence in batches, sessions that outlive their connection
	dialects                // how many there are
)

// DialectOf returns the dialect of a connection with the given subprotocol (RFC 6455 section 1.9).
func DialectOf(subprotocol string) Dialect {
	if subprotocol == Subprotocol {
		return V1
	}
	return Plain
}

// Dialects returns all of them, for who must know them beforehand.
func Dialects() []Dialect {
	all := make([]Dialect, 0, dialects)
	for d := range dialects {
		all = append(all, d)
	}
	return all
}

// String is the dialect's label in logs, listings and metrics.
func (d Dialect) String() string {
	if d == V1 {
		return Subprotocol
	}
	return "plain"
}

// Greeting is the text of the first frame on every socket.
const Greeting = "Well hello there, I am a WebSocket server"

// Bounds of what a client may send, in bytes of decoded text.
const (
	MaxCallBytes = 64  // call: the opaque name of one connection attempt
	MaxPingBytes = 128 // ping: data
	// MaxDepth is how deep arrays and objects may nest in one frame, the outermost object included.
	MaxDepth = 512
)

// Type is what a client's message asks for.
type Type uint8

// The message types of clients.
const (
	TypeUnknown Type = iota
	Login
	Offer
	Answer
	Candidate
	Leave
	ICE
	Ping
	types // how many there are
)

// Types returns all of them, TypeUnknown too, for who must know them beforehand.
func Types() []Type {
	all := make([]Type, 0, types)
	for t := range types {
		all = append(all, t)
	}
	return all
}

// String is the type as it stands on the wire.
func (t Type) String() string {
	switch t {
	case Login:
		return "login"
	case Offer:
		return "offer"
	case Answer:
		return "answer"
	case Candidate:
		return "candidate"
	case Leave:
		return "leave"
	case ICE:
		return "ice"
	case Ping:
		return "ping"
	default:
		return "unknown"
	}
}

func typeOf(s []byte) Type {
	switch string(s) {
	case "login":
		return Login
	case "offer":
		return Offer
	case "answer":
		return Answer
	case "candidate":
		return Candidate
	case "leave":
		return Leave
	case "ice":
		return ICE
	case "ping":
		return Ping
	default:
		return TypeUnknown
	}
}

// Code is the stable name of an error, for programs; its message is for people.
type Code string

// The error codes. PROTOCOL.md says when each is sent.
const (
	BadJSON         Code = "bad_json"
	UnknownType     Code = "unknown_type"
	BadMessage      Code = "bad_message"
	NotLoggedIn     Code = "not_logged_in"
	UnknownUser     Code = "unknown_user"
	RecipientBusy   Code = "recipient_busy"
	NameTaken       Code = "name_taken"
	BadName         Code = "bad_name"
	BadRoom         Code = "bad_room"
	AlreadyLoggedIn Code = "already_logged_in"
	Unauthorized    Code = "unauthorized"
	RoomFull        Code = "room_full"
	ServerFull      Code = "server_full"
	TooLarge        Code = "too_large"
)

// Codes returns all error codes, for who must know them beforehand.
func Codes() []Code {
	return []Code{BadJSON, UnknownType, BadMessage, NotLoggedIn, UnknownUser, RecipientBusy, NameTaken, BadName, BadRoom,
		AlreadyLoggedIn, Unauthorized, RoomFull, ServerFull, TooLarge}
}

// Error is a refusal that the sender of a message is told of.
type Error struct {
	Code    Code
	Message string // says what to do, in English
	Name    string // the recipient that the refused message named, if it named one
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// User is somebody who is logged in.
type User struct {
	ID   string // a UUID, new with every login
	Name string // as its owner wrote it
}
