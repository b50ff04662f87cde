package app_test

import (
	"net/http"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// Every client is told to come back, nobody is told that the others leave, and the server ends in time.
func TestDrain(t *testing.T) {
	for how, run := range bothWays() {
		t.Run(how, func(t *testing.T) {
			run(t, func(t *testing.T, s *server) {
				clients := []*testkit.Client{s.open()} // one who is not logged in
				for i := range 5 {
					c := s.user(crowdName(i))
					for _, earlier := range clients[1:] {
						earlier.ExpectJoined(crowdName(i))
					}
					clients = append(clients, c)
				}
				begun := time.Now()
				s.cancel()
				for _, c := range clients {
					c.ExpectClose(1012)
				}
				s.awaitStop(begun)
				if conn, err := s.connect(); err == nil {
					conn.Close()
					t.Error("the server still listens after it has stopped")
				}
			})
		})
	}
}

func TestDrainWithoutClients(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		if took := s.stop(); took > time.Second {
			t.Errorf("a server without clients takes %v to stop", took)
		}
	})
}

// The closes of many clients are spread out, lest they all come back at once.
func TestDrainIsSpreadOut(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		const crowd = 100
		clients := make([]*testkit.Client, crowd)
		for i := range clients {
			clients[i] = s.open()
		}
		begun := time.Now()
		s.cancel()
		moments := map[time.Duration]int{}
		for _, c := range clients {
			moments[c.ExpectClose(1012).At.Sub(begun)]++
		}
		s.awaitStop(begun)
		for at, n := range moments {
			if n > crowd/10 {
				t.Errorf("%d of %d clients are closed in the same moment, after %v", n, crowd, at)
			}
		}
	})
}

// Clients who read nothing, or do not close their side, cannot hold up the end.
func TestDrainWithFrozenClients(t *testing.T) {
	t.Parallel() // it waits for them
	for how, run := range bothWays() {
		t.Run(how, func(t *testing.T) {
			run(t, func(t *testing.T, s *server) {
				a := s.user("ana")
				frozen := s.open(testkit.Frozen())
				frozen.Send(`{"type":"login","name":"frozen"}`)
				a.ExpectJoined("frozen")
				silent := s.raw() // reads nothing more and never closes
				defer silent.Close()
				begun := time.Now()
				s.cancel()
				a.ExpectClose(1012)
				s.awaitStop(begun)
			})
		})
	}
}

// While the server drains it is alive but not ready, and takes no new sockets: 503, so that a proxy in front
// of it tries another.
func TestRequestsDuringDrain(t *testing.T) {
	for how, run := range bothWays() {
		t.Run(how, func(t *testing.T) {
			run(t, func(t *testing.T, s *server) {
				for _, path := range []string{"/healthz", "/readyz"} {
					if response, _, err := s.get(path); err != nil || response.StatusCode != http.StatusOK {
						t.Fatalf("%s before the drain: %v %v", path, response, err)
					}
				}
				holdout := s.raw() // keeps the server draining
				defer holdout.Close()
				a := s.open()
				begun := time.Now()
				s.cancel()
				a.ExpectClose(1012)

				if r, _, err := s.get("/readyz"); err != nil || r.StatusCode != http.StatusServiceUnavailable {
					t.Errorf("/readyz while draining: %v %v", r, err)
				}
				if r, _, err := s.get("/healthz"); err != nil || r.StatusCode != http.StatusOK {
					t.Errorf("/healthz while draining: %v %v", r, err)
				}
				if conn, err := s.connect(); err != nil {
					t.Errorf("an upgrade while draining: %v, want 503", err)
				} else {
					conn.Close()
					r := testkit.DialRefused(t, s.url, s.reach(nil)...)
					if r.StatusCode != http.StatusServiceUnavailable {
						t.Errorf("an upgrade while draining: %s, want 503", r.Status)
					}
				}
				holdout.Close()
				s.awaitStop(begun)
			})
		})
	}
}

// A server that stops while clients come must not let one in and then forget it.
func TestConnectDuringDrain(t *testing.T) {
	for range 5 {
		s := onLoopback(t)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for s.knock() {
			}
		}()
		s.user("ana")
		s.stop()
		<-ended
	}
}

// knock asks for an upgrade, waits for any answer, and tells whether there is still somebody to ask.
func (s *server) knock() bool {
	conn, err := s.connect()
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(testkit.Patience))
	conn.Write([]byte("GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"))
	conn.Read(make([]byte, 1))
	return true
}
