package dialect

import (
	"bytes"
	"net/url"
	"time"
)

// plain is what beckon's clients speak without a subprotocol.
type plain struct{}

func (plain) Name() string { return "plain" }
func (plain) Greets() bool { return true }

func (plain) Request(base *url.URL, _ *User) (path, subprotocol string) { return base.RequestURI(), "" }

func (plain) AppendLogin(dst []byte, u *User) []byte {
	dst = append(append(dst, `{"type":"login","name":"`...), u.Name...)
	if u.Room != "" {
		dst = append(append(dst, `","room":"`...), u.Room...)
	}
	dst = append(dst, '"')
	if !u.Presence {
		dst = append(dst, `,"presence":false`...)
	}
	return append(dst, '}')
}

func (plain) AppendLogout(dst []byte) []byte { return append(dst, `{"type":"leave"}`...) }

func (plain) AppendRelay(dst []byte, to string, m Message) []byte {
	dst = append(append(dst, `{"type":"`...), m.Type...)
	dst = append(append(dst, `","name":"`...), to...)
	dst = append(append(append(dst, `","`...), m.Type...), `":`...)
	return append(m.appendValue(dst), '}')
}

func (plain) AppendHeartbeat([]byte) ([]byte, time.Duration) { return nil, 0 }

func (plain) Read(message []byte) Event {
	switch kind := typeOf(message); string(kind) {
	case "offer", "answer", "candidate":
		return Event{Kind: Relayed}
	case "updateUsers":
		return Event{Kind: News, Joined: 1}
	case "leave":
		if bytes.Contains(message, []byte(`"user":`)) {
			return Event{Kind: News, Left: 1}
		}
		return Event{}
	case "connect":
		return Event{Kind: Greeting}
	case "login":
		return readLogin(message)
	case "error":
		return Event{Kind: Failure, Text: message}
	default:
		return Event{}
	}
}

func readLogin(message []byte) Event {
	if !bytes.Contains(message, []byte(`"success":true`)) {
		return Event{Kind: Refused, Text: message}
	}
	return Event{Kind: LoggedIn, Joined: countUsers(message)}
}

func countUsers(message []byte) int { return bytes.Count(message, []byte(`"userName":`)) }

// typeOf is the value of the first field named type, which most servers write first.
func typeOf(message []byte) []byte {
	const field = `"type":"`
	rest := message
	if len(rest) > 0 && bytes.HasPrefix(rest[1:], []byte(field)) {
		rest = rest[1+len(field):]
	} else {
		_, rest, _ = bytes.Cut(rest, []byte(field))
	}
	kind, _, _ := bytes.Cut(rest, []byte{'"'})
	return kind
}

// tutorial is what the many servers speak that follow one tutorial, from which beckon's plain dialect descends: there
// is one room, news cannot be declined, and who leaves closes the connection.
type tutorial struct{ plain }

func (tutorial) Name() string { return "tutorial" }

func (tutorial) AppendLogin(dst []byte, u *User) []byte {
	return append(append(append(dst, `{"type":"login","name":"`...), u.Name...), `"}`...)
}

func (tutorial) AppendLogout([]byte) []byte { return nil }

var (
	_ Dialect = plain{}
	_ Dialect = tutorial{}
)
