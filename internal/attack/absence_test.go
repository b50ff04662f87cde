//go:build linux

package attack_test

import (
	"bytes"
	"fmt"
	"slices"
)

// absentees is how many sessions lose their connection and wait to be resumed.
const absentees = 400

// absence is sessions that nobody comes back to, one after the other, each full of what others have sent.
func absence() []attack {
	const mine, all = 20, 8 << 20 // sessions of one address, and bytes of all that wait
	return []attack{
		{
			name: "sessions of one address, left and made anew", clients: mine, each: perSocket + perBacklog,
			flags: []string{fmt.Sprintf("--max-connections-per-ip=%d", mine)},
			perform: func(s *siege) {
				s.forsake(func(int) int { return 9 })
				s.countSome(sessions("address_users"))
			},
		},
		{
			name: "sessions of many addresses, left", clients: absentees, each: perSocket + 2*all/absentees,
			flags: []string{fmt.Sprintf("--waiting-bytes=%d", all)},
			perform: func(s *siege) {
				s.forsake(func(i int) int { return 10 + i })
				s.countSome(sessions("waiting_bytes"))
			},
		},
	}
}

// forsake logs in again and again, from the addresses given, has others send what they can, and leaves without a word,
// by turns before and after. Somebody else who is away, and a friend who sends something, notice nothing.
func (s *siege) forsake(address func(i int) int) {
	s.crowd(1, func(int) error {
		victim, err := s.victim(1, v1, fields{"name": "victim", "presence": false})
		if err != nil {
			return err
		}
		victim.Close()
		var senders []*socket
		for i := range 4 {
			k, err := s.enter(2+i, "", "")
			if err != nil {
				return err
			}
			senders = append(senders, k)
		}
		for i := range absentees {
			if err := s.leaveBehind(i, address(i), senders[1:]); err != nil {
				return err
			}
		}
		senders[0].Write(slices.Concat(numbered("victim", 1, 100), fields{}.of("ping")))
		if refused, _, err := senders[0].refusals("pong"); err != nil || refused > 0 {
			return fmt.Errorf("%d messages of the friend were refused, %w", refused, err)
		}
		back, err := s.upgraded(1, v1)
		if err != nil {
			return err
		}
		r, err := back.welcome(fields{"name": "victim", "presence": false, "session": victim.session, "received": 0})
		if err != nil || !r.Resumed {
			return fmt.Errorf("the victim comes back: %+v, %w", r, err)
		}
		victim.socket = back
		go victim.read()
		return victim.expect(attackerName(2), 1)
	})
	s.countSome(failed("recipient_busy"))
}

// awaitPong reads on, whatever is refused, up to the answer to a ping.
func (k *socket) awaitPong() error {
	for {
		_, payload, err := k.next()
		if err != nil || bytes.HasPrefix(payload, []byte(`{"type":"pong"`)) {
			return err
		}
	}
}

// leaveBehind makes the i-th session, which never reads, and fills it. It may end before it is full.
func (s *siege) leaveBehind(i, address int, senders []*socket) error {
	k, err := s.upgraded(address, v1)
	if err != nil {
		return err
	}
	name := fmt.Sprint("absent ", i)
	if err := k.login(fields{"name": name, "presence": false}); err != nil {
		return err
	}
	if i%2 == 0 {
		k.reset()
	}
	text := slices.Concat(numbered(name, 1, 60_000), numbered(name, 2, 60_000), numbered(name, 3, 60_000), fields{}.of("ping"))
	for _, sender := range senders {
		sender.Write(text)
		if err := sender.awaitPong(); err != nil {
			return err
		}
	}
	k.reset()
	return nil
}
