package dialect

import (
	"bytes"
	"net/url"
	"strconv"
)

// v1 is the subprotocol beckon.v1: news in batches, and sessions.
type v1 struct{ plain }

func (v1) Name() string { return "v1" }

func (v1) Request(base *url.URL, _ *User) (path, subprotocol string) {
	return base.RequestURI(), "beckon.v1"
}

func (d v1) AppendLogin(dst []byte, u *User) []byte {
	dst = d.plain.AppendLogin(dst, u)
	if u.Session == "" {
		return dst
	}
	dst = append(dst[:len(dst)-1], `,"session":"`...)
	dst = append(append(dst, u.Session...), `","received":`...)
	return append(strconv.AppendInt(dst, int64(u.Received), 10), '}')
}

func (d v1) Read(message []byte) Event {
	switch string(typeOf(message)) {
	case "presence":
		joined, left, _ := bytes.Cut(message, []byte(`"left":`))
		return Event{Kind: News, Joined: countUsers(joined), Left: countUsers(left)}
	case "login":
		event := readLogin(message)
		_, session, _ := bytes.Cut(message, []byte(`"session":"`))
		event.Session, _, _ = bytes.Cut(session, []byte{'"'})
		event.Resumed = bytes.Contains(message, []byte(`"resumed":true`))
		return event
	default:
		return d.plain.Read(message)
	}
}

var _ Dialect = v1{}
