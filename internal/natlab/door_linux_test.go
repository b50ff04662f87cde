package natlab_test

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pion/webrtc/v4"
)

// siteURL is where peers log in.
const siteURL = "wss://" + siteName + "/ws"

// notice is a frame of the server, of whatever type.
type notice struct {
	Type, Name string
	Success    bool
	Users      []user
	User       user
	Offer      json.RawMessage
	Answer     json.RawMessage
	Candidate  json.RawMessage
	ICEServers []struct {
		URLs                 []string
		Username, Credential string
	}
	TTL int // seconds
}

type user struct{ UserName string }

// servers are those that the notice tells of.
func (n notice) servers() []webrtc.ICEServer {
	var servers []webrtc.ICEServer
	for _, s := range n.ICEServers {
		servers = append(servers, webrtc.ICEServer{URLs: s.URLs, Username: s.Username, Credential: s.Credential})
	}
	return servers
}

// door is a peer's connection to the site, made anew whenever it is lost.
type door struct {
	name string
	in   chan notice // all that comes, from the login reply on

	mu sync.Mutex
	ws *websocket.Conn // guarded by mu
}

// silence is after how long a connection is given up; the site pings twice as often.
const silence = 12 * time.Second

// attend comes back for ever.
func (d *door) attend() {
	for ; ; time.Sleep(300 * time.Millisecond) {
		dialer := websocket.Dialer{HandshakeTimeout: 5 * time.Second}
		if ws, _, err := dialer.Dial(siteURL, nil); err == nil {
			d.visit(ws)
			ws.Close()
		}
	}
}

func (d *door) visit(ws *websocket.Conn) {
	alive := func() { ws.SetReadDeadline(time.Now().Add(silence)) }
	pong := ws.PingHandler()
	ws.SetPingHandler(func(data string) error { alive(); return pong(data) })
	d.mu.Lock()
	d.ws = ws
	d.mu.Unlock()
	d.say(map[string]any{"type": "login", "name": d.name})
	for {
		alive()
		var n notice
		if err := ws.ReadJSON(&n); err != nil || n.Type == "login" && !n.Success {
			return // where the name is taken, the server has yet to notice that the connection before is dead
		}
		d.in <- n
	}
}

// say sends a message, if there is a connection that takes it.
func (d *door) say(message map[string]any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ws != nil {
		d.ws.SetWriteDeadline(time.Now().Add(silence))
		d.ws.WriteJSON(message)
	}
}
