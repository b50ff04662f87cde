//go:build linux

package attack_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"beckon/internal/frame"
	"beckon/internal/testkit"
)

// slowness is clients that never come to an end.
func slowness() []attack {
	return []attack{
		{
			name: "requests, byte by byte", clients: 1500, each: perRequest,
			flags: []string{"--header-timeout=1s"},
			perform: func(s *siege) {
				s.crowd(1500, func(i int) error {
					kind := slowRequests[i%len(slowRequests)]
					return s.drip(i, kind.beginning, kind.rest)
				})
			},
		},
		{
			name: "frames, byte by byte", clients: 500, each: perSocket + perMessage,
			flags: []string{"--ping-interval=2s", "--pong-timeout=1500ms"},
			perform: func(s *siege) {
				s.count(ended("ping_timeout"), 500)
				door := make(chan struct{}, 20) // they come a few at a time, lest they time out before they have begun
				s.crowd(500, func(i int) error {
					door <- struct{}{}
					k, err := s.enter(i, "", "drips")
					<-door
					if err != nil {
						return err
					}
					return k.dripFrames(i%2 == 0)
				})
			},
		},
		{
			name: "messages without an end, before the login", clients: 4000, each: perSocket + perLogin,
			perform: func(s *siege) { s.withhold(4000) },
		},
		{
			name: "no login", clients: 3000, each: perSocket,
			flags: []string{"--login-timeout=2s"},
			perform: func(s *siege) {
				s.count(ended("login_timeout"), 3000)
				s.crowd(3000, func(i int) error {
					k, err := s.upgraded(i, "")
					if err != nil {
						return err
					}
					return k.expectClose(4002)
				})
			},
		},
	}
}

// withhold has n attackers send all but the last byte of a message that is as long as it may be before a login, in one
// frame or in many, and one in ten begin with one that is longer, which must be refused at once. In the end the last byte
// gets its answer.
func (s *siege) withhold(n int) {
	const most, usual = 16 << 10, 64 << 10
	text := fields{"x": strings.Repeat("x", most-len(`{"type":"ping","x":""}`))}.text("ping")
	whole := testkit.RawFrame{FIN: true, Opcode: byte(frame.Text), Payload: text}.Bytes()
	pieces := slices.Concat(
		testkit.RawFrame{Opcode: byte(frame.Text), Payload: text[:most/2]}.Bytes(),
		testkit.RawFrame{FIN: true, Payload: text[most/2:]}.Bytes(),
	)
	long := testkit.RawFrame{FIN: true, Opcode: byte(frame.Text), Payload: make([]byte, usual)}.Bytes()
	s.count(ended("too_large"), n/10)
	s.count(failed("too_large"), n/10)
	var sent sync.WaitGroup
	sent.Add(n)
	s.crowd(n, func(i int) error {
		k, err := s.begin(i, [][]byte{whole, pieces}[i%2])
		sent.Done()
		if err != nil {
			return err
		}
		if i%10 == 0 {
			l, err := s.begin(i, long)
			if err == nil {
				err = l.expectClose(1009)
			}
			if err != nil {
				return fmt.Errorf("a message too long: %w", err)
			}
		}
		sent.Wait()
		time.Sleep(attackTime / 2)
		k.Write(whole[len(whole)-1:])
		_, err = k.expect("pong")
		return err
	})
}

// begin opens a WebSocket and sends all but the last byte of what is to be sent.
func (s *siege) begin(i int, data []byte) (*socket, error) {
	k, err := s.upgraded(i, "")
	if err == nil {
		k.Write(data[:len(data)-1])
	}
	return k, err
}

// slowRequests are sent up to some point, and then byte by byte.
var slowRequests = []struct{ beginning, rest string }{
	{"", handshake + strings.Repeat("X-Pad: 1\r\n", 100)},
	{"GET / HTTP/1.1\r\nHost: beckon.test\r\nContent-Length: 100000\r\n\r\n", strings.Repeat("x", 1000)},
	{"GET / HTTP/1.1\r\nHost: beckon.test\r\nTransfer-Encoding: chunked\r\n\r\n", strings.Repeat("1", 1000)},
}

// drop is the time between two bytes of a client that is slow on purpose.
const drop = 200 * time.Millisecond

// drip sends a beginning at once and the rest byte by byte. The server must not wait for the end of it.
func (s *siege) drip(i int, beginning, rest string) error {
	k, err := s.connect(i)
	if err != nil {
		return err
	}
	if _, err := k.Write([]byte(beginning)); err != nil {
		return err
	}
	for deadline := time.Now().Add(testkit.Patience); time.Now().Before(deadline); time.Sleep(drop) {
		if _, err := k.Write([]byte(rest[:1])); err != nil {
			return nil // closed by the server
		}
		rest = rest[1:]
	}
	return errors.New("the server waits for the end")
}

// dripFrames sends a long message without an end, in one frame or in many. Neither is a sign of life: the server must
// close with 1001.
func (k *socket) dripFrames(many bool) error {
	message := testkit.RawFrame{FIN: true, Opcode: 1, Payload: []byte(strings.Repeat("x", 64<<10))}.Bytes()
	piece := 1
	if many {
		fragment := testkit.RawFrame{Payload: []byte("x")}
		first := testkit.RawFrame{Opcode: 1, Payload: []byte(`{`)}
		message, piece = append(first.Bytes(), repeated(fragment.Bytes())...), len(fragment.Bytes())
	}
	ended := make(chan error, 1)
	go func() { ended <- k.expectClose(1001) }()
	for {
		k.Write(message[:piece])
		message = message[piece:]
		select {
		case err := <-ended:
			return err
		case <-time.After(drop):
		}
	}
}
