//go:build linux

package attack_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/protocol"
)

// patience is how long a healthy user waits for anything. It is to fail only where somebody would have given up.
const patience = 5 * time.Second

// healthyAddress is where a user connects from who attacks nobody.
func healthyAddress(i int) net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 1, 0, byte(i))} }

// guest is who a user is.
type guest struct {
	name, room string
	v1         bool
	busy       bool // whether others may come and go in the room
}

// user is a healthy user. Its methods are for one goroutine and fail no test.
type user struct {
	guest
	ws     *websocket.Conn
	others map[string]string // name by id
	knows  atomic.Int64      // how many others there are
	said   int
	heard  int
}

// refusal is an upgrade that was refused, or a login because the server was full.
type refusal struct {
	status     int
	retryAfter string
	code       string
}

func (r refusal) Error() string {
	return fmt.Sprintf("refused with %d, Retry-After %q %s", r.status, r.retryAfter, r.code)
}

// arrive connects and logs in. The error is a refusal where the server gave one.
func arrive(at Target, from net.Addr, g guest) (*user, error) {
	dialer := websocket.Dialer{
		NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return (&net.Dialer{LocalAddr: from}).DialContext(ctx, network, address)
		},
		TLSClientConfig:  trusting(),
		HandshakeTimeout: patience,
	}
	if g.v1 {
		dialer.Subprotocols = []string{protocol.Subprotocol}
	}
	scheme := "ws"
	if at.Secure {
		scheme = "wss"
	}
	ws, response, err := dialer.Dial(scheme+"://"+at.Address+"/ws", nil)
	if response != nil && response.StatusCode != http.StatusSwitchingProtocols {
		return nil, refusal{status: response.StatusCode, retryAfter: response.Header.Get("Retry-After")}
	}
	if err != nil {
		return nil, err
	}
	u := &user{guest: g, ws: ws, others: map[string]string{}}
	if err := u.login(at.Token); err != nil {
		ws.Close()
		return nil, fmt.Errorf("%s: %w", g.name, err)
	}
	return u, nil
}

func (u *user) login(token string) error {
	if f, err := u.read(); err != nil || f.Type != "connect" {
		return orUnexpected(err, f)
	}
	login := map[string]string{"type": "login", "name": u.name, "room": u.room, "token": token}
	u.ws.SetWriteDeadline(time.Now().Add(patience))
	if err := u.ws.WriteJSON(login); err != nil {
		return err
	}
	f, err := u.read()
	if f.Code == "server_full" {
		return refusal{code: f.Code}
	}
	if err != nil || f.Type != "login" || !f.Success {
		return orUnexpected(err, f)
	}
	return u.learn(f.Users, nil)
}

// message is what healthy users hear.
type message struct {
	Type, Code          string
	Name, Call          string
	Success             bool
	Users, Joined, Left []person
	User                *person
	text                []byte
}

type person struct{ ID, UserName string }

func (u *user) read() (m message, err error) {
	u.ws.SetReadDeadline(time.Now().Add(patience))
	if _, m.text, err = u.ws.ReadMessage(); err != nil {
		return m, fmt.Errorf("%s: %w", u.name, err)
	}
	return m, json.Unmarshal(m.text, &m)
}

func orUnexpected(err error, m message) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("unexpected: %.300s", m.text)
}

// say sends a numbered message of each type to the other of the pair.
func (u *user) say(kinds ...string) error {
	for _, kind := range kinds {
		u.said++
		m := map[string]any{"type": kind, "name": u.partner(), "call": strconv.Itoa(u.said)}
		switch kind {
		case "offer", "answer":
			m[kind] = map[string]string{"type": kind, "sdp": strings.Repeat("a=fmtp:111 minptime=10;useinbandfec=1\r\n", 50)}
		case "candidate":
			m[kind] = "candidate:1 1 udp 2122260223 192.0.2.7 51000 typ host"
		}
		u.ws.SetWriteDeadline(time.Now().Add(patience))
		if err := u.ws.WriteJSON(m); err != nil {
			return fmt.Errorf("%s: %w", u.name, err)
		}
	}
	return nil
}

func (u *user) partner() string {
	if u.name == "ana" {
		return "ben"
	}
	return "ana"
}

// hear takes the partner's next message, which must be of a type.
func (u *user) hear(kind string) error {
	got, err := u.next()
	if err == nil && got != kind {
		err = fmt.Errorf("%s: got message %d of type %s, want %s", u.name, u.heard, got, kind)
	}
	return err
}

// next takes the partner's next message, which must have the next number. It passes over news.
func (u *user) next() (kind string, err error) {
	for {
		m, err := u.read()
		if err != nil {
			return "", err
		}
		if news, err := u.news(m); err != nil {
			return "", err
		} else if news {
			continue
		}
		u.heard++
		if m.Name != u.partner() || m.Call != strconv.Itoa(u.heard) {
			return "", fmt.Errorf("%s: want message %d of %s, got the %w", u.name, u.heard, u.partner(), orUnexpected(nil, m))
		}
		return m.Type, nil
	}
}

// news takes note of m if it is about who is in the room.
func (u *user) news(m message) (bool, error) {
	switch {
	case m.Type == "presence":
		return true, u.learn(m.Joined, m.Left)
	case m.Type == "updateUsers" && m.User != nil:
		return true, u.learn([]person{*m.User}, nil)
	case m.Type == "leave" && m.User != nil:
		return true, u.learn(nil, []person{*m.User})
	default:
		return m.Type == "removeUser", nil // follows leave
	}
}

func (u *user) learn(joined, left []person) error {
	for _, p := range left {
		if _, known := u.others[p.ID]; !known {
			return fmt.Errorf("%s: %s left, who was not there", u.name, p.UserName)
		}
		delete(u.others, p.ID)
	}
	for _, p := range joined {
		if _, known := u.others[p.ID]; known {
			return fmt.Errorf("%s: %s came twice", u.name, p.UserName)
		}
		if !u.busy && p.UserName != u.partner() {
			return fmt.Errorf("%s: a stranger in the room: %s", u.name, p.UserName)
		}
		u.others[p.ID] = p.UserName
	}
	u.knows.Store(int64(len(u.others)))
	return nil
}

// depart closes the connection and waits until the server has closed it too, for the same reason.
func (u *user) depart() error {
	defer u.ws.Close()
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	if err := u.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(patience)); err != nil {
		return err
	}
	for {
		_, err := u.read()
		if closed := new(websocket.CloseError); errors.As(err, &closed) && closed.Code == websocket.CloseNormalClosure {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
