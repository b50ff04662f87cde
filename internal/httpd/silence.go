package httpd

import (
	"crypto/sha1"
	"encoding/base64"
	"net"
	"net/http"
	"sync"
	"time"
)

// silenceProtocol is the WebSocket subprotocol of sockets on which the server says nothing.
const silenceProtocol = "beckon.silence"

// The bounds of silent sockets. They cost no more than any idle connection.
const (
	silenceTime  = 130 * time.Second // a little more than the longest measurement of `beckon doctor`
	maxSilent    = 8                 // at one time
	silenceRetry = "60"              // seconds, for who comes when there are so many
)

// handshakeGUID is what proves that an answer to an upgrade was made for it (RFC 6455 section 1.3).
const handshakeGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// Silence upgrades to WebSockets on which the server says nothing, not even the pings that keep all others alive: only
// by such a one can `beckon doctor` measure after how long a proxy cuts a connection that is idle. They are reached by
// the same address as all others, so that the same settings of the proxy apply. A socket ends when anything comes from
// the client, or after [silenceTime]. No page may open one.
//
// The goroutine of each is the one that net/http made for its request; Close ends them all.
type Silence struct {
	mu     sync.Mutex
	conns  map[net.Conn]struct{} // guarded by mu
	closed bool                  // guarded by mu
}

// NewSilence returns a Silence without sockets.
func NewSilence() *Silence {
	return &Silence{conns: map[net.Conn]struct{}{}}
}

// Close ends all sockets, and those that are yet to come. It may be called from any goroutine.
func (s *Silence) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for conn := range s.conns {
		conn.Close()
	}
}

// ServeHTTP answers an upgrade and returns when the socket has ended.
func (s *Silence) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("Sec-Websocket-Key")
	hijacker, can := w.(http.Hijacker)
	switch {
	case len(r.Header["Origin"]) > 0:
		writeText(w, r, http.StatusForbidden, "403: this is for programs, not for pages")
		return
	case !can || key == "" || r.Header.Get("Sec-Websocket-Version") != "13":
		writeText(w, r, http.StatusBadRequest, "400: no complete WebSocket handshake of version 13")
		return
	case s.isFull():
		w.Header().Set("Retry-After", silenceRetry)
		writeText(w, r, http.StatusServiceUnavailable, "503: too many silent sockets, try again later")
		return
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	if !s.add(conn) {
		return
	}
	defer s.remove(conn)
	conn.SetDeadline(time.Now().Add(silenceTime))
	sum := sha1.Sum([]byte(key + handshakeGUID))
	if _, err := conn.Write([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + base64.StdEncoding.EncodeToString(sum[:]) + "\r\n" +
		"Sec-WebSocket-Protocol: " + silenceProtocol + "\r\n\r\n")); err == nil {
		_, _ = conn.Read(make([]byte, 1)) // whatever it brings, it is the end
	}
}

func (s *Silence) isFull() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns) >= maxSilent
}

// add takes a socket in, unless there are too many by now.
func (s *Silence) add(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.conns) >= maxSilent {
		return false
	}
	s.conns[conn] = struct{}{}
	return true
}

func (s *Silence) remove(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
}
