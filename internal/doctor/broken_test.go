package doctor_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"testing"
	"time"

	"beckon/internal/doctor"
)

// isUpgrade tells a request for a WebSocket, also if it has lost its headers.
func isUpgrade(r *http.Request) bool { return r.Header.Get("Sec-WebSocket-Key") != "" }

// answering answers upgrades in place of the server.
func answering(answer func(w http.ResponseWriter, r *http.Request)) proxy {
	return proxy{first: func(w http.ResponseWriter, r *http.Request) bool {
		if isUpgrade(r) {
			answer(w, r)
		}
		return isUpgrade(r)
	}}
}

func status(code int, headers ...string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		http.Error(w, "some words", code)
	}
}

// Each proxy is broken in one way, and that is what the doctor finds first.
func TestBrokenProxies(t *testing.T) {
	for name, c := range map[string]struct {
		proxy proxy
		want  []doctor.Code
	}{
		"drops the upgrade": {proxy{request: func(r *httputil.ProxyRequest) {
			r.Out.Header.Del("Upgrade")
			r.Out.Header.Del("Connection")
		}}, []doctor.Code{doctor.UpgradeDropped}},
		"answers an upgrade with a page": {answering(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }), []doctor.Code{doctor.UpgradeDropped}},
		"does not keep Host":             {proxy{request: func(r *httputil.ProxyRequest) { r.Out.Host = "backend:9000" }}, []doctor.Code{doctor.OriginRefused}},
		"loses the subprotocol":          {proxy{request: func(r *httputil.ProxyRequest) { r.Out.Header.Del("Sec-WebSocket-Protocol") }}, []doctor.Code{doctor.SubprotocolLost}},
		"loses the subprotocol's answer": {proxy{answer: func(r *http.Response) { r.Header.Del("Sec-WebSocket-Protocol") }}, []doctor.Code{doctor.SubprotocolAnswerLost}},
		"proves nothing":                 {proxy{answer: func(r *http.Response) { setProof(r) }}, []doctor.Code{doctor.UpgradeUnproven}},
		"no sockets":                     {answering(status(http.StatusNotFound)), []doctor.Code{doctor.UpgradeNotFound}},
		"no sockets at the root": {proxy{first: func(w http.ResponseWriter, r *http.Request) bool {
			if isUpgrade(r) && r.URL.Path == "/" {
				status(http.StatusNotFound)(w, r)
				return true
			}
			return false
		}}, []doctor.Code{doctor.UpgradePartial}},
		"wants a password for sockets": {answering(status(http.StatusUnauthorized)), []doctor.Code{doctor.UpgradeForbidden}},
		"redirects sockets":            {answering(status(http.StatusFound, "Location", "/elsewhere")), []doctor.Code{doctor.UpgradeRedirected}},
		"no backend for sockets":       {answering(status(http.StatusBadGateway)), []doctor.Code{doctor.BackendDown}},
		"too many sockets":             {answering(status(http.StatusTooManyRequests, "Retry-After", "1")), []doctor.Code{doctor.UpgradeLimited}},
		"any other refusal":            {answering(status(http.StatusTeapot)), []doctor.Code{doctor.UpgradeRefused}},
		"hangs up on sockets":          {answering(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), []doctor.Code{doctor.UpgradeCut}},

		"passes on a forged address": {proxy{request: func(r *httputil.ProxyRequest) {
			if forged := r.In.Header["X-Forwarded-For"]; forged != nil {
				r.Out.Header["X-Forwarded-For"] = forged
			}
		}}, []doctor.Code{doctor.ForgedAddressBelieved}},
		"does not tell the address": {proxy{request: func(r *httputil.ProxyRequest) {
			r.Out.Header.Del("X-Forwarded-For")
		}}, []doctor.Code{doctor.ForwardedMissing}},

		"removes the policy": {proxy{answer: func(r *http.Response) { r.Header.Del("Content-Security-Policy") }}, []doctor.Code{doctor.PolicyMissing}},
		"adds a policy":      {proxy{answer: func(r *http.Response) { r.Header.Add("Content-Security-Policy", "default-src 'self'") }}, []doctor.Code{doctor.PolicyDoubled}},
		"sets a policy":      {proxy{answer: func(r *http.Response) { r.Header.Set("Content-Security-Policy", "default-src 'none'") }}, []doctor.Code{doctor.PolicyChanged}},
		"caches":             {proxy{answer: func(r *http.Response) { r.Header.Set("Cache-Control", "max-age=3600") }}, []doctor.Code{doctor.CachingChanged}},
		"has not all files": {proxy{first: func(w http.ResponseWriter, r *http.Request) bool {
			if strings.HasPrefix(r.URL.Path, "/lib/") {
				http.NotFound(w, r)
			}
			return strings.HasPrefix(r.URL.Path, "/lib/")
		}}, []doctor.Code{doctor.FileMissing}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := examine(t, c.proxy.before(t, beckon(t, trusting...)))
			f.problems(c.want...)
		})
	}
}

// setProof makes the answer to an upgrade one to another request.
func setProof(r *http.Response) {
	if r.StatusCode == http.StatusSwitchingProtocols {
		r.Header.Set("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
	}
}

// Without --trusted-proxy the clients are all one.
func TestUntrustedProxy(t *testing.T) {
	f := examine(t, proxy{}.before(t, beckon(t)))
	f.problems(doctor.ProxyUntrusted)
	f.has(doctor.ForgedAddressRefused)
}

// Whoever may write X-Forwarded-For and is trusted can be anybody.
func TestTrustedClients(t *testing.T) {
	f := examine(t, "http://"+beckon(t, trusting...)+"/")
	f.problems(doctor.ForwardedMissing)
	f.has(doctor.ForgedAddressUncertain) // since the doctor is on the trusted machine
}

// A proxy that does not keep Host is found out even where the page is let in by name.
func TestHostLost(t *testing.T) {
	changing := proxy{request: func(r *httputil.ProxyRequest) { r.Out.Host = "backend:9000" }}
	backend := beckon(t, "--trusted-proxy=127.0.0.1", "--allowed-origin=http://chat.example")
	address := changing.before(t, backend)
	f := examine(t, "http://chat.example/", func(o *doctor.Options) { o.Connect = strings.Trim(strings.TrimPrefix(address, "http:"), "/") })
	f.problems(doctor.HostLost)
	f.has(doctor.AddressGiven)
}

// A proxy that takes away /chat, without the slash behind it, and puts a slash in its place.
func TestDoubledSlashes(t *testing.T) {
	doubling := proxy{request: func(r *httputil.ProxyRequest) {
		r.Out.URL.Path = "/" + strings.TrimPrefix(r.In.URL.Path, "/chat")
		r.Out.URL.RawPath = ""
	}}
	f := examine(t, doubling.before(t, beckon(t, trusting...))+"chat/")
	f.problems(doctor.SlashDoubled, doctor.SlashLost)
	f.has(doctor.PageOK)
	f.has(doctor.UpgradeOK)
}

// A server that knows its names is told of another one, by page and socket.
func TestHostRefused(t *testing.T) {
	changing := proxy{request: func(r *httputil.ProxyRequest) { r.Out.Host = "backend:9000" }}
	f := examine(t, changing.before(t, beckon(t, "--trusted-proxy=127.0.0.1", "--allowed-host=chat.example")))
	f.problems(doctor.HostRefused, doctor.HostRefused)
}

func TestForgedOrigin(t *testing.T) {
	passing := proxy{request: func(r *httputil.ProxyRequest) {
		for _, name := range []string{"X-Forwarded-Proto", "X-Forwarded-Host"} {
			r.Out.Header[name] = r.In.Header[name]
		}
	}}
	f := examine(t, passing.before(t, beckon(t, trusting...)))
	if found := f.has(doctor.ForgedOriginBelieved); !strings.Contains(found.Text, "X-Forwarded-Proto") || !strings.Contains(found.Text, "X-Forwarded-Host") {
		t.Errorf("%q", found.Text)
	}
	f.problems()
}

// What is there in place of the page.
func TestPages(t *testing.T) {
	loop := func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) }
	for want, h := range map[doctor.Code]http.HandlerFunc{
		doctor.PageForeign:   func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<title>A blog</title>") },
		doctor.PageMissing:   http.NotFound,
		doctor.PageForbidden: status(http.StatusForbidden),
		doctor.BackendDown:   status(http.StatusBadGateway),
		doctor.PageElsewhere: status(http.StatusMovedPermanently, "Location", "https://elsewhere.example/"),
		doctor.RedirectLoop:  loop,
		doctor.TLSExpected: func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "Client sent an HTTP request to an HTTPS server.", http.StatusBadRequest)
		},
	} {
		address := serve(t, h)
		f := examine(t, address)
		if found := f.has(want); found.Level != doctor.Problem {
			t.Errorf("%s is a %s", want, found.Level)
		}
		if f.report.Exit != doctor.ExitProblems {
			t.Errorf("%s: exit code %d", want, f.report.Exit)
		}
	}
}

// Whoever asks for sockets cares little about the page.
func TestSocketsWithoutPage(t *testing.T) {
	noPage := proxy{first: func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/" && !isUpgrade(r) {
			http.NotFound(w, r)
			return true
		}
		return false
	}}
	address := noPage.before(t, beckon(t, trusting...))
	f := examine(t, strings.Replace(address, "http://", "ws://", 1)+"ws")
	f.problems()
	if found := f.has(doctor.PageMissing); found.Level != doctor.Note {
		t.Errorf("a missing page is a %s", found.Level)
	}
}

// Servers that never come to an end cost no more than the time granted.
func TestSlowAnswers(t *testing.T) {
	for name, drip := range map[string]string{"nothing": "", "header": "HTTP/1.1 200 OK\r\nX: ", "body": "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"} {
		begun := time.Now()
		f := examine(t, "http://"+dripping(t, drip)+"/", impatiently)
		f.problems(doctor.NoHTTP)
		if took := time.Since(begun); took > patience {
			t.Errorf("%s: it took %v", name, took)
		}
	}
}

// dripping says something, and then a letter now and then.
func dripping(t *testing.T, text string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, err := conn.Write([]byte(text))
				for ; err == nil && text != ""; time.Sleep(10 * time.Millisecond) {
					_, err = conn.Write([]byte("x"))
				}
				conn.Read(make([]byte, 4096))
				conn.Read(make([]byte, 4096))
			}()
		}
	}()
	return ln.Addr().String()
}

func TestClock(t *testing.T) {
	late := func(r *http.Response) { r.Header.Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)) }
	noIdentity := func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/whoami" {
			http.NotFound(w, r)
		}
		return r.URL.Path == "/whoami"
	}
	f := examine(t, proxy{answer: late, first: noIdentity}.before(t, beckon(t)))
	f.problems(doctor.ClockSkew)
	if found := f.has(doctor.ClockSkew); !strings.Contains(found.Text, "1h0m") || !strings.Contains(found.Text, "behind") {
		t.Errorf("%q", found.Text)
	}
}

func TestHealth(t *testing.T) {
	draining := proxy{first: func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/readyz" {
			http.Error(w, "draining", http.StatusServiceUnavailable)
		}
		return r.URL.Path == "/readyz"
	}}
	examine(t, draining.before(t, beckon(t, trusting...))).problems(doctor.Draining)
}

func TestSlash(t *testing.T) {
	backend := beckon(t, "--base-path=/chat", "--trusted-proxy=127.0.0.1")
	for want, short := range map[doctor.Code]http.HandlerFunc{
		doctor.SlashLost: http.NotFound,
		doctor.QueryLost: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/chat/", http.StatusFound) },
	} {
		lost := proxy{first: func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/chat" {
				short(w, r)
			}
			return r.URL.Path == "/chat"
		}}
		examine(t, lost.before(t, backend)+"chat/").problems(want)
	}
}
