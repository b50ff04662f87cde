//go:build linux

package attack_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// floods are connections, more than there may be.
func floods() []attack {
	return []attack{
		{
			name: "connections, too many in all", clients: 2000, each: perSocket,
			flags: []string{"--max-connections=500"}, full: refused("server_connections"),
			perform: func(s *siege) {
				in := s.pile(2000, spread, http.StatusServiceUnavailable)
				s.count(refused("server_connections"), 2000-in)
				if in < 490 || in > 498 { // all but the healthy ones, and perhaps newcomers
					s.t.Errorf("%d attackers got in", in)
				}
			},
		},
		{
			name: "connections, too many of one address", clients: 2000, each: perSocket,
			flags: []string{"--max-connections-per-ip=50"},
			perform: func(s *siege) {
				in := s.pile(2000, same, http.StatusTooManyRequests)
				s.count(refused("address_connections"), 2000-in)
				if in != 50 {
					s.t.Errorf("%d attackers got in, want 50", in)
				}
			},
		},
		{
			name: "handshakes, too many a second", clients: 2000, each: perSocket,
			flags: []string{"--handshakes-per-second-per-ip=10"},
			perform: func(s *siege) {
				begun := time.Now()
				in := s.pile(2000, same, http.StatusTooManyRequests)
				s.count(refused("address_handshakes"), 2000-in)
				if most := 40 + 10*int(time.Since(begun)/time.Second+1); in < 40 || in > most {
					s.t.Errorf("%d attackers got in, want 40 and 10 a second", in)
				}
			},
		},
		{name: "connections made and cut", clients: 50, each: perSocket, perform: (*siege).churn},
		{
			name: "connections that send nothing, or half a handshake", clients: silent, each: perRequest,
			flags: []string{"--header-timeout=2s"}, perform: (*siege).stall,
		},
	}
}

// silent is how many connections say nothing at the same time: more than the server keeps of those that are no
// WebSockets.
const silent = 9000

// Whose addresses attackers connect from.
func spread(i int) int { return i }
func same(int) int     { return 0 }

// pile opens n WebSockets from addresses and leaves them open. Those that do not get in must be refused with a status
// and told when to come back. It returns how many got in.
func (s *siege) pile(n int, from func(i int) int, status int) (in int) {
	var inside atomic.Int64
	s.crowd(n, func(i int) error {
		_, err := s.upgraded(from(i), "")
		no := refusal{}
		if !errors.As(err, &no) {
			inside.Add(1)
			return err
		}
		if seconds, bad := strconv.Atoi(no.retryAfter); no.status != status || bad != nil || seconds < 1 {
			return fmt.Errorf("%w, want %d and a time", no, status)
		}
		return nil
	})
	time.Sleep(attackTime / 2)
	return int(inside.Load())
}

// churn makes WebSockets and cuts them at once, in every stage of the handshake.
func (s *siege) churn() {
	begun := time.Now()
	s.crowd(50, func(i int) error {
		for stage := 0; time.Since(begun) < attackTime; stage++ {
			k, err := s.connect(i)
			if err != nil {
				return err
			}
			switch stage % 4 {
			case 0:
				k.Write([]byte(handshake))
			case 1:
				k.Write([]byte(handshake + "\r\n"))
			case 2:
				err = k.upgrade("")
			case 3:
				err = k.upgrade(v1)
				k.Write(fields{"name": attackerName(i), "room": "churn"}.of("login"))
			}
			if err != nil {
				return err
			}
			k.reset()
		}
		return nil
	})
}

// reset cuts the connection with a RST.
func (k *socket) reset() {
	k.Conn.(*net.TCPConn).SetLinger(0)
	k.Close()
}

// stall opens connections that send nothing or a beginning, and no more. The server must close each, and must not keep
// more of them at a time than it should.
func (s *siege) stall() {
	s.crowd(silent, func(i int) error {
		k, err := s.connect(i % 200)
		if err != nil {
			return err
		}
		k.Write([]byte([]string{"", "G", handshake}[i%3]))
		return k.expectEnd()
	})
}
