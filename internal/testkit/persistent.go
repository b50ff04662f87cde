package testkit

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/protocol"
)

// Persistent is a user of beckon.v1 who comes back whenever a connection breaks, as the client library does.
// Its methods are for one goroutine, any one: they return errors and fail no test.
type Persistent struct {
	URL     string
	Session Session       // the name and the room are set by who makes it
	Silence time.Duration // a connection that says nothing for so long is given up
	Welcome func()        // called after each login reply; nil for nothing
	Resumed int           // how often the session was resumed
	Lost    int           // how often it was over

	stale   *websocket.Conn // given up, but not closed
	attempt int             // counts logins, so that one which comes late from a connection given up is known as such
}

// Visit connects through dial, logs in, with its session if there is one, and hands to take what comes after
// the reply. It returns when take returns false, which is done, or when the connection breaks, at whatever
// point. An error is a breach of the contract.
func (p *Persistent) Visit(dial DialFunc, take func(data []byte) (more bool)) (done bool, err error) {
	dialer := websocket.Dialer{
		NetDialContext: dial, HandshakeTimeout: p.Silence, Subprotocols: []string{protocol.Subprotocol},
	}
	ws, _, err := dialer.Dial(p.URL, nil)
	if err != nil {
		return false, nil
	}
	done, err = p.converse(ws, take)
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		p.stale = ws
		return false, nil
	}
	ws.Close()
	if violation := (breach{}); errors.As(err, &violation) {
		return false, err
	}
	return done, nil
}

// breach is an error that is the server's fault.
type breach struct{ what string }

func (b breach) Error() string { return b.what }

func (p *Persistent) converse(ws *websocket.Conn, take func([]byte) bool) (done bool, err error) {
	if first, err := p.read(ws); err != nil || first.Type != "connect" {
		return false, orBreach(err, first, "no greeting")
	}
	login := Message{"type": "login", "name": p.Session.Name, "room": p.Session.Room}
	if p.Session.Token != "" {
		login = p.Session.Fields()
		login["type"] = "login"
	}
	p.attempt++
	login["attempt"] = p.attempt
	ws.SetWriteDeadline(time.Now().Add(p.Silence))
	if err := ws.WriteJSON(login); err != nil {
		return false, err
	}
	reply, err := p.read(ws)
	if err != nil || !reply.Success || reply.Session == "" {
		return false, orBreach(err, reply, "no welcome")
	}
	p.welcome(reply)
	for more := true; more; {
		f, err := p.read(ws)
		if err != nil {
			return false, err
		}
		p.Session.Received++
		more = take(f.data)
	}
	return true, nil
}

// heard is a frame of the server.
type heard struct {
	Type, Session    string
	Success, Resumed bool
	data             []byte
}

func (p *Persistent) read(ws *websocket.Conn) (f heard, err error) {
	ws.SetReadDeadline(time.Now().Add(p.Silence))
	if _, f.data, err = ws.ReadMessage(); err != nil {
		return f, err
	}
	if err := json.Unmarshal(f.data, &f); err != nil {
		return f, breach{fmt.Sprintf("%v: %s", err, f.data)}
	}
	return f, nil
}

func orBreach(err error, f heard, what string) error {
	if err != nil {
		return err
	}
	return breach{fmt.Sprintf("%s: %s", what, f.data)}
}

// welcome takes note of a login reply. From then on nothing that the connection before says may count.
func (p *Persistent) welcome(reply heard) {
	switch {
	case reply.Resumed:
		p.Resumed++
	case p.Session.Token != "":
		p.Lost++
	}
	p.Session.Token, p.Session.Received = reply.Session, 0
	p.Forget()
	if p.Welcome != nil {
		p.Welcome()
	}
}

// Forget lets the connection that was given up last, if there is one, do what would end a session, and
// closes it.
func (p *Persistent) Forget() {
	if p.stale == nil {
		return
	}
	p.stale.SetWriteDeadline(time.Now().Add(p.Silence))
	p.stale.WriteMessage(websocket.TextMessage, []byte(`{"type":"leave"}`))
	p.stale.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""),
		time.Now().Add(p.Silence))
	p.stale.Close()
	p.stale = nil
}
