//go:build linux

package attack_test

import (
	"strings"
	"sync"
	"time"

	"beckon/internal/frame"
	"beckon/internal/testkit"
)

// fast is how many attackers send as fast as they are let; many are so many that nobody else would be served, if each
// were for as long as there is something to serve it.
const fast, many = 20, 1000

// controls are floods of control frames.
func controls() []attack {
	ping := testkit.PingFrame(strings.Repeat("p", 125)).Bytes()
	pong := testkit.RawFrame{FIN: true, Opcode: byte(frame.Pong), Payload: make([]byte, 125)}.Bytes()
	return []attack{
		{
			name: "ping flood", clients: fast, each: perSocket + perOutbox,
			perform: func(s *siege) { s.flood(fast, v1, repeated(ping)) },
		},
		{
			name: "ping flood, pongs unread", clients: fast, each: perSocket + perOutbox,
			perform: func(s *siege) {
				s.count(ended("slow_reader"), fast)
				s.crowd(fast, func(i int) error {
					k, err := s.enterSmall(i, 4096, "", "pings")
					if err != nil {
						return err
					}
					k.stuff(repeated(ping))
					return k.expectClose(4008)
				})
			},
		},
		{
			name: "pong flood", clients: fast, each: perSocket,
			perform: func(s *siege) { s.flood(fast, v1, repeated(pong)) },
		},
		{
			name: "ping flood of very many", clients: many, each: perSocket + perOutbox,
			perform: func(s *siege) { s.flood(many, "", repeated(ping)) },
		},
		{name: "storm of close frames", clients: 50, each: perSocket, perform: (*siege).goodbyes},
	}
}

// flood pours data into the WebSockets of n logged-in attackers, who read what comes back and throw it away.
func (s *siege) flood(n int, lines string, data []byte) {
	s.t.Helper()
	var ready sync.WaitGroup
	ready.Add(n)
	s.crowd(n, func(i int) error {
		k, err := s.enter(i, lines, "flood")
		ready.Done()
		if err != nil {
			return err
		}
		ready.Wait()
		go k.discard()
		k.pour(data)
		return nil
	})
}

// goodbyes makes WebSockets, logs in, and says goodbye a hundred times.
func (s *siege) goodbyes() {
	bye := testkit.CloseFrame(testkit.CloseCode(1000, "")).Bytes()
	begun := time.Now()
	s.crowd(50, func(i int) error {
		for time.Since(begun) < attackTime {
			k, err := s.enter(i, "", "goodbyes")
			if err != nil {
				return err
			}
			k.Write([]byte(strings.Repeat(string(bye), 100)))
			if err := k.expectClose(1000); err != nil {
				return err
			}
			k.Close()
		}
		return nil
	})
}
