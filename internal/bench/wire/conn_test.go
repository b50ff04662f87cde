package wire_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/bench/wire"
	"beckon/internal/frame"
)

const patience = 20 * time.Second

// serve has a server call talk with each connection, and returns its address.
func serve(t *testing.T, secure bool, talk func(ws *websocket.Conn)) string {
	t.Helper()
	upgrader := websocket.Upgrader{Subprotocols: []string{"spoken"}}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			t.Errorf("upgrade: %v", err)
			return
		}
		defer ws.Close()
		talk(ws)
	}))
	t.Cleanup(server.Close)
	if secure {
		server.StartTLS()
		return "wss" + strings.TrimPrefix(server.URL, "https")
	}
	server.Start()
	return "ws" + strings.TrimPrefix(server.URL, "http")
}

// echo sends back what comes.
func echo(ws *websocket.Conn) {
	for {
		kind, data, err := ws.ReadMessage()
		if err != nil || ws.WriteMessage(kind, data) != nil {
			return
		}
	}
}

// client keeps what comes.
type client struct {
	*wire.Conn
	texts []string
	code  int
}

func (c *client) Text(payload []byte) { c.texts = append(c.texts, string(payload)) }
func (c *client) Ended(code int)      { c.code = code }

func (c *client) say(text string) { c.Send(append(c.Compose(), text...)) }

func newLoop(t *testing.T) *wire.Loop {
	t.Helper()
	l, err := wire.NewLoop()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func target(t *testing.T, url string) *wire.Target {
	t.Helper()
	to, err := wire.NewTarget(url, true)
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// dial connects and waits until it is.
func dial(t *testing.T, l *wire.Loop, url string) *client {
	t.Helper()
	c := &client{}
	l.Dial(target(t, url), wire.Request{Path: "/"}, func(conn *wire.Conn, err error) {
		if err != nil {
			t.Errorf("dial: %v", err)
			return
		}
		c.Conn, conn.Handler = conn, c
	})
	until(t, l, "the connection", func() bool { return c.Conn != nil || t.Failed() })
	return c
}

// until runs the loop until something is so.
func until(t *testing.T, l *wire.Loop, what string, done func() bool) {
	t.Helper()
	if ok, err := l.Run(patience, done); !ok || err != nil {
		t.Fatalf("%s did not come: %v", what, err)
	}
}

func TestMessagesComeAndGo(t *testing.T) {
	for _, secure := range []bool{false, true} {
		t.Run(fmt.Sprintf("TLS=%t", secure), func(t *testing.T) {
			l := newLoop(t)
			c := dial(t, l, serve(t, secure, echo))
			var want []string
			for _, n := range []int{0, 1, 125, 126, 1000, 65535, 65536, 1 << 20, 3, 300_000} {
				want = append(want, strings.Repeat("x", n))
				c.say(want[len(want)-1])
			}
			until(t, l, "the echo", func() bool { return len(c.texts) == len(want) })
			for i := range want {
				if c.texts[i] != want[i] {
					t.Errorf("message %d of %d bytes came back as %d bytes", i, len(want[i]), len(c.texts[i]))
				}
			}
			if l.Sent.Frames != int64(len(want)) || l.Received.Frames != int64(len(want)) {
				t.Errorf("counted %d frames out, %d in, want %d", l.Sent.Frames, l.Received.Frames, len(want))
			}
		})
	}
}

func TestManyConnectionsAtOnce(t *testing.T) {
	const connections, messages = 200, 20
	l := newLoop(t)
	to := target(t, serve(t, false, echo))
	var clients []*client
	for range connections {
		c := &client{}
		l.Dial(to, wire.Request{Path: "/"}, func(conn *wire.Conn, err error) {
			if err != nil {
				t.Errorf("dial: %v", err)
				return
			}
			c.Conn, conn.Handler = conn, c
			clients = append(clients, c)
		})
	}
	until(t, l, "connections", func() bool { return len(clients) == connections || t.Failed() })
	for n := range messages {
		for i, c := range clients {
			c.say(fmt.Sprint(i, n))
		}
	}
	until(t, l, "all echoes", func() bool { return l.Received.Frames == connections*messages })
	for i, c := range clients {
		for n, text := range c.texts {
			if text != fmt.Sprint(i, n) {
				t.Fatalf("connection %d got %q as its message %d", i, text, n)
			}
		}
	}
}

func TestFragmentsAreJoined(t *testing.T) {
	url := serve(t, false, func(ws *websocket.Conn) {
		w, err := ws.NextWriter(websocket.TextMessage)
		if err != nil {
			return
		}
		for range 3 { // more than the server's buffer each, so that each is a frame
			w.Write([]byte(strings.Repeat("part", 2000)))
		}
		w.Close()
		echo(ws)
	})
	l := newLoop(t)
	c := dial(t, l, url)
	until(t, l, "the message", func() bool { return len(c.texts) > 0 })
	if l.Received.Frames < 3 {
		t.Fatalf("the server sent %d frames: no fragments", l.Received.Frames)
	}
	if want := strings.Repeat("part", 6000); c.texts[0] != want {
		t.Errorf("got %d bytes, want %d", len(c.texts[0]), len(want))
	}
}

// TestFramesInPieces has a server write one byte after the other, its answer to the upgrade included.
func TestFramesInPieces(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	var stream []byte
	for _, text := range []string{"first", strings.Repeat("second", 100), "third"} {
		stream = append(stream, frame.New(frame.Text, []byte(text))...)
	}
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		request, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		answer := []byte(answerTo(request.Header.Get("Sec-WebSocket-Key")))
		for _, b := range append(answer, stream...) {
			conn.Write([]byte{b})
		}
		conn.Read(make([]byte, 1))
	}()
	l := newLoop(t)
	c := dial(t, l, "ws://"+ln.Addr().String())
	until(t, l, "three messages", func() bool { return len(c.texts) == 3 })
	if c.texts[0] != "first" || c.texts[2] != "third" || len(c.texts[1]) != 600 {
		t.Errorf("got %q", c.texts)
	}
}

func TestPingsAreAnswered(t *testing.T) {
	url := serve(t, false, func(ws *websocket.Conn) {
		ws.SetPongHandler(func(data string) error { return ws.WriteMessage(websocket.TextMessage, []byte(data)) })
		ws.WriteControl(websocket.PingMessage, []byte("are you there"), time.Now().Add(patience))
		echo(ws)
	})
	l := newLoop(t)
	c := dial(t, l, url)
	until(t, l, "the pong", func() bool { return len(c.texts) > 0 })
	if c.texts[0] != "are you there" {
		t.Errorf("the pong says %q", c.texts[0])
	}
}

func TestCloseCodesAreTold(t *testing.T) {
	for name, test := range map[string]struct {
		leave func(ws *websocket.Conn)
		want  int
	}{
		"with a code":           {bye(websocket.FormatCloseMessage(4008, "slow")), 4008},
		"without a code":        {bye(nil), wire.CodeNone},
		"without a close frame": {func(*websocket.Conn) {}, wire.CodeAbnormal},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLoop(t)
			c := dial(t, l, serve(t, false, test.leave))
			until(t, l, "the end", func() bool { return c.code != 0 })
			if c.code != test.want {
				t.Errorf("the code is %d, want %d", c.code, test.want)
			}
			c.say("nobody hears this, and nothing breaks")
		})
	}
}

func bye(message []byte) func(*websocket.Conn) {
	return func(ws *websocket.Conn) {
		ws.WriteControl(websocket.CloseMessage, message, time.Now().Add(patience))
		ws.ReadMessage()
	}
}

func TestAPausedConnectionIsNotRead(t *testing.T) {
	const messages, size = 400, 100_000
	sent := make(chan int, messages)
	url := serve(t, false, func(ws *websocket.Conn) {
		ws.ReadMessage()
		for n := range messages {
			if ws.WriteMessage(websocket.TextMessage, make([]byte, size)) != nil {
				return
			}
			sent <- n
		}
		echo(ws)
	})
	l := newLoop(t)
	c := dial(t, l, url)
	c.Pause(64 << 10)
	c.say("go")
	l.Run(300*time.Millisecond, nil)
	if len(c.texts) > 0 || len(sent) == messages {
		t.Fatalf("%d messages came, the server could send %d of %d", len(c.texts), len(sent), messages)
	}
	c.Unpause()
	until(t, l, "what was held back", func() bool { return len(c.texts) == messages })
}

// Who leaves is understood, though much is on its way to it that it will not read, and hears of nothing more.
func TestLeavingIsSaid(t *testing.T) {
	const connections = 5
	for _, secure := range []bool{false, true} {
		t.Run(fmt.Sprintf("TLS=%t", secure), func(t *testing.T) {
			ends := make(chan error, connections)
			url := serve(t, secure, func(ws *websocket.Conn) {
				ws.ReadMessage()
				for range 20 {
					ws.WriteMessage(websocket.TextMessage, make([]byte, 100_000))
				}
				_, _, err := ws.ReadMessage()
				ends <- err
			})
			l := newLoop(t)
			var clients []*client
			for range connections {
				c := dial(t, l, url)
				c.Pause(64 << 10)
				c.say("go")
				clients = append(clients, c)
			}
			l.At(l.Now(), func(time.Duration) { t.Error("a timer goes off after the end") })
			clients[0].Close()
			clients[0].Close()
			clients[0].say("nobody hears this")
			clients[1].Unpause()
			if err := l.Leave(patience); err != nil {
				t.Error(err)
			}
			for range connections {
				if err := <-ends; !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
					t.Errorf("a server was told %v", err)
				}
			}
			for _, c := range clients {
				if c.code != 0 || len(c.texts) > 0 {
					t.Errorf("a client was told %d, %d messages", c.code, len(c.texts))
				}
			}
			if l.Sent.Frames != 2*connections || l.Received != (wire.Traffic{}) {
				t.Errorf("%+v were sent, %+v received", l.Sent, l.Received)
			}
		})
	}
}

// A server that does not answer a goodbye is waited for no longer than is allowed.
func TestLeavingEnds(t *testing.T) {
	done := make(chan struct{})
	defer close(done)
	l := newLoop(t)
	dial(t, l, serve(t, false, func(*websocket.Conn) { <-done }))
	if err := l.Leave(50 * time.Millisecond); err == nil || !strings.Contains(err.Error(), "of 1 connections") {
		t.Errorf("a server that is deaf: %v", err)
	}
}

func TestRefusedUpgrades(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	for name, test := range map[string]struct{ url, subprotocol, want string }{
		"refused":           {"ws" + strings.TrimPrefix(server.URL, "http"), "", "404"},
		"other subprotocol": {serve(t, false, echo), "unspoken", "subprotocol"},
		"nobody":            {"ws://127.0.0.1:1", "", "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLoop(t)
			var got error
			l.Dial(target(t, test.url), wire.Request{Path: "/", Subprotocol: test.subprotocol},
				func(_ *wire.Conn, err error) { got = err })
			until(t, l, "an error", func() bool { return got != nil })
			if !strings.Contains(got.Error(), test.want) {
				t.Errorf("the error is %q, want %q in it", got, test.want)
			}
		})
	}
}

func TestTimersRunInOrder(t *testing.T) {
	l := newLoop(t)
	now := l.Now()
	var got []int
	for _, n := range []int{3, 1, 2} {
		l.At(now+time.Duration(n)*time.Millisecond, func(when time.Duration) {
			if when != now+time.Duration(n)*time.Millisecond {
				t.Errorf("timer %d was told %v", n, when)
			}
			got = append(got, n)
		})
	}
	l.At(now+time.Millisecond, func(time.Duration) { got = append(got, 11) })
	ticks := 0
	l.Every(time.Millisecond, func() bool { ticks++; return ticks < 5 })
	until(t, l, "five ticks", func() bool { return ticks == 5 && len(got) == 4 })
	if fmt.Sprint(got) != "[1 11 2 3]" {
		t.Errorf("timers ran as %v", got)
	}
	if l.Run(20*time.Millisecond, nil); ticks != 5 {
		t.Errorf("%d ticks, though the fifth was the last", ticks)
	}
}

func TestAddresses(t *testing.T) {
	for _, bad := range []string{"", "127.0.0.1:9000", "http://127.0.0.1:9000/", "ws://", "ws://%"} {
		if _, err := wire.NewTarget(bad, false); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
	for given, want := range map[string]string{
		"ws://127.0.0.1": "127.0.0.1:80", "wss://127.0.0.1/x": "127.0.0.1:443", "ws://127.0.0.1:9000/ws": "127.0.0.1:9000",
	} {
		if got := target(t, given).Address(); got != want {
			t.Errorf("%s is at %s, want %s", given, got, want)
		}
	}
}
