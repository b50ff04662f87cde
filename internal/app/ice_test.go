package app_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"beckon/internal/testkit"
)

// iceServer is an RTCIceServer (webrtc-pc section 4.2.4) whose urls may be a string or a list.
type iceServer struct {
	URLs       any    `json:"urls"`
	Username   string `json:"username"`
	Credential string `json:"credential"`
}

func iceServers(t *testing.T, f testkit.Frame) []iceServer {
	t.Helper()
	var servers []iceServer
	if err := json.Unmarshal([]byte(f.Value("iceServers")), &servers); err != nil {
		t.Fatalf("%v in %s", err, f.JSON)
	}
	for i, s := range servers {
		if list, ok := s.URLs.([]any); ok && len(list) == 1 {
			servers[i].URLs = list[0]
		}
	}
	return servers
}

func TestICEServers(t *testing.T) {
	want := []iceServer{
		{URLs: "stun:stun.example.org:3478"},
		{URLs: "turn:turn.example.org:3478?transport=udp", Username: "ana", Credential: "secret"},
		{URLs: "turns:turn.example.org:5349", Username: "ana", Credential: "secret"},
	}
	virtual(t, func(t *testing.T, s *server) {
		c := s.open()
		if got := iceServers(t, c.Login("ana").Frame); !reflect.DeepEqual(got, want) {
			t.Errorf("the login reply has %+v", got)
		}
		c.Send(`{"type":"ice"}`)
		f := c.Expect("ice")
		f.ExpectKeys("iceServers", "ttl")
		if got := iceServers(t, f); !reflect.DeepEqual(got, want) {
			t.Errorf("the ice reply has %+v", got)
		}
		if f.Number("ttl") < 0 {
			t.Errorf("ttl %v", f.Number("ttl"))
		}
	}, "--ice-server=stun:stun.example.org:3478",
		"--ice-server=turn:ana:secret@turn.example.org:3478?transport=udp",
		"--ice-server=turns:ana:secret@turn.example.org:5349")
}

func TestNoICEServers(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		c := s.user("ana")
		c.Send(`{"type":"ice","name":7,"x":null}`)
		if f := c.Expect("ice"); f.Value("iceServers") != "[]" {
			t.Errorf("got %s", f.JSON)
		}
	})
}
