//go:build linux

package attack_test

import (
	"bytes"
	"slices"
	"strings"

	"beckon/internal/frame"
	"beckon/internal/testkit"
)

// fragments are messages in very many frames.
func fragments() []attack {
	begin := testkit.RawFrame{Opcode: byte(frame.Text), Payload: []byte(`{"type":"ping"`)}.Bytes()
	empty := testkit.RawFrame{}.Bytes()
	end := testkit.RawFrame{FIN: true, Payload: []byte(`}`)}.Bytes()
	ping := testkit.PingFrame("").Bytes()
	return []attack{
		{
			name: "messages of 10,000 empty fragments", clients: fast, each: perSocket,
			perform: func(s *siege) {
				s.echo(30, slices.Concat(begin, bytes.Repeat(empty, 10_000), end), "pong")
			},
		},
		{
			name: "empty fragments without an end", clients: fast, each: perSocket,
			perform: func(s *siege) { s.endless(begin, slices.Concat(bytes.Repeat(empty, 10_000), ping)) },
		},
		{
			name: "messages of one-byte fragments, pings between", clients: fast, each: perSocket + perMessage,
			perform: func(s *siege) { s.echo(2, inBytes(ofSize(64<<10), ping), "error") },
		},
		{
			name: "fragments and pings in a room of very many", clients: listeners + fast, each: perSocket, within: true,
			flags:   []string{"--resume-window=1s"},
			perform: func(s *siege) { s.rattle(inBytes(ofSize(1<<10), ping)) },
		},
		{
			name: "one-byte fragments beyond the limit", clients: fast, each: perSocket + perMessage,
			perform: func(s *siege) {
				s.count(ended("too_large"), fast)
				s.count(failed("too_large"), fast)
				s.crowd(fast, func(i int) error {
					k, err := s.enter(i, "", "fragments")
					if err != nil {
						return err
					}
					k.Write(inBytes(ofSize(64<<10+1), nil))
					return k.expectClose(1009)
				})
			},
		},
	}
}

// listeners is how many others are in the room of those who rattle.
const listeners = 3000

// rattle fills a room with those who listen to who comes and goes, and has others in it pour a message in very many
// fragments, which each leave it in the end for all to hear.
func (s *siege) rattle(message []byte) {
	s.t.Helper()
	door := make(chan struct{}, 100) // they come a few at a time: their logins are not the attack
	s.crowd(listeners, func(i int) error {
		door <- struct{}{}
		defer func() { <-door }()
		k, err := s.upgraded(fast+i, v1)
		if err != nil {
			return err
		}
		if err := k.login(fields{"name": attackerName(fast + i), "room": square}); err != nil {
			return err
		}
		go k.discard()
		return nil
	})
	s.crowd(fast, func(i int) error {
		k, err := s.enter(i, "", square)
		if err != nil {
			return err
		}
		go k.discard()
		k.pour(message)
		k.Close()
		return nil
	})
}

// ofSize is a message of exactly n bytes, of no known type.
func ofSize(n int) []byte {
	const start, end = `{"type":"x","data":"`, `"}`
	return []byte(start + strings.Repeat("x", n-len(start)-len(end)) + end)
}

// inBytes is a text message with a frame for each byte, and something after every hundredth.
func inBytes(text, between []byte) []byte {
	var out []byte
	for i, b := range text {
		f := testkit.RawFrame{FIN: i == len(text)-1, Payload: []byte{b}}
		if i == 0 {
			f.Opcode = byte(frame.Text)
		}
		out = append(out, f.Bytes()...)
		if i%100 == 0 {
			out = append(out, between...)
		}
	}
	return out
}

// echo sends a message n times, and expects an answer of a type to each.
func (s *siege) echo(n int, message []byte, kind string) {
	s.t.Helper()
	s.crowd(fast, func(i int) error {
		k, err := s.enter(i, "", "echo")
		if err != nil {
			return err
		}
		go func() {
			for range n {
				k.Write(message)
			}
		}()
		for range n {
			if _, err := k.expect(kind); err != nil {
				return err
			}
		}
		return nil
	})
}

// endless begins a message and pours in what is not the end of it.
func (s *siege) endless(begin, rest []byte) {
	s.t.Helper()
	s.crowd(fast, func(i int) error {
		k, err := s.enter(i, "", "endless")
		if err != nil {
			return err
		}
		go k.discard()
		k.Write(begin)
		k.pour(rest)
		return nil
	})
}
