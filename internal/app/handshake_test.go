package app_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// What a client sends behind its handshake without waiting for the answer (RFC 6455 section 4.1 says to wait) ends the
// connection, for a clear reason or none. It takes no place from others, and nothing of it is ever acted upon.
func TestDataBehindTheHandshake(t *testing.T) {
	s := onLoopback(t, "--max-connections=2")
	watcher := s.user("watcher")
	for range 10 { // more often than there are places
		conn, err := s.connect()
		if err != nil {
			t.Fatal(err)
		}
		handshake := "GET /ws HTTP/1.1\r\nHost: " + s.addr + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
		login := testkit.TextFrame(`{"type":"login","name":"eager"}`).Bytes()
		if _, err := io.WriteString(conn, handshake+string(login)); err != nil {
			t.Fatal(err)
		}
		if answer, _ := io.ReadAll(conn); strings.Contains(string(answer), `"success"`) {
			t.Errorf("answered with %q", answer)
		}
		conn.Close()
	}
	watcher.ExpectPong("nobody came")
	awaitPlace(t, s)
	s.user("patient")
	watcher.ExpectJoined("patient")
}

// awaitPlace waits until the server would take one more connection: a place is given back a moment after the
// connection that had it is closed.
func awaitPlace(t *testing.T, s *server) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, "http://"+s.addr+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Connection", "Upgrade") // and no key: admitted, then refused as no handshake
	request.Header.Set("Upgrade", "websocket")
	for deadline := time.Now().Add(testkit.Patience); ; time.Sleep(time.Millisecond) {
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode == http.StatusBadRequest {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server still answers %s", response.Status)
		}
	}
}

// A few bytes can stand for any number of them in a compressed message, before any limit counts them.
func TestNoCompression(t *testing.T) {
	s := onLoopback(t)
	for _, offer := range []string{
		"permessage-deflate", "permessage-deflate; client_max_window_bits", "x-webkit-deflate-frame",
		"permessage-deflate; server_no_context_takeover; client_no_context_takeover, permessage-bzip2",
	} {
		request, err := http.NewRequest(http.MethodGet, "http://"+s.addr+"/ws", nil)
		if err != nil {
			t.Fatal(err)
		}
		for key, value := range map[string]string{
			"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
			"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Extensions": offer,
		} {
			request.Header.Set(key, value)
		}
		conn, err := s.connect()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := request.Write(conn); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(bufio.NewReader(conn), request)
		if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("%s: %v %v", offer, response, err)
		}
		if chosen := response.Header.Values("Sec-WebSocket-Extensions"); len(chosen) > 0 {
			t.Errorf("%s: the server has chosen %q", offer, chosen)
		}
	}
}

// Candidates are for the browsers to judge: names of this network's own (mDNS), addresses of either kind, what an empty
// one and null stand for, and what nobody knows yet, all arrive to the byte.
func TestCandidatesAreNotJudged(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a, b := s.pair("ana", "ben")
		for _, candidate := range []string{
			`{"candidate":"candidate:1 1 udp 2113937151 4b1c2f6e-3a5d-4e0f-9d1c-7f2a8b6c5d4e.local 51000 typ host","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"x+/y"}`,
			`{"candidate":"candidate:2 1 tcp 1518280447 2001:db8::7 9 typ host tcptype active generation 0 network-id 3","sdpMid":null,"sdpMLineIndex":null}`,
			`{"candidate":"candidate:3 1 udp 1 127.0.0.1 1 typ relay raddr 0.0.0.0 rport 0","sdpMid":"audio"}`,
			`{"candidate":"","sdpMid":"0"}`, `{"candidate":"candidate:not one at all"}`, `""`, `null`,
		} {
			a.Send(`{"type":"candidate","name":"ben","candidate":` + candidate + `}`)
			if got := b.ExpectRelay("candidate", "ana").Value("candidate"); got != candidate {
				t.Errorf("%s arrives as %s", candidate, got)
			}
		}
	})
}
