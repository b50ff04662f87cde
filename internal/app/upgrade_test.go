package app_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// Which web pages may connect to a server that is called beckon.test and allows https://friend.test.
func TestOrigins(t *testing.T) {
	tests := []struct {
		host    string
		origins []string
		refused bool
	}{
		{"beckon.test", nil, false},
		{"beckon.test", []string{"http://beckon.test"}, false},
		{"beckon.test", []string{"https://beckon.test"}, false}, // a proxy ends TLS
		{"beckon.test", []string{"HTTP://Beckon.Test"}, false},
		{"BECKON.test", []string{"http://beckon.test"}, false},
		{"beckon.test:80", []string{"http://beckon.test"}, false},
		{"beckon.test:443", []string{"https://beckon.test"}, false},
		{"beckon.test", []string{"http://beckon.test:80"}, false},
		{"beckon.test", []string{"https://beckon.test:443"}, false},
		{"beckon.test:9000", []string{"http://beckon.test:9000"}, false},
		{"127.0.0.1:9000", []string{"http://127.0.0.1:9000"}, false},
		{"[::1]", []string{"http://[::1]"}, false},
		{"[::1]:80", []string{"http://[::1]"}, false},
		{"[::1]:9000", []string{"http://[::1]:9000"}, false},
		{"[2001:DB8::1]:9000", []string{"https://[2001:db8::1]:9000"}, false},
		{"beckon.test", []string{"https://friend.test"}, false},
		{"beckon.test", []string{"https://friend.test:443"}, false},
		{"beckon.test", []string{"https://FRIEND.test"}, false},
		{"beckon.test", []string{"http://[2001:db8::2]:8080"}, false},
		{"beckon.test", []string{"wss://beckon.test"}, false}, // libraries that are no browsers
		{"beckon.test:9000", []string{"ws://beckon.test:9000"}, false},
		{"beckon.test", []string{"capacitor://localhost"}, false},
		{"beckon.test", []string{"https://pr-1.preview.test"}, false},

		{"beckon.test", []string{"wss://evil.test"}, true},
		{"beckon.test", []string{"tauri://localhost"}, true},
		{"beckon.test", []string{"https://preview.test"}, true},
		{"beckon.test", []string{"http://friend.test"}, true},
		{"beckon.test", []string{"https://friend.test:8443"}, true},
		{"beckon.test", []string{"https://sub.friend.test"}, true},
		{"beckon.test", []string{"https://friend.test.evil.test"}, true},
		{"beckon.test", []string{"https://friend.test/"}, true},
		{"beckon.test", []string{"https://friend.test@evil.test"}, true},
		{"beckon.test", []string{"https://evil.test"}, true},
		{"beckon.test", []string{"http://beckon.test.evil.test"}, true},
		{"beckon.test", []string{"http://evilbeckon.test"}, true},
		{"beckon.test", []string{"http://beckon.test@evil.test"}, true},
		{"beckon.test", []string{"http://evil.test#beckon.test"}, true},
		{"beckon.test", []string{"http://evil.test/beckon.test"}, true},
		{"beckon.test", []string{"http://beckon.test:81"}, true},
		{"beckon.test", []string{"https://beckon.test:80"}, true},
		{"beckon.test:9000", []string{"http://beckon.test"}, true},
		{"beckon.test:9000", []string{"http://beckon.test:9001"}, true},
		{"beckon.test:443", []string{"http://beckon.test"}, true},
		{"[::1]:9000", []string{"http://[::1]:9001"}, true},
		{"[::1]:9000", []string{"http://[::2]:9000"}, true},
		{"beckon.test", []string{"null"}, true},
		{"beckon.test", []string{"NULL"}, true},
		{"beckon.test", []string{""}, true},
		{"beckon.test", []string{"beckon.test"}, true},
		{"beckon.test", []string{"//beckon.test"}, true},
		{"beckon.test", []string{"file://"}, true},
		{"beckon.test", []string{"http://"}, true},
		{"beckon.test", []string{"http://beckon.test http://evil.test"}, true},
		{"beckon.test", []string{"http://beckon.test", "http://evil.test"}, true},
		{"beckon.test", []string{"http://evil.test", "http://beckon.test"}, true},
		{"beckon.test", []string{"http://beckon.test", "http://beckon.test"}, true},
	}
	virtual(t, func(t *testing.T, s *server) {
		for _, test := range tests {
			t.Logf("Host %q, Origin %q", test.host, test.origins)
			options := []testkit.Option{testkit.Through(s.via), testkit.Header("Host", test.host)}
			for _, origin := range test.origins {
				options = append(options, testkit.Header("Origin", origin))
			}
			if !test.refused {
				testkit.Dial(t, s.url, options...).Drop()
				continue
			}
			if r := testkit.DialRefused(t, s.url, options...); r.StatusCode != http.StatusForbidden {
				t.Errorf("answered with %s", r.Status)
			}
		}
	}, "--allowed-origin=https://friend.test", "--allowed-origin=http://[2001:db8::2]:8080",
		"--allowed-origin=capacitor://localhost", "--allowed-origin=https://*.preview.test")
}

// Everybody may be let in, but not without a word.
func TestAnyOrigin(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		for _, origin := range []string{"https://evil.test", "null", "file://"} {
			testkit.Dial(t, s.url, testkit.Through(s.via), testkit.Header("Origin", origin)).Drop()
		}
		if !strings.Contains(s.log.String(), `{"level":"warn","message":"--allowed-origin * lets`) {
			t.Errorf("no warning in the log:\n%s", s.log)
		}
	}, "--allowed-origin=*")
}

// Whoever is refused is told what the operator could do.
func TestARefusedOriginIsToldTheFlag(t *testing.T) {
	s := onLoopback(t)
	for _, origin := range []string{"https://shop.example", "capacitor://localhost", "null"} {
		r := testkit.DialRefused(t, s.url, testkit.Header("Origin", origin))
		body, _ := io.ReadAll(r.Body)
		if want := "--allowed-origin " + origin + "\n"; !strings.HasSuffix(string(body), want) {
			t.Errorf("answered with %q", body)
		}
	}
}

func TestUpgradePaths(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		base := strings.TrimSuffix(s.url, "/ws")
		for _, path := range []string{"/", "/ws", "/?x=1", "/ws?room=blue", "//", "//ws"} {
			c := testkit.Dial(t, base+path, testkit.Through(s.via))
			goodbyeTo := c.Login("ana")
			if goodbyeTo.Room != "" {
				t.Errorf("%s logs in to %q", path, goodbyeTo.Room)
			}
			goodbye(c)
		}
		for _, path := range []string{"/other", "/ws/", "/ws/x", "/healthz", "/lib/beckon.js", "/ws//", "/x//ws"} {
			if r := testkit.DialRefused(t, base+path, testkit.Through(s.via)); r.StatusCode < 400 || r.StatusCode > 499 {
				// A plain answer to a GET is fine too: the upgrade is only an offer (RFC 9110 section 7.8).
				if r.StatusCode != http.StatusOK {
					t.Errorf("an upgrade of %s is answered with %s", path, r.Status)
				}
			}
		}
	})
}

// A subprotocol that the server does not know is not echoed, and the plain dialect is spoken.
func TestUnknownSubprotocol(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		for i, offered := range [][]string{{"chat"}, {"chat", "superchat"}, {"beckon.v2"}, {"BECKON.V1"}, {"beckon"}} {
			c := s.open(testkit.Subprotocols(offered...))
			if got := c.Subprotocol(); got != "" {
				t.Errorf("%v is answered with %q", offered, got)
			}
			w := c.Login("ana")
			w.Frame.ExpectKeys("success", "id", "name", "room", "users", "iceServers")
			other := s.user(crowdName(i))
			c.ExpectJoined(crowdName(i))
			goodbye(other)
			c.ExpectLeft(crowdName(i))
			goodbye(c)
		}
	})
}

func TestBadHandshakes(t *testing.T) {
	s := onLoopback(t)
	for name, test := range map[string]struct {
		change func(http.Header)
		status int
		text   string // of the answer
	}{
		"version 8":       {func(h http.Header) { h.Set("Sec-WebSocket-Version", "8") }, 426, "the Sec-WebSocket-Version header must be 13"},
		"no version":      {func(h http.Header) { h.Del("Sec-WebSocket-Version") }, 400, "the Sec-WebSocket-Version header is missing"},
		"no key":          {func(h http.Header) { h.Del("Sec-WebSocket-Key") }, 400, "the Sec-WebSocket-Key header is missing"},
		"key of 3 bytes":  {func(h http.Header) { h.Set("Sec-WebSocket-Key", "AAAA") }, 400, "the Sec-WebSocket-Key header must be 16 bytes"},
		"key of nonsense": {func(h http.Header) { h.Set("Sec-WebSocket-Key", "?") }, 400, "the Sec-WebSocket-Key header must be 16 bytes"},
		"two keys":        {func(h http.Header) { h.Add("Sec-WebSocket-Key", "BBBBBBBBBBBBBBBBBBBBBB==") }, 400, "the Sec-WebSocket-Key header is there more than once"},
		"no Connection":   {func(h http.Header) { h.Del("Connection") }, 426, "the Connection header does not hold Upgrade"},
		"other upgrade":   {func(h http.Header) { h.Set("Upgrade", "h2c") }, 426, "the Upgrade header does not hold websocket"},
		"no upgrade":      {func(h http.Header) { h.Del("Upgrade") }, 426, "the Upgrade header does not hold websocket"},
		"Connection only": {func(h http.Header) { h.Del("Upgrade"); h.Set("Connection", "keep-alive") }, 426, "the Upgrade and Connection headers are missing"},
	} {
		request, err := http.NewRequest(http.MethodGet, "http://"+s.addr+"/ws", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header = http.Header{
			"Connection": {"Upgrade"}, "Upgrade": {"websocket"},
			"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"AAAAAAAAAAAAAAAAAAAAAA=="},
		}
		test.change(request.Header)
		transport := &http.Transport{DisableKeepAlives: true}
		response, err := transport.RoundTrip(request)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != test.status || !strings.Contains(string(text), test.text) {
			t.Errorf("%s: %s %q", name, response.Status, text)
		}
		if name == "version 8" && response.Header.Get("Sec-WebSocket-Version") != "13" {
			t.Errorf("%s: %v", name, response.Header)
		}
	}
	for _, l := range s.logged("refused") {
		if l.Reason != "bad_handshake" || !strings.Contains(l.Detail, "Sec-WebSocket-") {
			t.Errorf("logged: %+v", l)
		}
	}
	s.pair("ana", "ben")
}

// Handshakes that no HTTP library sends.
func TestRawHandshakes(t *testing.T) {
	s := onLoopback(t)
	const rest = "Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
	for name, test := range map[string]struct{ request, text string }{
		"HTTP/1.0":                    {"GET /ws HTTP/1.0\r\n" + rest, "a WebSocket is asked for with HTTP/1.1"},
		"a frame before the answer":   {"GET /ws HTTP/1.1\r\n" + rest + "\x81\x80\x00\x00\x00\x00", "send nothing before the answer"},
		"a request before the answer": {"GET /ws HTTP/1.1\r\n" + rest + "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "send nothing before the answer"},
	} {
		conn, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(testkit.Patience))
		io.WriteString(conn, test.request)
		answer, _ := io.ReadAll(conn)
		conn.Close()
		if text := string(answer); !strings.Contains(text, " 400 Bad Request\r\n") || !strings.Contains(text, test.text) {
			t.Errorf("%s: %q", name, text)
		}
	}
	s.pair("ana", "ben")
}

func TestPages(t *testing.T) {
	s := onLoopback(t)
	for path, want := range map[string]struct{ kind, text string }{
		"/":              {"text/html; charset=utf-8", "<!doctype html>"},
		"/lib/beckon.js": {"text/javascript; charset=utf-8", "export"},
		"/lib/":          {"text/html; charset=utf-8", "the beckon library"},
		"/lib/api.css":   {"text/css; charset=utf-8", ""},
		"/healthz":       {"text/plain; charset=utf-8", ""},
		"/readyz":        {"text/plain; charset=utf-8", ""},
	} {
		response, body, err := s.get(path)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != http.StatusOK || !strings.EqualFold(response.Header.Get("Content-Type"), want.kind) ||
			!strings.Contains(strings.ToLower(body), want.text) {
			t.Errorf("%s: %s, %q, %.100q", path, response.Status, response.Header.Get("Content-Type"), body)
		}
	}
	for _, path := range []string{"/metrics", "/debug/pprof/", "/nothing", "/js/"} {
		if response, _, err := s.get(path); err != nil || response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %v %v", path, response, err)
		}
	}
}
