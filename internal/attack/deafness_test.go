//go:build linux

package attack_test

import (
	"strings"
	"sync"
	"time"

	"beckon/internal/frame"
	"beckon/internal/testkit"
)

// deaf is how many do not read what others send them, and talkative how many send it.
const deaf, talkative = 200, 16

// deafness is clients that never read.
func deafness() []attack {
	return []attack{
		{
			name: "deaf users, plain", clients: deaf + talkative, each: perSocket + perMessage + perOutbox,
			flags: []string{"--write-timeout=6s", "--ping-interval=5m"}, within: true, // or a ping may be the first to tell
			perform: func(s *siege) {
				s.count(ended("write_timeout"), deaf)
				s.countSome(failed("recipient_busy"))
				s.deafen("")
			},
		},
		{
			name: "deaf users, beckon.v1", clients: deaf + talkative, each: perSocket + perMessage + perOutbox + perBacklog,
			flags: []string{"--write-timeout=10s", "--resume-window=1s"}, within: true,
			perform: func(s *siege) {
				s.count(ended("slow_reader"), deaf)
				s.count(sessions("expired"), deaf)
				s.countSome(failed("recipient_busy"))
				s.deafen(v1)
			},
		},
	}
}

// deafen logs in users who do not read, and others who send them messages until no user of them is left. At last the
// deaf look what has come: it must end with the close code 4008.
func (s *siege) deafen(lines string) {
	ready, over := make(chan struct{}, deaf), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		s.crowd(deaf, func(i int) error {
			k, err := s.enterSmall(i, 4096, lines, square)
			ready <- struct{}{}
			if err != nil {
				return err
			}
			<-over
			return k.expectClose(4008)
		})
	})
	for range deaf {
		<-ready
	}
	s.talk(func() bool {
		const healthy = 4 // two pairs; newcomers come and go
		r, err := s.server.read()
		return err == nil && r["beckon_users"] <= healthy+talkative
	})
	close(over)
	group.Wait()
}

// talk sends large messages to the deaf, each in turn, until enough has been said.
func (s *siege) talk(enough func() bool) {
	deadline, stop := time.Now().Add(testkit.Patience), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		s.crowd(talkative, func(i int) error {
			k, err := s.enter(deaf+i, "", square)
			if err != nil {
				return err
			}
			go k.discard()
			var offers [][]byte // made before, since it takes long
			for to := i; to < deaf; to += talkative {
				offers = append(offers, offerTo(attackerName(to)))
			}
			for n := 0; ; n++ {
				select {
				case <-stop:
					return nil
				default:
					k.Write(offers[n%len(offers)])
				}
			}
		})
	})
	for !enough() && time.Now().Before(deadline) {
		time.Sleep(50 * time.Millisecond)
	}
	close(stop)
	group.Wait()
}

// offerTo is an offer of almost 64 KiB, in its frame.
func offerTo(name string) []byte {
	text := `{"type":"offer","name":"` + name + `","offer":"` + strings.Repeat("x", 60_000) + `"}`
	return testkit.RawFrame{FIN: true, Opcode: byte(frame.Text), Payload: []byte(text)}.Bytes()
}
