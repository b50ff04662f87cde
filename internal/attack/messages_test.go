//go:build linux

package attack_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"beckon/internal/frame"
	"beckon/internal/testkit"
)

// messages are floods of them.
func messages() []attack {
	text := func(message string) []byte { return testkit.TextFrame(message).Bytes() }
	rows := []attack{
		{
			name: "messages of 64 KiB to each other", clients: fast, each: perSocket + perMessage + perOutbox,
			perform: func(s *siege) {
				s.crowd(fast, func(i int) error {
					k, err := s.enter(i, v1, "flood")
					if err != nil {
						return err
					}
					go k.discard()
					k.pour(offerTo(attackerName(i)))
					return nil
				})
			},
		},
		{
			name: "frames beyond the limit", clients: fast, each: perSocket + perMessage,
			perform: (*siege).exceed,
		},
	}
	for _, flood := range []struct {
		name, code string
		message    []byte
	}{
		{"unknown types", "unknown_type", text(`{"type":"no-such-type"}`)},
		{"bad JSON", "bad_json", slices.Concat(text(`{"type":"offer","name":"ana","offer":{`), text("{\"type\":\"ping\",\"data\":\"\xff\"}"))},
		{"binary frames", "bad_json", testkit.RawFrame{FIN: true, Opcode: 2, Payload: []byte{0}}.Bytes()},
		{"JSON nested too deeply", "bad_json", text(`{"type":"offer","name":"ana","offer":` + strings.Repeat("[", 30_000) + strings.Repeat("]", 30_000) + "}")},
		{"JSON of very many keys", "bad_json", text(`{"type":"ping",` + manyKeys(5000) + `,"type":"ping"}`)},
		{"messages to nobody", "unknown_user", text(`{"type":"offer","name":"nobody","offer":"` + strings.Repeat("x", 2000) + `"}`)},
		{"messages before the login", "not_logged_in", text(`{"type":"offer","name":"ana","offer":1}`)},
	} {
		rows = append(rows, attack{
			name: flood.name, clients: fast, each: perSocket + perMessage + perOutbox,
			perform: func(s *siege) { s.babble(flood.message, flood.code) },
		})
	}
	return rows
}

// manyKeys is members of an object, all of them different.
func manyKeys(n int) string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf(`"k%d":0`, i)
	}
	return strings.Join(keys, ",")
}

// babble sends a message again and again that must be refused with a code.
func (s *siege) babble(message []byte, code string) {
	s.t.Helper()
	s.crowd(fast, func(i int) error {
		k, err := s.upgraded(i, "")
		if err != nil {
			return err
		}
		if code != "not_logged_in" {
			if err := k.login(fields{"name": attackerName(i), "room": "flood", "presence": false}); err != nil {
				return err
			}
		}
		return k.refusedFlood(message, "error", code)
	})
	s.countSome(failed(code))
}

// refusedFlood pours messages that must be refused, by a message of a type, with a code.
func (k *socket) refusedFlood(messages []byte, kind, code string) error {
	k.Write(messages)
	r, err := k.expect(kind)
	if err == nil && (r.Success || r.Code != code) {
		err = fmt.Errorf("refused with %q, want %s", r.Code, code)
	}
	if err != nil {
		return err
	}
	go k.discard()
	k.pour(repeated(messages))
	return nil
}

// exceed sends frames that claim to be longer than they may be, each on a WebSocket of its own.
func (s *siege) exceed() {
	var n atomic.Int64
	begun := time.Now()
	s.crowd(fast, func(i int) error {
		for time.Since(begun) < attackTime {
			k, err := s.upgraded(i, "")
			if err != nil {
				return err
			}
			claim := testkit.RawFrame{FIN: true, Opcode: byte(frame.Text), Claim: []uint64{64<<10 + 1, 1<<63 - 1}[n.Add(1)%2]}
			k.Write(claim.Bytes())
			if r, err := k.expect("error"); err != nil || r.Code != "too_large" {
				return fmt.Errorf("got %q, want too_large, %w", r.Code, err)
			}
			if err := k.expectClose(1009); err != nil {
				return err
			}
			k.Close()
		}
		return nil
	})
	s.count(ended("too_large"), int(n.Load()))
	s.count(failed("too_large"), int(n.Load()))
}
