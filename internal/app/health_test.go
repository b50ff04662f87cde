package app_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/health"
	"beckon/internal/hub"
	"beckon/internal/listen"
	"beckon/internal/testkit"
)

// expectHealth asks for the server's health until it is as wanted, and never takes longer than the limit for an answer.
func (s *server) expectHealth(want string) {
	s.t.Helper()
	status := http.StatusServiceUnavailable
	if want == "ok" {
		status = http.StatusOK
	}
	for deadline := time.Now().Add(testkit.Patience); ; time.Sleep(10 * time.Millisecond) {
		begun := time.Now()
		response, body, err := s.get("/healthz")
		if err != nil {
			s.t.Fatal(err)
		}
		if took := time.Since(begun); took > 2*health.Limit {
			s.t.Errorf("an answer took %v", took)
		}
		if response.StatusCode == status && body == want+"\n" {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("its health is %d %q, want %d %q", response.StatusCode, body, status, want)
		}
	}
}

// A server whose hub stands still says so to whoever asks, and does not feed the watchdog. It is well again when that is.
func TestHealthOfAHubThatHangs(t *testing.T) {
	s := onLoopback(t)
	stuck := make(chan struct{})
	h := hub.New(hub.Options{NewID: func() string { // which it calls with its lock held
		<-stuck
		return "id"
	}})
	s.app.UseHub(h)
	fed := watchdog(t, s)
	s.expectHealth("ok")
	<-fed
	joined := make(chan struct{})
	go func() {
		defer close(joined)
		h.Join(hub.Join{})
	}()
	s.expectHealth("hub: no answer")
	for len(fed) > 0 {
		<-fed
	}
	select {
	case <-fed:
		t.Error("the watchdog is fed")
	case <-time.After(health.Limit):
	}
	close(stuck)
	<-joined
	s.expectHealth("ok")
	<-fed
}

// watchdog is told when a service manager would be, several times per second.
func watchdog(t *testing.T, s *server) (fed <-chan struct{}) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "200000")
	t.Setenv("WATCHDOG_PID", "")
	times := make(chan struct{}, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	supervised := make(chan struct{})
	go func() {
		defer close(supervised)
		listen.NewSupervisor(zerolog.Nop()).Run(ctx, s.app.Health().Check)
	}()
	read := make(chan struct{})
	go func() {
		defer close(read)
		for buffer := make([]byte, 100); ; {
			n, err := manager.Read(buffer)
			if err != nil {
				return
			}
			if string(buffer[:n]) == "WATCHDOG=1" {
				times <- struct{}{}
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-supervised
		manager.Close()
		<-read
	})
	return times
}

// A server that takes connections and does not go on with them is not well, however often it is asked: one connection
// that hangs is enough.
func TestHealthOfSocketsThatHang(t *testing.T) {
	s := onLoopback(t)
	s.expectHealth("ok")
	site, stuck := s.app.Pages().Handler, make(chan struct{})
	var hanging, most atomic.Int32
	var hang atomic.Bool
	hang.Store(true)
	s.app.Pages().Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hang.Load() && r.Header.Get("Upgrade") != "" {
			most.Store(max(most.Load(), hanging.Add(1)))
			<-stuck
		}
		site.ServeHTTP(w, r)
	})
	s.expectHealth("sockets: no answer")
	for range 3 {
		time.Sleep(time.Second)
		s.expectHealth("sockets: no answer")
	}
	if most.Load() != 1 {
		t.Errorf("%d connections hang", most.Load())
	}
	hang.Store(false)
	close(stuck)
	s.expectHealth("ok")
}

// What is not a WebSocket's beginning is not taken for one.
func TestHealthOfSocketsThatAreRefused(t *testing.T) {
	s := onLoopback(t)
	site := s.app.Pages().Handler
	s.app.Pages().Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			http.Error(w, "no", http.StatusTeapot)
			return
		}
		site.ServeHTTP(w, r)
	})
	s.expectHealth("sockets: a handshake is answered with 418")
}

// Whoever asks for the server's health, and however often, nobody sees it, and it is in nobody's way: no limit counts it,
// no log tells of it, and no metric.
func TestHealthIsUnseen(t *testing.T) {
	for _, base := range []string{"", "/chat"} {
		virtual(t, func(t *testing.T, s *server) {
			s.url = strings.Replace(s.url, "/ws", base+"/ws", 1)
			ana := s.user("ana")
			synctest.Wait() // what she has read is counted a moment later
			metrics, log := s.metrics(), s.log.String()
			for range 10 {
				if response, body, err := s.get(base + "/healthz"); err != nil || response.StatusCode != http.StatusOK || body != "ok\n" {
					t.Fatalf("%v, %v, %s", response, err, body)
				}
				time.Sleep(time.Second)
			}
			if now := s.metrics(); now != metrics {
				t.Errorf("the metrics were\n%sand are\n%s", metrics, now)
			}
			for line := range strings.Lines(strings.TrimPrefix(s.log.String(), log)) {
				if !strings.Contains(line, `"path":"/healthz"`) {
					t.Errorf("the log says %s", line)
				}
			}
			ana.ExpectPong("alone")
		}, "--max-connections=1", "--max-connections-per-ip=1", "--handshakes-per-second-per-ip=1", "--ping-interval=1m", "--max-users=1", "--base-path="+base)
	}
}

// metrics are those that are the server's own.
func (s *server) metrics() string {
	w := httptest.NewRecorder()
	s.app.Admin().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/metrics", nil))
	var own strings.Builder
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "beckon_") {
			own.WriteString(line)
		}
	}
	return own.String()
}

// A server that drains refuses sockets, and is well.
func TestHealthWhileDraining(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		holdout := s.raw() // keeps the server draining
		defer holdout.Close()
		a := s.open()
		s.cancel()
		a.ExpectClose(1012)
		for range 3 {
			if response, body, err := s.get("/healthz"); err != nil || response.StatusCode != http.StatusOK {
				t.Errorf("%v, %v, %s", response, err, body)
			}
			time.Sleep(health.Limit / 2) // for which an answer is good
		}
	})
}
