package config

import (
	"io"
	"os"
	"slices"
	"testing"
)

func TestChangedNamesTheFlags(t *testing.T) {
	for _, c := range []struct {
		about       string
		first, then []string
		want        []string
	}{
		{"nothing", []string{"--ice-server=turn:u:p@h", "--trusted-proxy=::1"}, []string{"--ice-server=turn:u:p@h", "--trusted-proxy=::1"}, nil},
		{"each kind of value", nil, []string{
			"--listen=:1", "--socket-mode=0600", "--trusted-proxy=::1", "--proxy-protocol", "--allowed-origin=http://a", "--ice-server=stun:a", "--turn",
			"--turn-public-ip=192.0.2.1", "--turn-relay-ports=5000-6000", "--turn-allow-peer=10.0.0.0/8", "--ping-interval=1m", "--max-users=1",
		}, []string{
			"listen", "socket-mode", "trusted-proxy", "proxy-protocol", "allowed-origin", "ice-server", "turn",
			"turn-public-ip", "turn-relay-ports", "turn-allow-peer", "ping-interval", "max-users",
		}},
		{"a secret that is not shown", []string{"--ice-server=turn:u:p@h"}, []string{"--ice-server=turn:u:q@h"}, []string{"ice-server"}},
		{"the order of a list", []string{"--ice-server=stun:a,stun:b"}, []string{"--ice-server=stun:b,stun:a"}, []string{"ice-server"}},
		{"a default that another setting moves", nil, []string{"--max-message-bytes=2000000"}, []string{"max-message-bytes", "outbox-bytes", "backlog-bytes"}},
	} {
		first, err := Load(c.first, nil, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		then, err := Load(c.then, nil, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if got := Changed(first, then); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.about, got, c.want)
		}
		if got := Changed(then, first); !slices.Equal(got, c.want) {
			t.Errorf("%s, backwards: %q, want %q", c.about, got, c.want)
		}
	}
	empty, none := Config{Access: Access{AllowedOrigins: []string{}}}, Config{}
	if got := Changed(empty, none); got != nil {
		t.Errorf("an empty list in place of none: %q", got)
	}
}

// Another Load of the same input reads the file anew, and flags and variables still win over it.
func TestInputIsReadAgain(t *testing.T) {
	path := written(t, "max-users: 1\nmax-rooms: 1\nmax-room-users: 1\n")
	in := Input{Args: []string{"--config", path, "--max-users=7"}, Environ: []string{"BECKON_MAX_ROOMS=8"}}
	for _, inFile := range []int{1, 2} {
		c, err := in.Load(io.Discard)
		if err != nil || c.MaxUsers != 7 || c.MaxRooms != 8 || c.MaxRoomUsers != inFile {
			t.Errorf("%d users, %d rooms, %d in each, %v", c.MaxUsers, c.MaxRooms, c.MaxRoomUsers, err)
		}
		if err := os.WriteFile(path, []byte("max-users: 2\nmax-rooms: 2\nmax-room-users: 2\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
