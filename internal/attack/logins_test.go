//go:build linux

package attack_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// logins are storms of logins, good ones and bad ones.
func logins(t *testing.T) []attack {
	secret, token := issuer(t)
	return []attack{
		{
			name: "2,000 logins to one room at once", clients: 2000, each: perSocket + perOutbox,
			flags: []string{"--resume-window=1s"}, within: true,
			perform: func(s *siege) { s.storm(2000) },
		},
		{
			name: "logins and departures, again and again", clients: fast, each: perSocket + perOutbox,
			flags: []string{"--resume-window=1s"}, within: true,
			perform: (*siege).flicker,
		},
		{
			name: "logins and departures of one address, under long names", clients: ofOne, each: perSocket + perOutbox,
			flags: []string{"--logins-per-second-per-ip=25", "--resume-window=1s"}, within: true,
			perform: (*siege).churnPresence,
		},
		{
			name: "logins with bad names", clients: fast, each: perSocket + perOutbox,
			perform: func(s *siege) {
				s.inVain("bad_name", fields{"name": "evil\u202ename", "room": "calm"}, fields{"name": strings.Repeat("x", 15_000)})
			},
		},
		{
			name: "logins with a name that is taken", clients: fast, each: perSocket + perOutbox,
			perform: func(s *siege) { s.inVain("name_taken", fields{"name": "ANA", "room": "calm"}) },
		},
		{
			name: "logins with bad tokens", clients: fast, each: perSocket + perOutbox,
			flags: []string{"--auth-jwt-secret-file=" + secret}, token: token,
			perform: func(s *siege) {
				s.inVain("unauthorized",
					fields{"name": "eve", "room": "calm"},
					fields{"name": "eve", "room": "calm", "token": "garbage"},
					fields{"name": "eve", "room": "calm", "token": forged(token)},
					fields{"name": "eve", "room": "calm", "token": strings.Repeat("x", 15_000)},
				)
			},
		},
	}
}

// issuer makes a secret, in a file, and a token that is signed with it.
func issuer(t *testing.T) (path, token string) {
	t.Helper()
	secret := []byte(strings.Repeat("secret", 10))
	path = filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, secret, 0o600); err != nil {
		t.Fatal(err)
	}
	claims := jwt.MapClaims{"exp": time.Now().Add(time.Hour).Unix()}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(secret)
	if err != nil {
		t.Fatal(err)
	}
	return path, token
}

// forged is a token with a signature that is wrong.
func forged(token string) string { return token[:len(token)-8] + "AAAAAAAA" }

// storm has n attackers log in to one room at the same moment, each of whom is told of all the others, and leave it all
// at once.
func (s *siege) storm(n int) {
	var ready sync.WaitGroup
	ready.Add(n)
	s.crowd(n, func(i int) error {
		k, err := s.upgraded(i, []string{"", v1}[i%2])
		ready.Done()
		if err != nil {
			return err
		}
		ready.Wait()
		if err := k.login(fields{"name": attackerName(i), "room": square}); err != nil {
			return err
		}
		go k.discard()
		return nil
	})
	time.Sleep(attackTime / 2)
	s.leave()
	time.Sleep(attackTime / 2)
}

// flicker logs in and out, again and again, where others see it.
func (s *siege) flicker() {
	s.crowd(fast, func(i int) error {
		k, err := s.upgraded(i, []string{"", v1}[i%2])
		if err != nil {
			return err
		}
		go k.discard()
		k.pour(repeated(slices.Concat(fields{"name": attackerName(i), "room": square}.of("login"), fields{}.of("leave"))))
		return nil
	})
}

// ofOne is how many connections one address has.
const ofOne = 100

// churnPresence has all connections of one address log in and out as fast as they can. Somebody on a slow line who
// is in the room is told of it, and not cut off.
func (s *siege) churnPresence() {
	const goesOn = 3 * time.Second
	listeners := s.listen(square)
	var logins atomic.Int64
	begun := time.Now()
	s.crowd(ofOne, func(i int) error {
		k, err := s.upgraded(9, []string{"", v1}[i%2])
		if err != nil {
			return err
		}
		go k.countLogins(&logins)
		name := fmt.Sprintf("%s%03d", strings.Repeat("\U00020000", 61), i) // 64 characters, as long as may be
		data := repeated(slices.Concat(fields{"name": name, "room": square, "presence": false}.of("login"), fields{}.of("leave")))
		for time.Since(begun) < goesOn {
			k.pour(data)
		}
		return nil
	})
	if in, most := logins.Load(), 100+25*int64(time.Since(begun)/time.Second+1); in < 100 || in > most {
		s.t.Errorf("one address has logged in %d times, want 100 and 25 a second", in)
	}
	for _, v := range listeners {
		if err := v.problem(); err != nil {
			s.t.Errorf("somebody on a slow line: %v", err)
		}
	}
	s.countSome(label{metric: "beckon_logins_slowed_total"})
}

// listen logs in somebody on a slow line in each dialect, who reads until the attack is over.
func (s *siege) listen(room string) (listeners []*victim) {
	s.crowd(1, func(int) error {
		for n, lines := range []string{"", v1} {
			v, err := s.victim(1, lines, fields{"name": fmt.Sprint("listener ", n), "room": room})
			if err != nil {
				return err
			}
			go v.read()
			listeners = append(listeners, v)
		}
		return nil
	})
	return listeners
}

// countLogins reads on, throws away, and counts the logins.
func (k *socket) countLogins(n *atomic.Int64) {
	for {
		_, payload, err := k.next()
		if err != nil {
			return
		}
		if bytes.HasPrefix(payload, []byte(`{"type":"login","success":true`)) {
			n.Add(1)
		}
	}
}

// inVain logs in again and again with what must be refused with a code.
func (s *siege) inVain(code string, logins ...fields) {
	s.t.Helper()
	var all []byte
	for _, f := range logins {
		all = append(all, f.of("login")...)
	}
	s.crowd(fast, func(i int) error {
		k, err := s.upgraded(i, "")
		if err != nil {
			return err
		}
		return k.refusedFlood(all, "login", code)
	})
	s.countSome(failed(code))
}
