package httpd

import (
	"bufio"
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

const patience = 20 * time.Second

// askSilence sends an upgrade for a silent socket and returns the connection and the answer.
func askSilence(t *testing.T, ln *testkit.Listener, lines ...string) (net.Conn, *http.Response) {
	t.Helper()
	conn, err := ln.Dial(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	head := append([]string{
		"GET /ws HTTP/1.1", "Host: beckon.test", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Protocol: beckon.silence",
	}, lines...)
	if _, err := io.WriteString(conn, strings.Join(head, "\r\n")+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Time{})
	return conn, response
}

// The key and its answer are those of RFC 6455 section 1.3.
var handshake = []string{"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}

// silently runs a test in virtual time with a server that has silent sockets.
func silently(t *testing.T, test func(t *testing.T, ln *testkit.Listener, silence *Silence)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		silence := NewSilence()
		h := newSite(t, func(o *Options) { o.Silence = silence })
		server, ln := NewServer(h, Bounds{HeaderTimeout: time.Second}, zerolog.Nop()), testkit.NewListener()
		ended := make(chan error, 1)
		go func() { ended <- server.Serve(ln) }()
		test(t, ln, silence)
		silence.Close()
		server.Close()
		<-ended
	})
}

func TestSilence(t *testing.T) {
	silently(t, func(t *testing.T, ln *testkit.Listener, _ *Silence) {
		conn, response := askSilence(t, ln, handshake...)
		if response.StatusCode != http.StatusSwitchingProtocols ||
			response.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" ||
			response.Header.Get("Sec-WebSocket-Protocol") != "beckon.silence" {
			t.Fatalf("%s, %v", response.Status, response.Header)
		}
		begun := time.Now()
		if n, err := conn.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("got %d bytes, %v", n, err)
		}
		if lasted := time.Since(begun); lasted != silenceTime {
			t.Errorf("the silence lasted %v, want %v", lasted, silenceTime)
		}
	})
}

func TestSilenceEnds(t *testing.T) {
	silently(t, func(t *testing.T, ln *testkit.Listener, silence *Silence) {
		talker, _ := askSilence(t, ln, handshake...)
		talker.Write([]byte{0x89})
		if _, err := talker.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("after a word: %v", err)
		}
		listener, _ := askSilence(t, ln, handshake...)
		silence.Close()
		if _, err := listener.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("after Close: %v", err)
		}
	})
}

func TestSilenceIsBounded(t *testing.T) {
	silently(t, func(t *testing.T, ln *testkit.Listener, _ *Silence) {
		var conns []net.Conn
		for range maxSilent {
			conn, _ := askSilence(t, ln, handshake...)
			conns = append(conns, conn)
		}
		if _, response := askSilence(t, ln, handshake...); response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
			t.Errorf("one too many: %s", response.Status)
		}
		conns[0].Close()
		synctest.Wait()
		if _, response := askSilence(t, ln, handshake...); response.StatusCode != http.StatusSwitchingProtocols {
			t.Errorf("after one has gone: %s", response.Status)
		}
	})
}

func TestSilenceRefuses(t *testing.T) {
	silently(t, func(t *testing.T, ln *testkit.Listener, _ *Silence) {
		for want, lines := range map[int][]string{
			http.StatusForbidden:  append([]string{"Origin: http://beckon.test"}, handshake...),
			http.StatusBadRequest: {"Sec-WebSocket-Version: 8", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="},
		} {
			if _, response := askSilence(t, ln, lines...); response.StatusCode != want {
				t.Errorf("%v: %s, want %d", lines, response.Status, want)
			}
		}
	})
}
