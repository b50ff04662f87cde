package app_test

import (
	"testing"
	"time"

	"beckon/internal/frame"
	"beckon/internal/testkit"
)

// The heartbeat of the contract: a ping every 25 s, and 10 s to answer it.
const (
	pingInterval = 25 * time.Second
	pongTimeout  = 10 * time.Second
)

func TestPingsComeEvery25Seconds(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		opened := time.Now()
		a, b := s.pair("ana", "ben")
		a.ExpectNothing(time.Hour)
		b.ExpectNothing(0)
		for _, c := range []*testkit.Client{a, b} {
			pings := c.Pings()
			if want := int(time.Hour / pingInterval); len(pings) < want-1 || len(pings) > want {
				t.Errorf("%d pings in an hour, want %d", len(pings), want)
			}
			for i, at := range pings {
				if want := time.Duration(i+1) * pingInterval; at.Sub(opened) != want {
					t.Fatalf("ping %d comes after %v, want %v", i, at.Sub(opened), want)
				}
			}
		}
		a.Say(testkit.Message{"type": "offer", "name": "ben", "offer": 1})
		b.ExpectRelay("offer", "ana")
	})
}

// A peer that answers nothing is dropped 10 s after the ping, and the others are told.
func TestSilentPeerIsDropped(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a := s.user("ana")
		opened := time.Now()
		silent := s.user("silent", testkit.Mute())
		a.ExpectJoined("silent")
		a.ExpectNothing(pingInterval + pongTimeout - time.Since(opened) - time.Millisecond)
		silent.ExpectNothing(0)
		_, end := silent.Drain()
		if took := end.At.Sub(opened); took != pingInterval+pongTimeout {
			t.Errorf("dropped after %v, want %v", took, pingInterval+pongTimeout)
		}
		a.ExpectLeft("silent")
		if took := time.Since(opened); took > pingInterval+pongTimeout+20*time.Millisecond {
			t.Errorf("the others are told after %v", took)
		}
		s.user("silent")
		a.ExpectJoined("silent")
	})
}

// So is one that does not even read the ping.
func TestFrozenPeerIsDropped(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a := s.user("ana")
		opened := time.Now()
		frozen := s.open(testkit.Frozen())
		frozen.Send(`{"type":"login","name":"frozen"}`)
		a.ExpectJoined("frozen")
		a.ExpectLeftBy(opened.Add(pingInterval+pongTimeout+20*time.Millisecond), "frozen")
		s.user("frozen")
		a.ExpectJoined("frozen")
	})
}

// Whatever a peer says counts as an answer, in whole messages.
func TestWhatKeepsAPeerAlive(t *testing.T) {
	signs := map[string]struct {
		frames []testkit.RawFrame
		alive  bool
	}{
		"a pong":         {[]testkit.RawFrame{{FIN: true, Opcode: byte(frame.Pong)}}, true},
		"a ping":         {[]testkit.RawFrame{testkit.PingFrame("")}, true},
		"a message":      {[]testkit.RawFrame{testkit.TextFrame(`{"type":"ping"}`)}, true},
		"a bad message":  {[]testkit.RawFrame{testkit.TextFrame(`{`)}, true},
		"a fragment":     {[]testkit.RawFrame{{Opcode: byte(frame.Text), Payload: []byte("{")}}, false},
		"half a header":  {nil, false},
		"nothing at all": {nil, false},
	}
	for name, sign := range signs {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server) {
				opened := time.Now()
				r := s.raw()
				r.Expect(frame.Ping)
				if name == "half a header" {
					r.Write([]byte{0x81})
				}
				r.Send(sign.frames...)
				p, err := r.Read()
				for err == nil && (p.Opcode == frame.Text || p.Opcode == frame.Pong) {
					p, err = r.Read() // the answer to the sign
				}
				alive := err == nil && p.Opcode == frame.Ping
				if alive != sign.alive {
					t.Fatalf("alive %v, want %v: %v %v", alive, sign.alive, p, err)
				}
				if want := 2 * pingInterval; alive && time.Since(opened) != want {
					t.Errorf("the second ping comes after %v, want %v", time.Since(opened), want)
				}
				if want := pingInterval + pongTimeout; !alive && time.Since(opened) != want {
					t.Errorf("dropped after %v, want %v", time.Since(opened), want)
				}
			})
		})
	}
}

func TestHeartbeatSettings(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		opened := time.Now()
		c := s.user("ana", testkit.Mute())
		_, end := c.Drain()
		if got, want := end.At.Sub(opened), 7*time.Second; got != want {
			t.Errorf("dropped after %v, want %v", got, want)
		}
		if pings := c.Pings(); len(pings) != 1 || pings[0].Sub(opened) != 5*time.Second {
			t.Errorf("pings at %v", pings)
		}
	}, "--ping-interval=5s", "--pong-timeout=2s")
}

func TestLoginTimeout(t *testing.T) {
	const limit = 30 * time.Second
	flag := "--login-timeout=30s"
	closes := func(t *testing.T, c *testkit.Client, since time.Time) {
		t.Helper()
		time.Sleep(limit - time.Since(since) - time.Millisecond)
		c.ExpectNothing(0)
		if end := c.ExpectClose(4002); end.At.Sub(since) != limit || end.Reason == "" {
			t.Errorf("closed after %v for %q, want %v", end.At.Sub(since), end.Reason, limit)
		}
	}
	for name, test := range map[string]func(t *testing.T, s *server){
		"silent": func(t *testing.T, s *server) {
			closes(t, s.open(), time.Now())
		},
		"busy without a login": func(t *testing.T, s *server) {
			opened, c := time.Now(), s.open()
			time.Sleep(limit / 2)
			c.ExpectPong("here")
			c.LoginRefused("bad_name", testkit.Message{"name": " "})
			c.Send(`{"type":"ice"}`)
			c.ExpectError("not_logged_in")
			closes(t, c, opened)
		},
		"after a logout": func(t *testing.T, s *server) {
			c := s.user("ana")
			c.ExpectNothing(10 * limit)
			c.Send(`{"type":"leave"}`)
			closes(t, c, time.Now())
		},
		"in time": func(t *testing.T, s *server) {
			c := s.open()
			time.Sleep(limit - time.Millisecond)
			c.Login("ana")
			c.ExpectNothing(10 * limit)
			c.Send(`{"type":"leave"}`)
			time.Sleep(limit / 2)
			c.Login("ana")
			c.ExpectNothing(10 * limit)
		},
	} {
		t.Run(name, func(t *testing.T) { virtual(t, test, flag) })
	}
}

// A client that is slow to say what it wants does not hold a connection for ever, before the upgrade either.
func TestSlowHandshakeIsCut(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		conn, err := s.via(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		opened := time.Now()
		go conn.Write([]byte("GET /ws HTTP/1.1\r\nHost: beckon.test\r\n"))
		for buffer := make([]byte, 512); err == nil; {
			_, err = conn.Read(buffer)
		}
		if took := time.Since(opened); took > time.Minute {
			t.Errorf("cut after %v", took)
		}
	})
}
