//go:build linux

package attack_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// takeovers are attempts at other people's sessions, and games with one's own.
func takeovers() []attack {
	return []attack{
		{
			name: "guesses at sessions", clients: fast, each: perSocket + perOutbox,
			perform: (*siege).guess,
		},
		{
			name: "sessions cut and resumed", clients: 50, each: perSocket + perBacklog,
			perform: func(s *siege) { s.comeBack((*socket).reset) },
		},
		{
			name: "sessions taken over, again and again", clients: 50, each: perSocket + perBacklog,
			perform: func(s *siege) {
				took := s.comeBack(func(*socket) {})
				s.count(ended("taken_over"), took)
			},
		},
	}
}

// guess tries to resume the healthy user's session with what may be its secret, and is not.
func (s *siege) guess() {
	var all []byte
	for n := range 500 {
		token := fmt.Sprintf("%022d", n)
		all = append(all, fields{"name": "ben", "room": "calm", "session": token, "received": n}.of("login")...)
	}
	s.crowd(fast, func(i int) error {
		k, err := s.upgraded(i, v1)
		if err != nil {
			return err
		}
		return k.refusedFlood(all, "login", "name_taken")
	})
	s.countSome(failed("name_taken"))
	s.countSome(resumes("unknown"))
}

// comeBack resumes sessions on new connections as fast as may be, after it has done something with the one before. It
// returns how often that was.
func (s *siege) comeBack(before func(*socket)) (times int) {
	var resumed atomic.Int64
	begun := time.Now()
	s.crowd(50, func(i int) error {
		session := ""
		for time.Since(begun) < attackTime {
			k, err := s.upgraded(i, v1)
			if err != nil {
				return err
			}
			r, err := k.welcome(fields{"name": attackerName(i), "room": "sessions", "session": session, "received": 0, "presence": false})
			switch {
			case err != nil:
				return err
			case session == "":
				session = r.Session
			case !r.Resumed || r.Session != session:
				return errors.New("not resumed")
			default:
				resumed.Add(1)
			}
			before(k)
		}
		return nil
	})
	s.count(resumes("resumed"), int(resumed.Load()))
	return int(resumed.Load())
}
