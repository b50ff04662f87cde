// Command floor is the leanest relay that can be written on the WebSocket library that beckon uses: what remains if
// everything is left out that makes a server one that people can rely on.
//
// It speaks enough of beckon's plain dialect to be measured. Names are not checked, nothing has a limit, nobody is told
// who comes and goes, and whoever does not read makes the others wait.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"

	"github.com/gorilla/websocket"

	"beckon/internal/frame"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:9001", "address to listen on")
	flag.Parse()
	if err := serve(*listen); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func serve(address string) error {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return http.Serve(ln, newRelay())
}

// readBuffer is how much of a socket is read at once, in bytes. Most messages are candidates, and fit.
const readBuffer = 512

// relay is all that the server knows.
type relay struct {
	upgrader websocket.Upgrader
	buffers  sync.Pool // of *buffer

	mu    sync.RWMutex
	users map[string]*user // guarded by mu
}

// buffer is what one message needs while it is here.
type buffer struct {
	in  bytes.Buffer
	out []byte
}

func newRelay() *relay {
	return &relay{
		upgrader: websocket.Upgrader{
			ReadBufferSize: readBuffer, WriteBufferSize: readBuffer, WriteBufferPool: new(sync.Pool),
			CheckOrigin: func(*http.Request) bool { return true },
		},
		buffers: sync.Pool{New: func() any { return new(buffer) }},
		users:   make(map[string]*user),
	}
}

// user is one connection.
type user struct {
	relay *relay
	conn  *websocket.Conn
	name  string // owned by the reader

	mu sync.Mutex // for writes
}

// ServeHTTP is http.Handler. What reads is another goroutine, so that net/http's ends, and its buffers with it.
func (r *relay) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	conn, err := r.upgrader.Upgrade(w, req, nil)
	if err != nil {
		return // Upgrade has answered
	}
	u := &user{relay: r, conn: conn}
	go u.read()
}

func (u *user) read() {
	defer u.leave()
	u.write(frame.New(frame.Text, []byte(`{"type":"connect","message":"Well hello there, I am a WebSocket server"}`)))
	for {
		_, message, err := u.conn.NextReader()
		if err != nil {
			return
		}
		b := u.relay.buffers.Get().(*buffer)
		b.in.Reset()
		if _, err := b.in.ReadFrom(message); err != nil {
			return
		}
		u.handle(b)
		u.relay.buffers.Put(b)
	}
}

func (u *user) leave() {
	u.relay.mu.Lock()
	delete(u.relay.users, u.name)
	u.relay.mu.Unlock()
	u.conn.Close()
}

// handle logs in, or passes a message on with the sender's name in place of the recipient's.
func (u *user) handle(b *buffer) {
	before, name, after := cutName(b.in.Bytes())
	if bytes.HasPrefix(before, []byte(`{"type":"login"`)) {
		u.logIn(string(name))
		return
	}
	u.relay.mu.RLock()
	to := u.relay.users[string(name)]
	u.relay.mu.RUnlock()
	if to == nil {
		return
	}
	b.out = append(b.out[:0], make([]byte, frame.MaxHeader)...)
	b.out = append(append(append(b.out, before...), u.name...), after...)
	to.write(frame.Seal(frame.Text, b.out))
}

func (u *user) logIn(name string) {
	u.name = name
	u.relay.mu.Lock()
	u.relay.users[name] = u
	u.relay.mu.Unlock()
	u.write(frame.New(frame.Text, []byte(`{"type":"login","success":true,"users":[],"iceServers":[]}`)))
}

// write writes a frame past the library, which would take two pieces for it.
func (u *user) write(frame []byte) {
	u.mu.Lock()
	defer u.mu.Unlock()
	_, _ = u.conn.NetConn().Write(frame) // the reader learns what is wrong
}

// cutName finds the value of the first field called name.
func cutName(message []byte) (before, name, after []byte) {
	const field = `"name":"`
	start := bytes.Index(message, []byte(field))
	if start < 0 {
		return message, nil, nil
	}
	start += len(field)
	length := bytes.IndexByte(message[start:], '"')
	if length < 0 {
		return message, nil, nil
	}
	return message[:start], message[start : start+length], message[start+length:]
}
