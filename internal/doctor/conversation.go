package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// message is one of a client, field by field.
type message map[string]any

// said is a message of the server.
type said struct {
	Type         string
	Success      bool
	Code         string
	Message      string
	Name         string
	Session      string
	Resumed      bool
	ResumeWindow float64
	ICEServers   []iceServer `json:"iceServers"`
	Offer        json.RawMessage
	Answer       json.RawMessage
	Candidate    json.RawMessage
	Data         string
}

// iceServer is an RTCIceServer (webrtc-pc section 4.2.4).
type iceServer struct {
	URLs                 oneOrMore `json:"urls"`
	Username, Credential string
}

// oneOrMore is a string or a list of strings.
type oneOrMore []string

// UnmarshalJSON is json.Unmarshaler.
func (o *oneOrMore) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*o = oneOrMore{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(o))
}

// user is a socket and who is logged in on it.
type user struct {
	*socket
	name    string
	session string
	got     int // text frames since the last login reply
}

// open opens a WebSocket as the page does and takes the greeting.
func (x *examination) open(ctx context.Context) (*socket, error) {
	headers := []string{"Sec-WebSocket-Protocol", subprotocol}
	if x.origin {
		headers = append(headers, "Origin", x.target.origin())
	}
	shake, err := x.upgrade(ctx, x.sockets, headers...)
	if err != nil {
		return nil, err
	}
	if shake.socket == nil {
		return nil, fmt.Errorf("the upgrade is refused: %s", shake.words())
	}
	greeting, err := shake.socket.next(x.opts.Timeout)
	if err == nil && greeting.Type != "connect" {
		err = fmt.Errorf("the first message is %q, want a greeting", greeting.Type)
	}
	if err != nil {
		shake.socket.conn.Close()
		return nil, err
	}
	return shake.socket, nil
}

// login opens a socket and logs in under a name, or asks to resume a session; the reply may be a refusal. The socket is
// open when there is no error.
func (x *examination) login(ctx context.Context, name string, fields message) (*user, said, error) {
	s, err := x.open(ctx)
	if err != nil {
		return nil, said{}, err
	}
	m := message{"type": "login", "name": name, "room": x.room, "presence": false}
	if x.token != "" && x.trusted {
		m["token"] = x.token
	}
	for field, value := range fields {
		m[field] = value
	}
	reply, err := s.ask(m)
	if err == nil && reply.Type != "login" {
		err = fmt.Errorf("the answer to the login is %q", reply.Type)
	}
	if err != nil {
		s.conn.Close()
		return nil, said{}, err
	}
	return &user{socket: s, name: name, session: reply.Session}, reply, nil
}

// next is the next message within a time.
func (s *socket) next(within time.Duration) (said, error) {
	var m said
	text, err := s.receive(time.Now().Add(within))
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("a message that cannot be read: %w", err)
	}
	return m, nil
}

// say sends a message.
func (s *socket) say(m message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.send(text)
}

// ask sends a message and returns what comes next.
func (s *socket) ask(m message) (said, error) {
	if err := s.say(m); err != nil {
		return said{}, err
	}
	return s.next(s.wait)
}

// take is next for a user, and counts.
func (u *user) take() (said, error) {
	m, err := u.next(u.wait)
	if err == nil {
		u.got++
	}
	return m, err
}
