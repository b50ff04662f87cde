package dialect

import (
	"net/url"
	"time"
)

// peerjs is what PeerJS's clients say to the server of the npm package peer. There are no rooms and no news; the
// connection is the login.
type peerjs struct{}

// peerjsHeartbeat is how often PeerJS's clients send one.
const peerjsHeartbeat = 5 * time.Second

func (peerjs) Name() string { return "peerjs" }
func (peerjs) Greets() bool { return false }

func (peerjs) Request(base *url.URL, u *User) (path, subprotocol string) {
	path = base.Path
	if path == "" || path == "/" {
		path = "/peerjs"
	}
	query := url.Values{"key": {"peerjs"}, "id": {u.Name}, "token": {"t" + u.Name}, "version": {"1.5.5"}}
	return path + "?" + query.Encode(), ""
}

func (peerjs) AppendLogin([]byte, *User) []byte { return nil }
func (peerjs) AppendLogout([]byte) []byte       { return nil }

func (peerjs) AppendRelay(dst []byte, to string, m Message) []byte {
	kind := map[string]string{"offer": "OFFER", "answer": "ANSWER"}[m.Type]
	field := "sdp"
	if kind == "" {
		kind, field = "CANDIDATE", "candidate"
	}
	dst = append(append(append(dst, `{"type":"`...), kind...), `","payload":{"`...)
	dst = append(append(dst, field...), `":`...)
	dst = m.appendValue(dst)
	dst = append(dst, `,"type":"data","connectionId":"dc_6nsmiccbd8"},"dst":"`...)
	return append(append(dst, to...), `"}`...)
}

func (peerjs) AppendHeartbeat(dst []byte) ([]byte, time.Duration) {
	return append(dst, `{"type":"HEARTBEAT"}`...), peerjsHeartbeat
}

func (peerjs) Read(message []byte) Event {
	switch string(typeOf(message)) {
	case "OFFER", "ANSWER", "CANDIDATE":
		return Event{Kind: Relayed}
	case "OPEN":
		return Event{Kind: LoggedIn}
	case "ID-TAKEN":
		return Event{Kind: Refused, Text: message}
	case "LEAVE", "EXPIRE", "ERROR":
		return Event{Kind: Failure, Text: message}
	default:
		return Event{}
	}
}

var _ Dialect = peerjs{}
