package app_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"beckon/internal/testkit"
)

// What `beckon doctor` needs of a server.
func TestWhoAmI(t *testing.T) {
	s := onLoopback(t, "--base-path=/chat", "--trusted-proxy=127.0.0.1")
	response, body, err := s.get("/chat/whoami")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response, err)
	}
	var who struct {
		Client           struct{ Kind string }
		Proxy            bool
		Scheme, BasePath string
	}
	if err := json.Unmarshal([]byte(body), &who); err != nil || who.Client.Kind != "loopback" || !who.Proxy || who.Scheme != "http" || who.BasePath != "/chat" {
		t.Errorf("%s, %v", body, err)
	}
}

// A silent socket does not keep the server from stopping.
func TestSilentSocketsEndWithTheServer(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		conn, err := s.connect()
		if err != nil {
			t.Fatal(err)
		}
		r := testkit.Handshake(t, conn, "Sec-WebSocket-Protocol: beckon.silence")
		s.stop()
		r.ExpectEnd()
	})
}
