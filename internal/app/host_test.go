package app_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"beckon/internal/testkit"
)

// asked sends a request, written by hand, and returns the status and the text of the answer.
func (s *server) asked(target, host string, headers ...string) (status int, text string) {
	s.t.Helper()
	conn, err := s.connect()
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	return get(s.t, conn, target, host, headers...)
}

func get(t *testing.T, conn net.Conn, target, host string, headers ...string) (status int, text string) {
	t.Helper()
	lines := append([]string{"GET " + target + " HTTP/1.1", "Host: " + host}, headers...)
	if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusSwitchingProtocols {
		return response.StatusCode, ""
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// handshake is what asks for a WebSocket, besides the Host.
var handshake = []string{
	"Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
}

// A page that has made its own name mean this server's address gets nothing from it.
func TestRebinding(t *testing.T) {
	s := onLoopback(t, "--allowed-host=chat.example", "--allowed-host=*.preview.example")
	rebound := with(handshake, "Origin: http://evil.example")
	for _, path := range []string{"/", "/ws", "http://evil.example/ws", "/lib/beckon.js", "/whoami", "/nothing"} {
		for _, headers := range [][]string{nil, rebound, with(handshake, "Sec-WebSocket-Protocol: beckon.silence")} {
			status, text := s.asked(path, "evil.example", headers...)
			if status != http.StatusMisdirectedRequest || !strings.HasSuffix(text, "--allowed-host evil.example\n") {
				t.Errorf("%s of evil.example, %d headers: %d %q", path, len(headers), status, text)
			}
		}
	}
	for _, host := range []string{"chat.example", "CHAT.example.:9000", "pr-1.preview.example", "localhost", s.addr, "[::1]:9000"} {
		if status, text := s.asked("/", host); status != http.StatusOK {
			t.Errorf("the page of %s: %d %q", host, status, text)
		}
		if status, text := s.asked("/ws", host, with(handshake, "Origin: http://"+strings.TrimSuffix(host, "."))...); host != "CHAT.example.:9000" && status != http.StatusSwitchingProtocols {
			t.Errorf("a socket at %s: %d %q", host, status, text)
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if status, text := s.asked(path, "10-1-2-3.pods.cluster.local"); status != http.StatusOK {
			t.Errorf("%s: %d %q", path, status, text)
		}
	}
	s.stop()
	seen := map[string]bool{}
	for _, l := range s.logged("refused") {
		if l.Reason != "host" || !strings.HasSuffix(l.Detail, "--allowed-host evil.example") {
			t.Errorf("logged: %+v", l)
		}
		seen[l.Origin[0]] = true
	}
	if !seen[""] || !seen["http://evil.example"] {
		t.Errorf("pages and sockets are not both in the log: %v", seen)
	}
}

// Behind a trusted proxy the name is what the proxy was asked for.
func TestRebindingThroughAProxy(t *testing.T) {
	s := onLoopback(t, "--allowed-host=chat.example", "--trusted-proxy=127.0.0.1")
	for forwarded, want := range map[string]int{"chat.example": http.StatusOK, "evil.example": http.StatusMisdirectedRequest} {
		if status, text := s.asked("/", "backend", "X-Forwarded-Host: "+forwarded); status != want {
			t.Errorf("%s: %d %q", forwarded, status, text)
		}
	}
}

// Who knows no names takes all, and is warned of it where others reach the server.
func TestNoHostsAreKnown(t *testing.T) {
	const warning = "that are yours with --allowed-host"
	for _, test := range []struct {
		flags []string
		warns bool
	}{
		{[]string{"--listen=127.0.0.1:0"}, false},
		{[]string{"--listen=[::1]:0"}, false},
		{[]string{"--listen=:0"}, true},
		{[]string{"--listen=:0", "--allowed-host=chat.example"}, false},
	} {
		p := launch(t, nil, test.flags...)
		if test.warns {
			if status, text := p.asked("/ws", "any.example", handshake...); status != http.StatusSwitchingProtocols {
				t.Errorf("%d %q", status, text)
			}
		}
		if got := strings.Contains(p.stderr.String(), warning); got != test.warns {
			t.Errorf("%q: warned: %v\n%s", test.flags, got, p.stderr)
		}
	}
}

// Who does TLS knows the names of the certificate.
func TestCertifiedHosts(t *testing.T) {
	for _, test := range []struct {
		names  []string
		status int
	}{
		{[]string{"chat.example"}, http.StatusMisdirectedRequest},
		{nil, http.StatusOK}, // the certificate is for an address alone
	} {
		cert, key := selfSigned(t, test.names...)
		p := launch(t, nil, "--listen=127.0.0.1:0", "--tls-cert="+cert, "--tls-key="+key)
		for host, want := range map[string]int{"chat.example": http.StatusOK, "127.0.0.1": http.StatusOK, "evil.example": test.status} {
			conn, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}).DialContext(context.Background(), "tcp", p.addr)
			if err != nil {
				t.Fatal(err)
			}
			if status, text := get(t, conn, "/", host); status != want {
				t.Errorf("%s, certificate for %q: %d %q", host, test.names, status, text)
			}
			conn.Close()
		}
	}
}

// What is allowed changes with a reload.
func TestReloadOfHosts(t *testing.T) {
	c := launchWith(t, "allowed-host: a.example\n")
	for _, step := range []struct{ file, good, bad string }{
		{"allowed-host: a.example\n", "a.example", "b.example"}, {"allowed-host: b.example\n", "b.example", "a.example"},
	} {
		c.write(step.file)
		c.reload()
		c.connects(true, 0, testkit.Header("Host", step.good))
		c.connects(false, http.StatusMisdirectedRequest, testkit.Header("Host", step.bad))
	}
}
