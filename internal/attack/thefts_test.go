//go:build linux

package attack_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"beckon/internal/frame"
	"beckon/internal/testkit"
)

// lineSpeed is what a victim reads, in bytes per second: 1 Mbit/s.
const lineSpeed = 125_000

// thefts are attempts to end somebody's session by sending it too much, and to take its name.
func thefts() []attack {
	var all []attack
	for _, dialect := range []struct{ name, lines string }{{"plain", ""}, {"beckon.v1", v1}} {
		all = append(all,
			attack{
				name: "a theft in one burst, " + dialect.name, clients: 2, each: perSocket + perMessage + perOutbox + perBacklog,
				perform: func(s *siege) { s.rob(dialect.lines) },
			},
			attack{
				name: "a hundred of one address against one, " + dialect.name, clients: 102, each: perSocket + perMessage + perOutbox + perBacklog,
				perform: func(s *siege) { s.gangUp(dialect.lines) },
			})
	}
	return append(all, attack{
		name: "a theft from somebody who is away", clients: 2, each: perSocket + perMessage + perOutbox + perBacklog,
		flags:   []string{"--resume-window=30s"},
		perform: func(s *siege) { s.robAbsent() },
	})
}

// victim is somebody who reads what comes, at the speed of a line, and answers pings.
type victim struct {
	*socket
	session string

	mu  sync.Mutex
	got map[string][]int // the calls that came, by who sent them; guarded by mu
	err error            // why nothing more comes; guarded by mu
}

// victim logs somebody in from the i-th address, and reads from then on.
func (s *siege) victim(i int, lines string, f fields) (*victim, error) {
	const small = 16 << 10 // of a receive buffer: a long line holds little
	k, err := s.upgradedSmall(i, small, lines)
	if err != nil {
		return nil, err
	}
	v := &victim{socket: k, got: map[string][]int{}}
	r, err := k.welcome(f)
	v.session = r.Session
	return v, err
}

// read reads on until the connection ends.
func (v *victim) read() {
	for {
		op, payload, err := v.next()
		if err != nil {
			v.end(err)
			return
		}
		switch op {
		case frame.Ping:
			v.Write(testkit.RawFrame{FIN: true, Opcode: byte(frame.Pong), Payload: payload}.Bytes())
		case frame.Close:
			v.end(fmt.Errorf("closed with %q", payload))
		case frame.Text:
			v.note(payload)
		}
		time.Sleep(time.Duration(len(payload)) * time.Second / lineSpeed)
	}
}

func (v *victim) end(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err == nil {
		v.err = err
	}
}

// problem is why nothing more comes, if so.
func (v *victim) problem() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.err
}

func (v *victim) note(payload []byte) {
	var m struct {
		Name string
		Call json.Number
	}
	json.Unmarshal(payload, &m)
	if n, err := m.Call.Int64(); err == nil {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.got[m.Name] = append(v.got[m.Name], int(n))
	}
}

// expect waits until so many messages of somebody have come: in order, each once, and no more.
func (v *victim) expect(from string, want int) error {
	deadline := time.Now().Add(testkit.Patience)
	for {
		v.mu.Lock()
		calls, err := v.got[from], v.err
		v.mu.Unlock()
		for i := 1; i < len(calls); i++ {
			if calls[i] <= calls[i-1] {
				return fmt.Errorf("of %s came %v", from, calls)
			}
		}
		switch {
		case err != nil:
			return fmt.Errorf("the victim: %w", err)
		case len(calls) > want || len(calls) < want && time.Now().After(deadline):
			return fmt.Errorf("%d messages of %s came, want %d", len(calls), from, want)
		case len(calls) == want:
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// numbered is an offer with a number, in its frame.
func numbered(to string, n, size int) []byte {
	text := fmt.Sprintf(`{"type":"offer","name":%q,"call":"%d","offer":"%s"}`, to, n, strings.Repeat("x", size))
	return testkit.TextFrame(text).Bytes()
}

// refusals reads on up to the answer to a message, and returns it and how many were refused before it.
func (k *socket) refusals(answer string) (n int, r reply, err error) {
	for {
		op, payload, err := k.next()
		if err != nil {
			return n, r, fmt.Errorf("want %s: %w", answer, err)
		}
		if op != frame.Text {
			continue
		}
		r = reply{}
		if err := json.Unmarshal(payload, &r); err != nil {
			return n, r, err
		}
		switch {
		case r.Type == answer:
			return n, r, nil
		case r.Code == "recipient_busy":
			n++
		default:
			return n, r, fmt.Errorf("want %s, got %.200s", answer, payload)
		}
	}
}

// burst is what fits into the burst that a connection may send at once: few long messages and then many short ones, and
// at last a logout, and a login under another's name.
func burst(of, name string) (data []byte, messages int) {
	for ; messages < 9; messages++ {
		data = append(data, numbered(of, messages, 60_000)...)
	}
	for ; messages < 4500; messages++ {
		data = append(data, numbered(of, messages, 1)...)
	}
	data = append(data, fields{}.of("leave")...)
	return append(data, fields{"name": name, "presence": false}.of("login")...), messages
}

// rob has one client send somebody more than can wait and then ask for the name. It gets neither that nor anything else
// to happen: the victim is there, and has what was not refused.
func (s *siege) rob(lines string) {
	s.crowd(1, func(int) error {
		v, err := s.victim(1, lines, fields{"name": "victim", "presence": false})
		if err != nil {
			return err
		}
		go v.read()
		k, err := s.upgraded(2, "")
		if err != nil {
			return err
		}
		if err := k.login(fields{"name": "thief", "presence": false}); err != nil {
			return err
		}
		data, messages := burst("victim", "victim")
		k.Write(data)
		refused, r, err := k.refusals("login")
		if err != nil || r.Success || r.Code != "name_taken" {
			return fmt.Errorf("the thief logs in: %+v, %w", r, err)
		}
		return v.expect("thief", messages-refused)
	})
}

// robAbsent is rob of somebody whose connection is lost, and who comes back.
func (s *siege) robAbsent() {
	s.crowd(1, func(int) error {
		v, err := s.victim(1, v1, fields{"name": "victim", "presence": false})
		if err != nil {
			return err
		}
		v.Close()
		k, err := s.upgraded(2, "")
		if err != nil {
			return err
		}
		if err := k.login(fields{"name": "thief", "presence": false}); err != nil {
			return err
		}
		data, messages := burst("victim", "victim")
		k.Write(data)
		refused, r, err := k.refusals("login")
		if err != nil || r.Success || r.Code != "name_taken" || refused == 0 {
			return fmt.Errorf("the thief logs in: %+v, %w, %d refused", r, err, refused)
		}
		back, err := s.upgraded(1, v1)
		if err != nil {
			return err
		}
		r, err = back.welcome(fields{"name": "victim", "presence": false, "session": v.session, "received": 0})
		if err != nil || !r.Resumed {
			return fmt.Errorf("the victim comes back: %+v, %w", r, err)
		}
		v.socket = back
		go v.read()
		return v.expect("thief", messages-refused)
	})
	s.countSome(failed("recipient_busy"))
}

// gangUp has a hundred connections of one address send to one victim what they can. What a friend says from elsewhere
// arrives meanwhile, and the victim stays.
func (s *siege) gangUp(lines string) {
	const gang, goesOn = 100, 4 * time.Second
	s.crowd(1, func(int) error {
		v, err := s.victim(1, lines, fields{"name": "victim", "presence": false})
		if err != nil {
			return err
		}
		go v.read()
		var attackers []*socket
		for i := range gang {
			k, err := s.upgraded(2, "")
			if err != nil {
				return err
			}
			if err := k.login(fields{"name": fmt.Sprint("gang ", i), "presence": false}); err != nil {
				return err
			}
			go k.discard()
			attackers = append(attackers, k)
		}
		friend, err := s.upgraded(3, "")
		if err != nil {
			return err
		}
		if err := friend.login(fields{"name": "friend", "presence": false}); err != nil {
			return err
		}
		long, short := numbered("victim", 0, 60_000), repeated(numbered("victim", 0, 1))
		var group sync.WaitGroup
		for i, k := range attackers {
			group.Go(func() {
				for until := time.Now().Add(goesOn); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
					k.Write([][]byte{long, short}[i%2])
				}
			})
		}
		said := 0
		for until := time.Now().Add(goesOn); time.Now().Before(until); time.Sleep(100 * time.Millisecond) {
			friend.Write(numbered("victim", said, 100))
			said++
		}
		group.Wait()
		friend.Write(fields{}.of("ping"))
		if refused, _, err := friend.refusals("pong"); err != nil || refused > 0 {
			return fmt.Errorf("%d messages of the friend were refused, %w", refused, err)
		}
		return v.expect("friend", said)
	})
	s.countSome(failed("recipient_busy"))
}
