package protocol

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// NoSuchUser is the error for a recipient that is not in the room; name is as the sender wrote it.
func NoSuchUser(name []byte) *Error {
	n := clip(name)
	return &Error{Code: UnknownUser, Message: "User " + n + " does not exist!", Name: n}
}

// Busy refuses a message to somebody for whom too much waits.
func Busy(name []byte) *Error {
	n := clip(name)
	return &Error{Code: RecipientBusy, Message: "User " + n + " is behind and was not sent this: try again in a moment", Name: n}
}

// Connect is the first frame on every socket; tokens tells whether a login needs one.
func Connect(tokens bool) []byte {
	dst := AppendString([]byte(`{"type":"connect","message":`), Greeting)
	if tokens {
		dst = append(dst, `,"tokenRequired":true`...)
	}
	return append(dst, '}')
}

// Refusal is the frame that tells a client of err: a failed login where the message was one, else an error.
func Refusal(of Type, err *Error) []byte {
	if of == Login {
		return encode(struct {
			Type    string `json:"type"`
			Success bool   `json:"success"`
			Code    Code   `json:"code"`
			Message string `json:"message"`
		}{"login", false, err.Code, err.Message})
	}
	return encode(struct {
		Type    string `json:"type"`
		Code    Code   `json:"code"`
		Message string `json:"message"`
		Name    string `json:"name,omitempty"`
	}{"error", err.Code, err.Message, err.Name})
}

// Welcome is the reply to a login that succeeded.
type Welcome struct {
	Self       User
	Room       string
	Users      Users         // who is there, self left out
	ICEServers []byte        // a JSON array of RTCIceServer objects
	ICETTL     time.Duration // how long their credentials are good; 0 where they do not lapse
	RelayOnly  bool          // whether clients are to connect through a TURN server only
	Session    *Session
}

// Session is what a client of the resumable dialect learns about its session.
type Session struct {
	Token   string        // unguessable; whoever knows it can resume
	Resumed bool          // whether this login went on with the session that it named
	Window  time.Duration // how long the session outlives its connection
}

// LoggedIn returns w behind head, in parts: those who log in to a large room get the same pages of its roster, which
// must not be changed. A part is up to some KiB long.
func LoggedIn(head []byte, w Welcome) [][]byte {
	const rest = 320     // the keys, the ids, the session
	const copied = 8_192 // bytes of users up to which there is one part: more calls for less copying pay with more
	size := w.Users.bytes()
	dst := slices.Grow(head, rest+len(w.Self.Name)+len(w.Room)+len(w.ICEServers)+min(size, copied))
	dst = append(dst, `{"type":"login","success":true,"id":`...)
	dst = AppendString(dst, w.Self.ID)
	dst = append(dst, `,"name":`...)
	dst = AppendString(dst, w.Self.Name)
	dst = append(dst, `,"room":`...)
	dst = AppendString(dst, w.Room)
	dst = append(dst, `,"users":[`...)
	if size <= copied {
		for part := range w.Users.parts() {
			dst = append(dst, part...)
		}
		return [][]byte{appendWelcomeEnd(dst, w)}
	}
	parts := append(make([][]byte, 0, len(w.Users.pages)+2), dst)
	parts = slices.AppendSeq(parts, w.Users.parts())
	return append(parts, appendWelcomeEnd(dst[len(dst):], w))
}

// appendWelcomeEnd appends what follows the users.
func appendWelcomeEnd(dst []byte, w Welcome) []byte {
	dst = append(dst, `],"iceServers":`...)
	dst = append(dst, w.ICEServers...)
	if w.ICETTL > 0 {
		dst = strconv.AppendInt(append(dst, `,"iceTtl":`...), int64(w.ICETTL/time.Second), 10)
	}
	if w.RelayOnly {
		dst = append(dst, `,"iceTransportPolicy":"relay"`...)
	}
	if s := w.Session; s != nil {
		dst = AppendString(append(dst, `,"session":`...), s.Token)
		dst = strconv.AppendBool(append(dst, `,"resumed":`...), s.Resumed)
		dst = strconv.AppendFloat(append(dst, `,"resumeWindow":`...), s.Window.Seconds(), 'f', -1, 64)
	}
	return append(dst, '}')
}

func appendUser(dst []byte, u User) []byte {
	dst = AppendString(append(dst, `{"id":`...), u.ID)
	dst = AppendString(append(dst, `,"userName":`...), u.Name)
	return append(dst, '}')
}

// Relayed is a message on its way from one user to another.
type Relayed struct {
	Type    Type   // Offer, Answer, Candidate, or Leave for a hang-up
	From    string // the sender's name, as the sender logged in
	Payload []byte // the raw JSON value; nil for Leave
	Call    []byte // the raw JSON string, or nil
}

// AppendRelayed appends r as the recipient gets it.
func AppendRelayed(dst []byte, r Relayed) []byte {
	typ := r.Type.String()
	dst = append(dst, `{"type":"`...)
	dst = append(dst, typ...)
	dst = append(dst, `","name":`...)
	dst = AppendString(dst, r.From)
	if r.Payload != nil {
		dst = append(dst, `,"`...)
		dst = append(dst, typ...)
		dst = append(dst, `":`...)
		dst = append(dst, r.Payload...)
	}
	if r.Call != nil {
		dst = append(dst, `,"call":`...)
		dst = append(dst, r.Call...)
	}
	return append(dst, '}')
}

// FreshICE is the reply to `ice`; servers is a JSON array, and ttl how long its credentials are good. relayOnly is
// whether the client is to connect through a TURN server only.
func FreshICE(servers []byte, ttl time.Duration, relayOnly bool) []byte {
	policy := ""
	if relayOnly {
		policy = "relay"
	}
	return encode(struct {
		Type       string          `json:"type"`
		ICEServers json.RawMessage `json:"iceServers"`
		TTL        int64           `json:"ttl"`
		Policy     string          `json:"iceTransportPolicy,omitempty"`
	}{"ice", servers, int64(ttl / time.Second), policy})
}

// Pong is the reply to `ping`; data is the raw JSON string that came with it, or nil.
func Pong(data []byte) []byte {
	if data == nil {
		return []byte(`{"type":"pong"}`)
	}
	return slices.Concat([]byte(`{"type":"pong","data":`), data, []byte{'}'})
}

// encode marshals a struct of strings, numbers and checked raw JSON, which cannot fail.
func encode(v any) []byte {
	dst, err := json.Marshal(v)
	if err != nil {
		panic("protocol: " + err.Error())
	}
	return dst
}
