package scenario_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"

	"beckon/internal/app"
	"beckon/internal/bench/dialect"
	"beckon/internal/bench/scenario"
	"beckon/internal/bench/wire"
	"beckon/internal/config"
)

// beckon starts the real server, and returns its address.
func beckon(t *testing.T, flags ...string) string {
	t.Helper()
	cfg, err := config.Load(flags, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(cfg, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- a.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-stopped; err != nil {
			t.Errorf("the server: %v", err)
		}
	})
	return "ws://" + ln.Addr().String() + "/ws"
}

// peerServer does what the documentation of npm's peer says of its protocol: OPEN for a connection with a key, an id and a
// token, ID-TAKEN for an id that is there, messages passed to dst with src added.
type peerServer struct {
	t *testing.T

	mu    sync.Mutex
	peers map[string]*websocket.Conn // guarded by mu, and so are writes
	beats int                        // guarded by mu
	lose  int                        // how many messages to pass on before one is lost, if not 0; guarded by mu
}

func (s *peerServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	id := q.Get("id")
	if r.URL.Path != "/peerjs" || q.Get("key") != "peerjs" || id == "" || q.Get("token") == "" {
		s.t.Errorf("a client asks for %s", r.URL)
	}
	ws, err := new(websocket.Upgrader).Upgrade(w, r, nil)
	if err != nil {
		s.t.Error(err)
		return
	}
	defer ws.Close()
	s.mu.Lock()
	_, taken := s.peers[id]
	if taken {
		ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"ID-TAKEN","payload":{"msg":"ID is taken"}}`))
	} else {
		s.peers[id] = ws
		ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"OPEN"}`))
	}
	s.mu.Unlock()
	for !taken && s.pass(id, ws) {
	}
}

// pass passes one message on. The real server writes its keys as they came, and src behind them.
func (s *peerServer) pass(id string, ws *websocket.Conn) bool {
	_, text, err := ws.ReadMessage()
	if err != nil {
		return false
	}
	var message struct{ Type, Dst string }
	if err := json.Unmarshal(text, &message); err != nil {
		s.t.Errorf("%s sent %s: %v", id, text, err)
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if message.Type == "HEARTBEAT" {
		s.beats++
		return true
	}
	to := s.peers[message.Dst]
	if to == nil {
		s.t.Errorf("%s sent %s", id, text)
		return false
	}
	if s.lose--; s.lose == 0 {
		return true
	}
	text = append(text[:len(text)-1], `,"src":"`+id+`"}`...)
	return to.WriteMessage(websocket.TextMessage, text) == nil
}

func newPeerServer(t *testing.T) (*peerServer, string) {
	t.Helper()
	s := &peerServer{t: t, peers: map[string]*websocket.Conn{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, "ws" + strings.TrimPrefix(server.URL, "http") + "/"
}

func bench(t *testing.T, url, speaks string) *scenario.Bench {
	t.Helper()
	target, err := wire.NewTarget(url, false)
	if err != nil {
		t.Fatal(err)
	}
	d, err := dialect.Named(speaks)
	if err != nil {
		t.Fatal(err)
	}
	return &scenario.Bench{Target: target, Dialect: d, Progress: io.Discard}
}

// brief is how long measurements of tests take.
const brief = 500 * time.Millisecond
