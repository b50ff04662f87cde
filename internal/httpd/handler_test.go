package httpd

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rs/zerolog"

	"beckon/web"
)

const page = "<!doctype html><title>page</title>"

// script is long enough for compression to pay.
var script = strings.Repeat("export const answer = 42;\n", 50)

func testFiles() fstest.MapFS {
	return fstest.MapFS{
		"index.html":     {Data: []byte(page)},
		"js/main.js":     {Data: []byte(script)},
		"lib/beckon.js":  {Data: []byte(script)},
		"lib/index.html": {Data: []byte(page)},
		"css/base.css":   {Data: []byte("a{}")},
		"icon.svg":       {Data: []byte("<svg/>")},
		"a.webmanifest":  {Data: []byte("{}")},
		"data/list.json": {Data: []byte("[]")},
		"icon.png":       {Data: []byte("png")},
		"favicon.ico":    {Data: []byte("ico")},
		"robots.txt":     {Data: []byte("")},
	}
}

// newSite returns a handler whose WebSocket handler answers 101 with the word "socket".
func newSite(t testing.TB, change func(*Options)) http.Handler {
	t.Helper()
	options := Options{
		Files:     testFiles(),
		WebSocket: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusSwitchingProtocols) }),
		Ready:     func() bool { return true },
		Requests:  numbered{},
	}
	if change != nil {
		change(&options)
	}
	h, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// numbered gives all requests one name.
type numbered struct{}

func (numbered) Of(*http.Request) string { return "r1" }

// do sends one request; headers are given as name, value, name, value.
func do(h http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://beckon.example/", nil)
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(target, "?")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRoutes(t *testing.T) {
	h := newSite(t, nil)
	for _, c := range []struct {
		method, target string
		status         int
		contentType    string
		body           string
	}{
		{"GET", "/", 200, "text/html; charset=utf-8", page},
		{"GET", "/?room=x", 200, "text/html; charset=utf-8", page},
		{"GET", "/index.html", 200, "text/html; charset=utf-8", page},
		{"GET", "/js/main.js", 200, "text/javascript; charset=utf-8", script},
		{"GET", "/lib/beckon.js", 200, "text/javascript; charset=utf-8", script},
		{"GET", "/css/base.css", 200, "text/css; charset=utf-8", "a{}"},
		{"GET", "/icon.svg", 200, "image/svg+xml", "<svg/>"},
		{"GET", "/a.webmanifest", 200, "application/manifest+json", "{}"},
		{"GET", "/data/list.json", 200, "application/json", "[]"},
		{"GET", "/icon.png", 200, "image/png", "png"},
		{"GET", "/favicon.ico", 200, "image/x-icon", "ico"},
		{"GET", "/robots.txt", 200, "text/plain; charset=utf-8", ""},
		{"GET", "/healthz", 200, "text/plain; charset=utf-8", "ok\n"},
		{"GET", "/readyz", 200, "text/plain; charset=utf-8", "ready\n"},
		{"GET", "/ws", 426, "text/plain; charset=utf-8", "426: this address speaks WebSocket, connect to it with a WebSocket client\n"},
		{"POST", "/ws", 426, "text/plain; charset=utf-8", "426: this address speaks WebSocket, connect to it with a WebSocket client\n"},
		{"GET", "/nothing", 404, "text/plain; charset=utf-8", "404: there is nothing here\n"},
		{"POST", "/nothing", 404, "text/plain; charset=utf-8", "404: there is nothing here\n"},
		{"GET", "", 404, "text/plain; charset=utf-8", "404: there is nothing here\n"},
		{"GET", "/js", 404, "text/plain; charset=utf-8", "404: there is nothing here\n"},
		{"GET", "/js/", 404, "text/plain; charset=utf-8", "404: there is nothing here\n"},
		{"GET", "/lib", 404, "text/plain; charset=utf-8", "404: there is nothing here\n"},
		{"GET", "/lib/", 200, "text/html; charset=utf-8", page},
		{"GET", "/lib/index.html", 200, "text/html; charset=utf-8", page},
		{"GET", "//", 200, "text/html; charset=utf-8", page}, // as a proxy may make it of a path that it takes away
		{"GET", "//js/main.js", 200, "text/javascript; charset=utf-8", script},
		{"GET", "/js//main.js", 404, "text/plain; charset=utf-8", "404: there is nothing here\n"},
		{"GET", "/js/../index.html", 404, "text/plain; charset=utf-8", "404: there is nothing here\n"},
		{"GET", "/../../../etc/passwd", 404, "text/plain; charset=utf-8", "404: there is nothing here\n"},
		{"GET", `/..\..\secret`, 404, "text/plain; charset=utf-8", "404: there is nothing here\n"},
		{"GET", "/index.html\x00.js", 404, "text/plain; charset=utf-8", "404: there is nothing here\n"},
		{"GET", "/INDEX.HTML", 404, "text/plain; charset=utf-8", "404: there is nothing here\n"},
		{"POST", "/", 405, "text/plain; charset=utf-8", "405: only GET and HEAD work here\n"},
		{"PUT", "/js/main.js", 405, "text/plain; charset=utf-8", "405: only GET and HEAD work here\n"},
		{"OPTIONS", "/lib/beckon.js", 204, "", ""},
		{"OPTIONS", "/", 204, "", ""},
		{"OPTIONS", "/healthz", 204, "", ""},
		{"OPTIONS", "/nothing", 404, "text/plain; charset=utf-8", "404: there is nothing here\n"},
		{"DELETE", "/healthz", 405, "text/plain; charset=utf-8", "405: only GET and HEAD work here\n"},
	} {
		w := do(h, c.method, c.target)
		if w.Code != c.status || w.Header().Get("Content-Type") != c.contentType || w.Body.String() != c.body {
			t.Errorf("%s %q: %d %s %q; want %d %s %q", c.method, c.target, w.Code, w.Header().Get("Content-Type"), w.Body, c.status, c.contentType, c.body)
		}
		if allow := w.Header().Get("Allow"); (allow == "GET, HEAD, OPTIONS") != (c.status == 405 || c.status == 204) {
			t.Errorf("%s %q: Allow is %q", c.method, c.target, allow)
		}
		if c.method == "GET" {
			checkHead(t, h, c.target, w)
		}
	}
}

// checkHead checks that HEAD gives what GET gave, but for the body.
func checkHead(t *testing.T, h http.Handler, target string, get *httptest.ResponseRecorder) {
	head := do(h, "HEAD", target)
	if head.Code != get.Code || head.Body.Len() != 0 {
		t.Errorf("HEAD %q: %d and a body of %d bytes; want %d and none", target, head.Code, head.Body.Len(), get.Code)
	}
	for name := range get.Header() {
		if head.Header().Get(name) != get.Header().Get(name) {
			t.Errorf("HEAD %q: %s is %q, by GET %q", target, name, head.Header().Get(name), get.Header().Get(name))
		}
	}
}

func TestReadinessWhileDraining(t *testing.T) {
	ready := true
	h := newSite(t, func(o *Options) { o.Ready = func() bool { return ready } })
	if w := do(h, "GET", "/readyz"); w.Code != 200 {
		t.Errorf("ready: %d", w.Code)
	}
	ready = false
	if w := do(h, "GET", "/readyz"); w.Code != 503 || w.Body.String() != "draining\n" {
		t.Errorf("draining: %d %q", w.Code, w.Body)
	}
	if w := do(h, "GET", "/healthz"); w.Code != 200 {
		t.Errorf("draining, /healthz: %d", w.Code)
	}
}

func TestHealthNamesWhatDoesNotWork(t *testing.T) {
	err := errors.New("hub: no answer")
	h := newSite(t, func(o *Options) { o.Health = func() error { return err } })
	if w := do(h, "GET", "/healthz"); w.Code != 503 || w.Body.String() != "hub: no answer\n" {
		t.Errorf("unwell: %d %q", w.Code, w.Body)
	}
	if w := do(h, "GET", "/readyz"); w.Code != 200 {
		t.Errorf("unwell, /readyz: %d", w.Code)
	}
	err = nil
	if w := do(h, "GET", "/healthz"); w.Code != 200 || w.Body.String() != "ok\n" {
		t.Errorf("well: %d %q", w.Code, w.Body)
	}
}

func TestUpgradesGoToTheWebSocketHandlerUntouched(t *testing.T) {
	var gotWriter http.ResponseWriter
	h := newSite(t, func(o *Options) {
		o.Logger = zerolog.New(io.Discard)
		o.WebSocket = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { gotWriter = w })
	})
	for _, c := range []struct {
		path, connection, upgrade string
		want                      bool
	}{
		{"/", "Upgrade", "websocket", true},
		{"/ws", "Upgrade", "websocket", true},
		{"/ws", "keep-alive, upgrade", "WebSocket", true},
		{"/", "Upgrade", "h2c", false},
		{"/", "keep-alive", "websocket", false},
		{"/ws", "", "", false},
		{"/healthz", "Upgrade", "websocket", false},
		{"/js/main.js", "Upgrade", "websocket", false},
		{"/nothing", "Upgrade", "websocket", false},
	} {
		gotWriter = nil
		w := do(h, "GET", c.path, "Connection", c.connection, "Upgrade", c.upgrade)
		if got := gotWriter == http.ResponseWriter(w); got != c.want {
			t.Errorf("%+v: reached the handler with the server's own ResponseWriter: %v", c, got)
		}
		if c.want && len(w.Header()) != 0 {
			t.Errorf("%+v: headers were set before the handler: %v", c, w.Header())
		}
	}
}

func TestUpgradeWhoseHeadersAProxyDropped(t *testing.T) {
	h := newSite(t, nil)
	for _, path := range []string{"/", "/ws"} {
		w := do(h, "GET", path, "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
		if w.Code != http.StatusUpgradeRequired || !strings.Contains(w.Body.String(), "proxy") || w.Header().Get("Upgrade") != "websocket" {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	h := newSite(t, nil)
	for _, path := range []string{"/", "/js/main.js", "/lib/beckon.js", "/lib/nothing", "/nothing", "/healthz", "/ws"} {
		header := do(h, "GET", path).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
				"img-src 'self' data: blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":     "nosniff",
			"Referrer-Policy":            "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Permissions-Policy":         "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		library := strings.HasPrefix(path, "/lib/")
		resource, allow := "same-origin", ""
		if library {
			resource, allow = "cross-origin", "*"
		}
		if header.Get("Cross-Origin-Resource-Policy") != resource || header.Get("Access-Control-Allow-Origin") != allow {
			t.Errorf("%s: other origins are told %v", path, header)
		}
	}
}

func TestProbesAreNotCached(t *testing.T) {
	h := newSite(t, nil)
	for _, path := range []string{"/healthz", "/readyz", "/nothing", "/ws"} {
		if got := do(h, "GET", path).Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control is %q", path, got)
		}
	}
}

func TestRequestsAreLoggedAtDebugOnly(t *testing.T) {
	var out bytes.Buffer
	logger := zerolog.New(&out)
	h := newSite(t, func(o *Options) { o.Logger = logger })
	do(h, "GET", "/nothing?token=secret")
	for _, want := range []string{`"level":"debug"`, `"method":"GET"`, `"path":"/nothing"`, `"status":404`, `"message":"http request"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in the log: %s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "secret") {
		t.Errorf("the query is in the log: %s", out.String())
	}
	out.Reset()
	h = newSite(t, func(o *Options) { o.Logger = logger.Level(zerolog.InfoLevel) })
	do(h, "GET", "/")
	if out.Len() != 0 {
		t.Errorf("logged at info level: %s", out.String())
	}
}

func TestNewRefusesFilesItCannotServe(t *testing.T) {
	for what, files := range map[string]fstest.MapFS{
		"no index.html":      {"a.js": {}},
		"an unknown type":    {"index.html": {}, "tool.exe": {}},
		"no extension":       {"index.html": {}, "LICENSE": {}},
		"an unreadable file": {"index.html": {Mode: 1 << 31}},
	} {
		if _, err := New(Options{Files: files}); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

func TestTheEmbeddedClientIsServed(t *testing.T) {
	h := newSite(t, func(o *Options) { o.Files = web.Files() })
	if w := do(h, "GET", "/"); w.Code != 200 || !strings.Contains(strings.ToLower(w.Body.String()), "<!doctype html>") {
		t.Errorf("/: %d", w.Code)
	}
}
