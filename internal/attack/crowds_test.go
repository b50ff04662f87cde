//go:build linux

package attack_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

// crowds are very many rooms, and very many in one.
func crowds() []attack {
	return []attack{
		{
			name: "10,000 rooms of two, made and left", clients: 100, each: perSocket,
			perform: func(s *siege) { s.crowd(50, s.furnish) },
		},
		{
			name: "10,000 rooms at once", clients: 10_000, each: perSocket,
			perform: func(s *siege) {
				s.crowd(10_000, func(i int) error {
					_, err := s.enter(i, "", longName(i))
					return err
				})
				if r, err := s.server.read(); err != nil || r["beckon_rooms"] < 10_000 {
					s.t.Errorf("%v rooms, %v", r["beckon_rooms"], err)
				}
			},
		},
		{
			name: "rooms, more than there may be", clients: 500, each: perSocket,
			flags: []string{"--max-rooms=100"}, full: failed("server_full"),
			perform: func(s *siege) { s.squeeze(longName, "server_full", 99) },
		},
		{
			name: "users, more than a room may have", clients: 500, each: perSocket,
			flags: []string{"--max-room-users=100"}, within: true,
			perform: func(s *siege) { s.squeeze(func(int) string { return square }, "room_full", 98) },
		},
	}
}

// longName is as long as a name may be: 64 characters, most of them of three bytes.
func longName(i int) string { return strings.Repeat("\u8a9e", 54) + fmt.Sprintf("%010d", i) }

// furnish has two attackers make two hundred rooms, one after the other, and leave each.
func (s *siege) furnish(i int) error {
	a, err := s.upgraded(2*i, "")
	if err != nil {
		return err
	}
	b, err := s.upgraded(2*i+1, v1)
	if err != nil {
		return err
	}
	leave := fields{}.of("leave")
	for n := range 200 {
		for j, k := range []*socket{a, b} {
			if err := k.login(fields{"name": longName(j), "room": longName(200*i + n), "presence": false}); err != nil {
				return err
			}
		}
		a.Write(leave)
		b.Write(leave)
	}
	return nil
}

// squeeze has 500 attackers log in to rooms of which only some have a place, about so many. The rest must be refused
// with a code.
func (s *siege) squeeze(room func(i int) string, code string, places int) {
	var inside, outside atomic.Int64
	s.crowd(500, func(i int) error {
		k, err := s.upgraded(i, "")
		if err != nil {
			return err
		}
		k.Write(fields{"name": attackerName(i), "room": room(i), "presence": false}.of("login"))
		switch r, err := k.expect("login"); {
		case err != nil:
			return err
		case r.Success:
			inside.Add(1)
		case r.Code == code:
			outside.Add(1)
		default:
			return fmt.Errorf("refused with %s, want %s", r.Code, code)
		}
		return nil
	})
	s.count(failed(code), int(outside.Load()))
	if in := int(inside.Load()); in < places-1 || in > places {
		s.t.Errorf("%d attackers got in, want %d", in, places)
	}
	time.Sleep(attackTime / 2)
}
