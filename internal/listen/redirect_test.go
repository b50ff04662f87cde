package listen

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
)

func TestRedirect(t *testing.T) {
	owned := []string{"chat.example.org", "192.0.2.1", "2001:db8::1"}
	for _, c := range []struct {
		httpPort, tlsPort string
		host, target      string
		want              string // Location, "" for 421
	}{
		{"80", "443", "chat.example.org", "/", "https://chat.example.org/"},
		{"80", "443", "Chat.Example.ORG.", "/", "https://chat.example.org/"},
		{"80", "443", "chat.example.org:80", "/", "https://chat.example.org/"},
		{"80", "443", "chat.example.org", "/a/b%2Fc?x=1&y=%20", "https://chat.example.org/a/b%2Fc?x=1&y=%20"},
		{"80", "443", "chat.example.org", "//evil.example/x", "https://chat.example.org//evil.example/x"},
		{"80", "443", "chat.example.org", "/\\evil.example", "https://chat.example.org/%5Cevil.example"},
		{"80", "443", "chat.example.org", "/%0d%0aSet-Cookie:x", "https://chat.example.org/%0d%0aSet-Cookie:x"},
		{"80", "443", "chat.example.org", "http://chat.example.org/x", "https://chat.example.org/x"},
		{"80", "443", "192.0.2.1", "/", "https://192.0.2.1/"},
		{"80", "443", "[2001:db8::1]", "/", "https://[2001:db8::1]/"},
		{"80", "8443", "chat.example.org", "/", "https://chat.example.org:8443/"},
		{"80", "8443", "[2001:db8::1]:80", "/", "https://[2001:db8::1]:8443/"},
		{"8080", "8443", "chat.example.org:8080", "/", "https://chat.example.org:8443/"},
		{"8080", "8443", "chat.example.org", "/", "https://chat.example.org/"},
		{"8080", "", "chat.example.org:8080", "/", "https://chat.example.org/"},

		{"80", "443", "evil.example", "/", ""},
		{"80", "443", "chat.example.org.evil.example", "/", ""},
		{"80", "443", "chat.example.org@evil.example", "/", ""},
		{"80", "443", "evil.example", "http://chat.example.org/", "https://chat.example.org/"}, // the target counts (RFC 9112 section 3.2.2)
		{"80", "443", "chat.example.org", "http://evil.example/", ""},
		{"80", "443", "", "/", ""},
	} {
		h := &redirect{owns: func(host string) bool { return slices.Contains(owned, host) }, httpPort: c.httpPort, tlsPort: c.tlsPort}
		request := httptest.NewRequest(http.MethodGet, c.target, nil)
		if request.URL.Host == "" {
			request.Host = c.host
		}
		recorder := httptest.NewRecorder()
		h.ServeHTTP(recorder, request)
		status := http.StatusPermanentRedirect
		if c.want == "" {
			status = http.StatusMisdirectedRequest
		}
		if got := recorder.Header().Get("Location"); recorder.Code != status || got != c.want {
			t.Errorf("%s of %q on port %s: %d to %q, want %d to %q", c.target, c.host, c.httpPort, recorder.Code, got, status, c.want)
		}
	}
}

func TestRedirectListener(t *testing.T) {
	authority := newCA(t)
	certPath, keyPath := authority.pair(t, 1, "localhost", "127.0.0.1")
	s := mustOpen(t, Options{Listen: "127.0.0.1:0", TLSCert: certPath, TLSKey: keyPath, Redirect: "127.0.0.1:0"})
	serve(t, s.Listeners[0], http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.String()) }))
	serve(t, s.Redirect, s.RedirectHandler)
	for _, host := range []string{"localhost", "127.0.0.1"} {
		_, port, _ := net.SplitHostPort(s.Redirect.Addr().String())
		body, err := get(t, "http://"+net.JoinHostPort(host, port)+"/chat/?room=blue", nil, authority.trust(""))
		if err != nil || body != "/chat/?room=blue" {
			t.Errorf("%s leads to %q, %v", host, body, err)
		}
	}
}
