package httpd

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
)

// pipeListener hands in-memory connections to a server, so that its timeouts run on the
// virtual clock of synctest.
type pipeListener struct {
	conns chan net.Conn
	fails chan error // what Accept fails with once
	done  chan struct{}
	once  sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), fails: make(chan error), done: make(chan struct{})}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case err := <-l.fails:
		return nil, err
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

func (l *pipeListener) dial() net.Conn {
	ours, theirs := net.Pipe()
	l.conns <- theirs
	return ours
}

// serve runs the server, changed, until the test ends.
func serve(t *testing.T, h http.Handler, logger zerolog.Logger, changes ...func(*http.Server)) *pipeListener {
	listener, server := newPipeListener(), NewServer(h, testBounds(), logger)
	for _, change := range changes {
		change(server.Server)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(listener); err != http.ErrServerClosed {
			t.Errorf("Serve: %v", err)
		}
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-ended
	})
	return listener
}

func TestSlowClientsAreDropped(t *testing.T) {
	for _, c := range []struct {
		about, sent string
		after       time.Duration
	}{
		{"nothing sent", "", headerTimeout},
		{"half a header", "GET / HTTP/1.1\r\nHost: a", headerTimeout},
		{"a body that never comes", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n", headerTimeout + bodyTimeout},
		{"idle after a request", "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", idleTimeout},
	} {
		t.Run(c.about, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := serve(t, newSite(t, nil), zerolog.Nop()).dial()
				defer conn.Close()
				start := time.Now()
				go func() { _, _ = io.WriteString(conn, c.sent) }()
				_, _ = io.Copy(io.Discard, conn)
				if got := time.Since(start); got < c.after || got > c.after+time.Second {
					t.Errorf("dropped after %v, want %v", got, c.after)
				}
			})
		})
	}
}

// A proxy that keeps connections for a minute, as load balancers do, never meets one that is just being closed; and
// where there is no bound it may take its time.
func TestIdleConnectionsOutliveThoseOfProxies(t *testing.T) {
	for limit, idle := range map[time.Duration]time.Duration{2 * time.Minute: 119 * time.Second, 0: 10 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			conn := serve(t, newSite(t, nil), zerolog.Nop(), func(s *http.Server) {
				s.IdleTimeout = NewServer(nil, Bounds{IdleTimeout: limit}, zerolog.Nop()).IdleTimeout
			}).dial()
			defer conn.Close()
			in := bufio.NewReader(conn)
			for range 3 {
				go func() { _, _ = io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n") }()
				response, err := http.ReadResponse(in, nil)
				if err != nil {
					t.Fatalf("after %v: %v", idle, err)
				}
				_, _ = io.Copy(io.Discard, response.Body)
				time.Sleep(idle)
			}
		})
	}
}

func TestHugeHeadersAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(bytes.Buffer)
		listener := serve(t, newSite(t, nil), zerolog.New(out).Level(zerolog.InfoLevel))
		ask := func(path string, bytes int) (status int, body string) {
			conn := listener.dial()
			defer conn.Close()
			go func() {
				_, _ = io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
					"Cookie: "+strings.Repeat("x", bytes)+"\r\n\r\n")
			}()
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode == http.StatusRequestHeaderFieldsTooLarge && !response.Close {
				t.Errorf("%s, %d bytes: the connection is said to stay open", path, bytes)
			}
			text, _ := io.ReadAll(io.LimitReader(response.Body, 1000))
			// The server may linger before it closes; its goroutine has to end with the bubble.
			conn.Close()
			return response.StatusCode, string(text)
		}
		for path, fine := range map[string]int{"/healthz": http.StatusOK, "/ws": http.StatusSwitchingProtocols} {
			if status, body := ask(path, headerBytes-200); status != fine {
				t.Errorf("%s, large headers: %d %q", path, status, body)
			}
			if out.Len() > 0 {
				t.Errorf("logged: %s", out)
			}
		}
		for _, path := range []string{"/healthz", "/ws"} {
			status, body := ask(path, headerBytes)
			if status != http.StatusRequestHeaderFieldsTooLarge || !strings.Contains(body, "--max-header-bytes") {
				t.Errorf("%s, too large headers: %d %q", path, status, body)
			}
		}
		if status, _ := ask("/healthz", 4*headerBytes); status != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("huge headers: %d", status)
		}
		if strings.Count(out.String(), "--max-header-bytes") != 1 || strings.Count(out.String(), "\n") != 1 {
			t.Errorf("logged, where one line was due:\n%s", out)
		}
		time.Sleep(time.Minute)
	})
}

func TestAHijackedConnectionOutlivesTheTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newSite(t, func(o *Options) { o.WebSocket = http.HandlerFunc(echoAfterAnHour) })
		conn := serve(t, h, zerolog.Nop()).dial()
		defer conn.Close()
		go func() {
			_, _ = io.WriteString(conn, "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		}()
		if got, err := io.ReadAll(conn); err != nil || string(got) != "still here" {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

// echoAfterAnHour takes the connection over, waits beyond every timeout and says so.
func echoAfterAnHour(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	time.Sleep(time.Hour)
	_, _ = io.WriteString(conn, "still here")
}

func TestServerTroubleIsLoggedByItsSeverity(t *testing.T) {
	for line, level := range map[string]string{
		"http: panic serving 127.0.0.1:1: boom\n":           "error",
		"http: Accept error: too many open files; retrying": "warn",
		"http: TLS handshake error from x: \x1b[2J EOF":     "debug",
	} {
		var out bytes.Buffer
		NewServer(nil, testBounds(), zerolog.New(&out)).ErrorLog.Print(line)
		want := `{"level":"` + level + `","detail":"http: `
		if !strings.HasPrefix(out.String(), want) || strings.Contains(out.String(), "\x1b") || strings.Count(out.String(), "\n") != 1 {
			t.Errorf("%q is logged as %q", line, out.String())
		}
	}
}

// These are those of the servers under test.
const (
	headerTimeout = 5 * time.Second
	headerBytes   = 32 << 10
	idleTimeout   = 2 * time.Minute
)

func testBounds() Bounds {
	return Bounds{HeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, HeaderBytes: headerBytes}
}
