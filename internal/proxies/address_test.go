//go:build unix

package proxies_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"beckon/internal/testkit"
)

const onePerClient = "--max-connections-per-ip=1"

func TestClientAddress(t *testing.T) {
	everywhere(t, func(t *testing.T, p *product) {
		m := mounts[0]
		tellsClientsApart(p.newFront(t, m, newServer(t, m, onePerClient).address))
	})
}

func TestUnixSocket(t *testing.T) {
	expectOnPage(t, "beckon "+strings.Join(bySocket.flags, " ")+"\n")
	everywhere(t, func(t *testing.T, p *product) {
		dir, err := os.MkdirTemp("", "beckon-proxies-")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		flags := []string{onePerClient, "--socket-mode=0666"}
		for _, flag := range bySocket.flags {
			flags = append(flags, strings.Replace(flag, "/run/beckon", dir, 1))
		}
		f := p.newFront(t, bySocket, bareServer(t, flags...).address)
		servesPage(f)
		tellsClientsApart(f)
	})
}

func TestPROXYProtocol(t *testing.T) {
	expectOnPage(t, "beckon "+serverFlags+" "+strings.Join(announced.flags, " ")+"\n")
	s := newServer(t, announced)
	f := haproxy.newFront(t, announced, s.address)
	servesPage(f)
	f.open(testkit.Through(f.dialFrom("127.0.0.2")), testkit.Header("X-Forwarded-For", "192.0.2.1"),
		testkit.Header("Origin", "https://"+testHost)).Login("Ana")
	eventually(t, "the log has the login", func() bool { return strings.Contains(s.said(), `"message":"login"`) })
	// Limits are not for clients of this machine, which is all that a test has, so the log must tell.
	if log := s.said(); strings.Count(log, `"remote":"127.0.0.2"`) < 2 || strings.Contains(log, "192.0.2.1") {
		t.Error("the log does not have the client's address")
	}
}

// expectOnPage finds a command on the page.
func expectOnPage(t *testing.T, command string) {
	t.Helper()
	if !strings.Contains(read(t, page), "\n"+command) {
		t.Errorf("%s does not say: %s", page, command)
	}
}

// tellsClientsApart has two clients connect, to a server that takes one connection of each. Wherever the proxy
// connects from, and whatever a client claims, each is who it is.
func tellsClientsApart(f *front) {
	from := func(source string, more ...testkit.Option) []testkit.Option {
		return append([]testkit.Option{testkit.Through(f.dialFrom(source))}, more...)
	}
	f.open(from("127.0.0.2")...)
	f.open(from("127.0.0.3")...)
	forged := testkit.Header("X-Forwarded-For", "192.0.2.1")
	for name, options := range map[string][]testkit.Option{
		"again": from("127.0.0.2"), "forged": from("127.0.0.3", forged), "twice": from("127.0.0.3", forged, forged),
	} {
		if response := f.refused(options...); response.StatusCode != http.StatusTooManyRequests {
			f.t.Errorf("%s: a second connection of one client gets %s, want 429", name, response.Status)
		}
	}
}

// What a proxy says to the server, seen from the server's place.
func TestForwardedHeaders(t *testing.T) {
	everywhere(t, func(t *testing.T, p *product) {
		for _, m := range mounts {
			t.Run(m.name, func(t *testing.T) {
				asked := make(chan *http.Request, 1)
				recorder := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					asked <- r
					w.WriteHeader(http.StatusForbidden)
				}))
				t.Cleanup(recorder.Close)
				f := p.newFront(t, m, strings.TrimPrefix(recorder.URL, "http://"))
				f.refused(testkit.V1(), testkit.Through(f.dialFrom("127.0.0.2")),
					testkit.Header("X-Forwarded-For", "192.0.2.1"), testkit.Header("X-Forwarded-Proto", "gopher"),
					testkit.Header("Origin", "https://"+testHost))
				expectHeaders(t, m, <-asked)
			})
		}
	})
}

func expectHeaders(t *testing.T, m mount, r *http.Request) {
	t.Helper()
	forwarded := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ", "), ", ")
	for what, pair := range map[string][2]string{
		"protocol":               {r.Proto, "HTTP/1.1"},
		"path":                   {r.URL.Path, m.inner() + "ws"},
		"Host":                   {r.Host, testHost},
		"Upgrade":                {strings.ToLower(r.Header.Get("Upgrade")), "websocket"},
		"Connection":             {strings.ToLower(r.Header.Get("Connection")), "upgrade"},
		"Sec-WebSocket-Protocol": {r.Header.Get("Sec-WebSocket-Protocol"), "beckon.v1"},
		"Origin":                 {strings.Join(r.Header["Origin"], ", "), "https://" + testHost},
		"X-Forwarded-Proto":      {strings.Join(r.Header["X-Forwarded-Proto"], ", "), "https"},
		"end of X-Forwarded-For": {forwarded[len(forwarded)-1], "127.0.0.2"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
		}
	}
}
