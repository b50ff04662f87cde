//go:build linux

package attack_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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
			name: "logins with bad names", clients: fast, each: perSocket + perOutbox,
			perform: func(s *siege) {
				s.inVain("bad_name", fields{"name": "evil\u202ename", "room": "calm"}, fields{"name": strings.Repeat("x", 60_000)})
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
					fields{"name": "eve", "room": "calm", "token": strings.Repeat("x", 60_000)},
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
