package listen

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/testkit"
)

// A binding request of STUN, its header alone.
const bindingRequest = "\x00\x01\x00\x00\x21\x12\xa4\x42twelve bytes"

const request = "GET / HTTP/1.1\r\nHost: chat.example.org\r\nConnection: close\r\n\r\n"

func TestIsSTUN(t *testing.T) {
	for head, want := range map[string]verdict{
		"": unclear, "\x00": unclear, "\x03": unclear, "\x00\x01\x00\x00\x21\x12\xa4": unclear,
		bindingRequest: yes, "\x00\x03\x00\x08\x21\x12\xa4\x42": yes, "\x01\x13\x00\x00\x21\x12\xa4\x42": yes,
		"\x04": no, "\x40\x00\x00\x00\x21\x12\xa4\x42": no, "\x00\x01\x00\x00\x21\x12\xa4\x43": no, "\x00\x00\x00\x00\x00\x00\x00\x00": no,
		"G": no, "P": no, "\x16\x03\x01": no, "\x80": no, "\xff": no, "\r\n": no, " ": no,
	} {
		if got := isSTUN([]byte(head)); got != want {
			t.Errorf("%q: %v, want %v", head, got, want)
		}
	}
}

// sharing serves whoami and echoes STUN on one port, which certificates for chat.example.org are for.
type sharing struct {
	set       *Set
	authority *ca
	taken     chan net.Addr // of each connection that spoke STUN
}

func newSharing(t *testing.T, change func(*Options)) *sharing {
	t.Helper()
	s := &sharing{authority: newCA(t), taken: make(chan net.Addr, 100)}
	certPath, keyPath := s.authority.pair(t, 1, "chat.example.org")
	opts := Options{
		Listen: "127.0.0.1:0", TLSCert: certPath, TLSKey: keyPath, HeaderTimeout: patience, SharePort: true,
		TakeSTUN: func(conn net.Conn) {
			s.taken <- conn.RemoteAddr()
			go func() {
				defer conn.Close()
				io.Copy(conn, conn)
			}()
		},
	}
	if change != nil {
		change(&opts)
	}
	s.set = mustOpen(t, opts)
	for _, ln := range []net.Listener{s.set.Listeners[0], s.set.TURNS} {
		if ln != nil {
			serve(t, ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprintf(w, "TLS %v, from %s", r.TLS != nil, r.RemoteAddr)
			}))
		}
	}
	return s
}

func (s *sharing) dial(t *testing.T, address string, protocols ...string) *tls.Conn {
	t.Helper()
	config := s.authority.trust("chat.example.org")
	config.NextProtos = protocols
	conn, err := tls.Dial("tcp", address, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	return conn
}

func (s *sharing) address() string { return s.set.Listeners[0].Addr().String() }

// One port, two protocols: whatever the pieces in which the first bytes come.
func TestSharedPort(t *testing.T) {
	s := newSharing(t, nil)
	if !s.set.SharesSTUN() || s.set.TURNS != nil {
		t.Fatal("the port is not shared")
	}
	for _, c := range []struct {
		about, says string
		protocols   []string
		want        string // the beginning of the answer; of STUN its echo
	}{
		{"HTTP/1.1", request, []string{"http/1.1"}, "HTTP/1.1 200 OK"},
		{"HTTP/1.1 without ALPN", request, nil, "HTTP/1.1 200 OK"},
		{"HTTP/2 nevertheless", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", nil, "HTTP/1.1 200 OK"},
		{"STUN", bindingRequest, nil, bindingRequest},
		{"STUN that says so", bindingRequest, []string{"stun.turn"}, bindingRequest},
		{"STUN from a browser's pool", bindingRequest, []string{"h2", "http/1.1"}, bindingRequest},
		{"zeros", strings.Repeat("\x00", 20) + "\r\n\r\n", nil, "HTTP/1.1 400 Bad Request"},
		{"ChannelData", "\x40\x00\x00\x04\x21\x12\xa4\x42\r\n\r\n", nil, "HTTP/1.1 400 Bad Request"},
		{"TLS in TLS", "\x16\x03\x01\x00\x05\r\n\r\n", nil, "HTTP/1.1 400 Bad Request"},
	} {
		for _, piece := range []int{len(c.says), 1, 3} {
			conn := s.dial(t, s.address(), c.protocols...)
			for says := []byte(c.says); len(says) > 0; says = says[min(piece, len(says)):] {
				if _, err := conn.Write(says[:min(piece, len(says))]); err != nil {
					break // it was refused in the middle
				}
			}
			got := make([]byte, len(c.want))
			if _, err := io.ReadFull(conn, got); err != nil || string(got) != c.want {
				t.Errorf("%s in pieces of %d: got %q, %v", c.about, piece, got, err)
			}
			select {
			case from := <-s.taken:
				if c.want != bindingRequest || from.String() != conn.LocalAddr().String() {
					t.Errorf("%s: taken for STUN, from %v", c.about, from)
				}
			default:
				if c.want == bindingRequest {
					t.Errorf("%s: not taken", c.about)
				}
			}
		}
	}
}

// A handler learns that there is TLS, which pages of the same origin are told by.
func TestSharedPortIsHTTPS(t *testing.T) {
	s := newSharing(t, nil)
	body, err := get(t, "https://"+s.address(), nil, s.authority.trust("chat.example.org"))
	if err != nil || !strings.HasPrefix(body, "TLS true, from 127.0.0.1:") {
		t.Errorf("%q, %v", body, err)
	}
	plain, err := net.Dial("tcp", s.address())
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	plain.SetDeadline(time.Now().Add(patience))
	io.WriteString(plain, request)
	if text, _ := io.ReadAll(plain); !bytes.HasPrefix(text, []byte("HTTP/1.0 400 Bad Request")) {
		t.Errorf("to HTTP without TLS it says %q", text)
	}
}

// inBubble serves 404 and echoes STUN in virtual time, with a limit of 5 s.
func inBubble(t *testing.T, test func(t *testing.T, dial func() net.Conn, trust *tls.Config, taken *int)) {
	t.Helper()
	authority := newCA(t)
	certPath, keyPath := authority.pair(t, 1, "localhost")
	synctest.Test(t, func(t *testing.T) {
		id, err := newKeyPair(certPath, keyPath, zerolog.Nop())
		if err != nil {
			t.Fatal(err)
		}
		memory, taken := testkit.NewListener(), 0
		serve(t, &sharedListener{Listener: memory, config: id.config(), timeout: 5 * time.Second, take: func(conn net.Conn) {
			taken++
			go func() {
				defer conn.Close()
				io.Copy(conn, conn)
			}()
		}}, http.NotFoundHandler())
		test(t, func() net.Conn {
			conn, err := memory.Dial(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			return conn
		}, authority.trust("localhost"), &taken)
	})
}

// Who says nothing, or not enough, is cut when the time is up: before the handshake, in it and after it.
func TestSharedPortWaitsForALimitedTime(t *testing.T) {
	inBubble(t, func(t *testing.T, dial func() net.Conn, trust *tls.Config, taken *int) {
		for _, says := range []string{"", "\x16", "\x16\x03\x01\x40\x00"} {
			conn, begun := dial(), time.Now()
			io.WriteString(conn, says)
			io.Copy(io.Discard, conn)
			if took := time.Since(begun); took != 5*time.Second {
				t.Errorf("%q without TLS: cut after %v", says, took)
			}
			conn.Close()
		}
		for _, says := range []string{"", "\x00", bindingRequest[:7], "GET / HT"} {
			raw := dial()
			conn := tls.Client(raw, trust)
			time.Sleep(4 * time.Second)
			if err := conn.Handshake(); err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			go io.WriteString(conn, says)
			io.Copy(io.Discard, conn)
			if took := time.Since(begun); took != 5*time.Second {
				t.Errorf("%q: cut after %v", says, took)
			}
			raw.Close()
		}
		if *taken != 0 {
			t.Errorf("%d were taken for STUN", *taken)
		}
	})
}

// What the first owner still does to a connection that was taken does not disturb the second, nor do its deadlines.
func TestTakenConnectionsAreAnothers(t *testing.T) {
	inBubble(t, func(t *testing.T, dial func() net.Conn, trust *tls.Config, taken *int) {
		conn := tls.Client(dial(), trust)
		defer conn.Close()
		buffer := make([]byte, len(bindingRequest))
		for range 3 {
			io.WriteString(conn, bindingRequest)
			if _, err := io.ReadFull(conn, buffer); err != nil || string(buffer) != bindingRequest || *taken != 1 {
				t.Fatalf("%q, %v", buffer, err)
			}
			time.Sleep(time.Minute)
		}
	})
}

// A second port is for STUN, too; who comes to it with HTTP gets an answer of whoever serves it.
func TestTURNSPort(t *testing.T) {
	s := newSharing(t, func(o *Options) { o.SharePort, o.TURNS = false, "127.0.0.1:0" })
	if s.set.SharesSTUN() {
		t.Error("the site's port is shared though nobody asked for it")
	}
	for address, want := range map[string]string{s.set.TURNS.Addr().String(): bindingRequest, s.address(): "HTTP/1.1 400 Bad Req"} {
		conn := s.dial(t, address)
		io.WriteString(conn, bindingRequest+"\r\n\r\n")
		got := make([]byte, len(want))
		if _, err := io.ReadFull(conn, got); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", address, got, err)
		}
	}
	refused(t, Options{Listen: "127.0.0.1:0", TURNS: ":0"},
		"--turns-listen: there is no certificate for its TLS: add --tls-cert and --tls-key, or --acme-domain")
}

// The client's address comes from a PROXY header where a trusted proxy sends one.
func TestSharedPortBehindPROXYProtocol(t *testing.T) {
	s := newSharing(t, func(o *Options) { o.ProxyProtocol, o.Trusts = true, func(net.Addr) bool { return true } })
	raw, err := net.Dial("tcp", s.address())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	raw.SetDeadline(time.Now().Add(patience))
	io.WriteString(raw, "PROXY TCP4 192.0.2.7 192.0.2.1 50000 443\r\n")
	conn := tls.Client(raw, s.authority.trust("chat.example.org"))
	io.WriteString(conn, bindingRequest)
	if _, err := bufio.NewReader(conn).Peek(len(bindingRequest)); err != nil {
		t.Fatal(err)
	}
	if from := <-s.taken; from.String() != "192.0.2.7:50000" {
		t.Errorf("from %v", from)
	}
}

func TestCertificateNames(t *testing.T) {
	s := newSharing(t, nil).set
	if s.CertificateName() != "chat.example.org" || !s.Certifies("chat.example.org") || s.Certifies("other.example.org") {
		t.Errorf("for %q", s.CertificateName())
	}
	if plain := mustOpen(t, Options{Listen: "127.0.0.1:0"}); plain.CertificateName() != "" || plain.Certifies("localhost") || plain.SharesSTUN() {
		t.Error("there is a certificate without TLS")
	}
}
