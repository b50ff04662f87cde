package app_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/app"
	"beckon/internal/config"
	"beckon/internal/testkit"
)

// The contract promises that a server which is told to stop has ended by then.
const stopLimit = 10 * time.Second

// server is the whole program but for its process, started for one test.
type server struct {
	t    *testing.T
	url  string           // of its WebSocket
	via  testkit.DialFunc // nil for TCP
	addr string
	log  *testkit.Journal
	app  *app.App

	cancel  context.CancelFunc
	stopped chan error
}

// onLoopback starts a server with the flags given, on a free port. It is stopped when the test ends.
func onLoopback(t *testing.T, flags ...string) *server {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return start(t, ln, &server{t: t, addr: ln.Addr().String()}, flags)
}

// inMemory starts a server that is reached through memory, for tests in a bubble.
func inMemory(t *testing.T, flags ...string) *server {
	t.Helper()
	ln := testkit.NewListener()
	return start(t, ln, &server{t: t, addr: "beckon.test", via: ln.Dial}, flags)
}

// virtual runs a test in a bubble of virtual time, with a server of its own.
func virtual(t *testing.T, test func(t *testing.T, s *server), flags ...string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, inMemory(t, flags...)) })
}

func start(t *testing.T, ln net.Listener, s *server, flags []string) *server {
	t.Helper()
	cfg, err := config.Load(flags, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s.log = new(testkit.Journal)
	a, err := app.New(cfg, zerolog.New(s.log).Level(zerolog.DebugLevel))
	if err != nil {
		t.Fatal(err)
	}
	s.app = a
	s.url = "ws://" + s.addr + "/ws"
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel, s.stopped = cancel, make(chan error, 1)
	go func() { s.stopped <- a.Serve(ctx, ln) }()
	t.Cleanup(func() { s.stop() })
	return s
}

// stop drains the server, which must take less than the limit, and returns how long it took. Only the first
// call counts.
func (s *server) stop() time.Duration {
	s.t.Helper()
	begun := time.Now()
	s.cancel()
	return s.awaitStop(begun)
}

func (s *server) awaitStop(begun time.Time) time.Duration {
	s.t.Helper()
	if s.stopped == nil {
		return 0
	}
	patience := time.NewTimer(2 * stopLimit)
	defer patience.Stop()
	select {
	case err := <-s.stopped:
		s.stopped = nil
		if err != nil {
			s.t.Errorf("Serve: %v", err)
		}
	case <-patience.C:
		s.t.Fatalf("the server has not stopped %v after it was told to", 2*stopLimit)
	}
	took := time.Since(begun)
	if took > stopLimit {
		s.t.Errorf("stopping took %v, want at most %v", took, stopLimit)
	}
	return took
}

// open connects a client that is not logged in.
func (s *server) open(options ...testkit.Option) *testkit.Client {
	s.t.Helper()
	return testkit.Dial(s.t, s.url, s.reach(options)...)
}

// user connects a client and logs it in to the lobby.
func (s *server) user(name string, options ...testkit.Option) *testkit.Client {
	s.t.Helper()
	c := s.open(options...)
	c.Login(name)
	return c
}

// pair connects two users who know of each other.
func (s *server) pair(first, second string) (*testkit.Client, *testkit.Client) {
	s.t.Helper()
	a := s.user(first)
	b := s.user(second)
	a.ExpectJoined(second)
	return a, b
}

// goodbye logs a client out, waits until the server has seen it, and closes.
func goodbye(c *testkit.Client) {
	c.Send(`{"type":"leave"}`)
	c.ExpectPong("out")
	c.Close(1000)
}

// raw connects a client that speaks single frames, and takes the greeting.
func (s *server) raw() *testkit.Raw {
	s.t.Helper()
	conn, err := s.connect()
	if err != nil {
		s.t.Fatal(err)
	}
	r := testkit.Handshake(s.t, conn)
	r.ExpectText("connect")
	return r
}

// connect opens a connection and says nothing.
func (s *server) connect() (net.Conn, error) {
	dial := s.via
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	return dial(context.Background(), "tcp", s.addr)
}

// reach adds to options what is needed to get to this server.
func (s *server) reach(options []testkit.Option) []testkit.Option {
	if s.via != nil {
		options = append([]testkit.Option{testkit.Through(s.via)}, options...)
	}
	return options
}

// get is a GET request on a connection of its own. The body is read.
func (s *server) get(path string) (*http.Response, string, error) {
	transport := &http.Transport{DialContext: s.via, DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: testkit.Patience}
	response, err := client.Get("http://" + s.addr + path)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, string(body), err
}

// quoted is a string as JSON.
func quoted(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text)
}
