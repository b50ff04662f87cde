package protocol

import (
	"fmt"
	"strconv"
	"sync"
)

// Message is one decoded frame of a client. Its slices alias the frame: they are good until the caller
// reuses the frame's buffer, and must not be written to.
type Message struct {
	Type  Type
	Named bool   // whether `name` stood in the frame
	Name  []byte // who it is for; for Login, who the client wants to be

	Payload []byte // Offer, Answer, Candidate: the raw JSON value under the key of that name
	Call    []byte // Offer, Answer, Candidate, Leave: the raw JSON string, nil if there was none
	Data    []byte // Ping: the raw JSON string, nil if there was none

	Room     []byte // Login: the room, empty for the lobby
	Token    []byte // Login: what proves that the client may come in; never logged
	Presence bool   // Login: whether the client wants to hear who comes and goes

	Session  []byte // Login, by a resumable Decoder: the session to resume, empty for none
	Received uint64 // with it: how many frames came since the last login reply that the client saw
	Confirms bool   // with it: the client will send a message once it has seen the reply
	Attempt  uint64 // with it: grows with each login of the session's client; 0 for one that does not count
}

// Decoder decodes the frames of clients. It may be used from any number of goroutines; what it keeps
// between calls is scratch space.
type Decoder struct {
	resumable bool
	scanners  sync.Pool
}

// NewDecoder returns a Decoder; a resumable one reads the fields of a login that resumes a session.
func NewDecoder(resumable bool) *Decoder {
	return &Decoder{resumable: resumable, scanners: sync.Pool{New: func() any { return new(scanner) }}}
}

// Decode reads one text frame. Where the error is not nil, the message still carries as much of the type and
// the name as was understood, so that the answer can say what it is about.
func (d *Decoder) Decode(data []byte) (Message, *Error) {
	s := d.scanners.Get().(*scanner)
	defer d.scanners.Put(s)
	defer s.reset(nil)
	var f fields
	if err := s.object(data, f.set); err != nil {
		return Message{}, &Error{Code: BadJSON, Message: "Send one JSON object in a text frame: " + err.Error()}
	}
	return f.message(d.resumable)
}

// fields are the raw values of the keys that clients send, nil where absent.
type fields struct {
	typ, name, room, token, presence, session, received, confirms, attempt, offer, answer, candidate, call, data []byte
}

func (f *fields) set(key, value []byte) {
	switch string(key) {
	case "type":
		f.typ = value
	case "name":
		f.name = value
	case "room":
		f.room = value
	case "token":
		f.token = value
	case "presence":
		f.presence = value
	case "session":
		f.session = value
	case "received":
		f.received = value
	case "confirms":
		f.confirms = value
	case "attempt":
		f.attempt = value
	case "offer":
		f.offer = value
	case "answer":
		f.answer = value
	case "candidate":
		f.candidate = value
	case "call":
		f.call = value
	case "data":
		f.data = value
	}
}

func (f *fields) message(resumable bool) (Message, *Error) {
	if f.typ == nil {
		return Message{}, bad("the field `type` is missing: say what the message is, such as \"login\"")
	}
	typ, err := text("type", f.typ)
	if err != nil {
		return Message{}, err
	}
	m := Message{Type: typeOf(typ)}
	if m.Type == TypeUnknown {
		return m, &Error{Code: UnknownType, Message: "Command not found: " + clip(typ)}
	}
	if m.Name, err = text("name", f.name); err != nil && m.Type != ICE && m.Type != Ping {
		return m, err
	}
	m.Named = f.name != nil
	err = f.fill(&m)
	if err == nil && resumable && m.Type == Login {
		err = f.fillResume(&m)
	}
	if err != nil {
		err.Name = m.Recipient()
	}
	return m, err
}

// Recipient is who the message is for, as the sender wrote it but short enough to be quoted; empty for nobody.
func (m Message) Recipient() string {
	if m.Type == Login {
		return ""
	}
	return clip(m.Name)
}

// fill reads the fields that belong to the message's type.
func (f *fields) fill(m *Message) *Error {
	switch m.Type {
	case Login:
		return f.fillLogin(m)
	case Offer:
		return f.fillRelay(m, f.offer)
	case Answer:
		return f.fillRelay(m, f.answer)
	case Candidate:
		return f.fillRelay(m, f.candidate)
	case Leave:
		return f.fillCall(m)
	case Ping:
		return f.fillPing(m)
	default:
		return nil
	}
}

func (f *fields) fillLogin(m *Message) (err *Error) {
	if !m.Named {
		return bad("the field `name` is missing: say who you are")
	}
	if m.Room, err = text("room", f.room); err != nil {
		return err
	}
	if m.Token, err = text("token", f.token); err != nil {
		return err
	}
	m.Presence = string(f.presence) != "false"
	if m.Presence && f.presence != nil && string(f.presence) != "true" {
		return bad("the field `presence` must be true or false")
	}
	return nil
}

func (f *fields) fillResume(m *Message) (err *Error) {
	m.Confirms = string(f.confirms) == "true"
	if m.Session, err = text("session", f.session); err != nil {
		return err
	}
	if m.Received, err = count("received", f.received, "how many frames came since the last login reply"); err != nil {
		return err
	}
	m.Attempt, err = count("attempt", f.attempt, "more with each login that resumes")
	return err
}

// count reads a whole number; a field that is not there is 0.
func count(field string, value []byte, meaning string) (uint64, *Error) {
	if value == nil {
		return 0, nil
	}
	n, err := strconv.ParseUint(string(value), 10, 53)
	if err != nil {
		return 0, bad("the field `" + field + "` must be a whole number: " + meaning)
	}
	return n, nil
}

func (f *fields) fillRelay(m *Message, payload []byte) *Error {
	if !m.Named {
		return bad("the field `name` is missing: say who it is for")
	}
	if payload == nil {
		return bad(fmt.Sprintf("the field `%s` is missing", m.Type))
	}
	m.Payload = payload
	return f.fillCall(m)
}

func (f *fields) fillCall(m *Message) (err *Error) {
	m.Call, err = opaque("call", f.call, MaxCallBytes)
	return err
}

func (f *fields) fillPing(m *Message) (err *Error) {
	m.Data, err = opaque("data", f.data, MaxPingBytes)
	return err
}

// text decodes a raw value that must be a string; an absent one is empty.
func text(field string, raw []byte) ([]byte, *Error) {
	if raw == nil {
		return nil, nil
	}
	if raw[0] != '"' {
		return nil, bad(fmt.Sprintf("the field `%s` must be a string", field))
	}
	return unquote(raw), nil
}

// opaque checks a string that is passed on raw: its decoded text may be at most limit bytes long.
func opaque(field string, raw []byte, limit int) ([]byte, *Error) {
	decoded, err := text(field, raw)
	if err == nil && len(decoded) > limit {
		err = bad(fmt.Sprintf("the field `%s` may be at most %d bytes long", field, limit))
	}
	return raw, err
}

func bad(message string) *Error { return &Error{Code: BadMessage, Message: message} }

// clip keeps what a client wrote short enough to be quoted back to it.
func clip(s []byte) string {
	const most = 256
	if len(s) <= most {
		return string(s)
	}
	cut := most
	for cut > 0 && s[cut]&0xC0 == 0x80 { // not inside a character
		cut--
	}
	return string(s[:cut]) + "…"
}
