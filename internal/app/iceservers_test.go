package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beckon/internal/config"
	"beckon/internal/ice"
)

// stubborn is a relay that may refuse secrets.
type stubborn struct {
	fault error
	told  [][]string

	revoked []string
}

func (s *stubborn) Update(secrets []string) error {
	s.told = append(s.told, secrets)
	return s.fault
}

func (s *stubborn) Revoke(login string, until time.Time) {
	s.revoked = append(s.revoked, fmt.Sprintf("%s for %v", login, time.Until(until).Round(time.Minute)))
}

// offered are what users are given, but for the credentials.
func (s *iceServers) offered() (urls string, lapses bool) {
	given := s.Servers(ice.User{ID: "id"})
	return string(given.List), given.Lapses
}

func server(t *testing.T, text string) ice.Server {
	t.Helper()
	parsed, err := ice.ParseServer(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// Users are given credentials that the relay knows, or what they were given before.
func TestTheRelayKnowsSecretsFirst(t *testing.T) {
	const one, two = "secret-number-one", "secret-number-two"
	file := filepath.Join(t.TempDir(), "secrets")
	if err := os.WriteFile(file, []byte(one), 0o600); err != nil {
		t.Fatal(err)
	}
	var cfg config.Config
	cfg.TURN, cfg.TURNCredentialTTL = true, time.Hour
	cfg.ICEServers = []ice.Server{server(t, "turn:other.test"), server(t, "stun:other.test")}
	s, err := newICEServers(cfg)
	if err != nil {
		t.Fatal(err)
	}
	relay := &stubborn{}
	s.add(relay, []ice.Server{server(t, "turn:own.test")}, cfg)
	has := func(want ...string) {
		t.Helper()
		urls, lapses := s.offered()
		for _, host := range []string{"turn:own.test", "turn:other.test", "stun:other.test", "stun:new.test"} {
			if strings.Contains(urls, host) != slices.Contains(want, host) {
				t.Errorf("users are given %s, want %q", urls, want)
			}
		}
		if !lapses {
			t.Errorf("users are given credentials that do not lapse")
		}
	}
	has("turn:own.test", "stun:other.test") // the other one does not know the secret
	if err := s.use(cfg); err != nil || relay.told != nil {
		t.Errorf("the same again: %v, %q", err, relay.told)
	}

	relay.fault = errors.New("no process")
	cfg.TURNSecretFile, cfg.ICEServers[1] = file, server(t, "stun:new.test")
	if err := s.use(cfg); err == nil || !strings.HasPrefix(err.Error(), "--turn-secret-file: ") {
		t.Errorf("a relay that does not take the secrets: %v", err)
	}
	has("turn:own.test", "stun:other.test")
	relay.fault = nil
	if err := s.use(cfg); err != nil || !slices.Equal(relay.told[1], []string{one}) {
		t.Errorf("%v, %q", err, relay.told)
	}
	has("turn:own.test", "turn:other.test", "stun:new.test")

	if err := os.WriteFile(file, []byte(two+"\n"+one), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.use(cfg); err != nil || !slices.Equal(relay.told[2], []string{two, one}) {
		t.Errorf("%v, %q", err, relay.told)
	}
	cfg.TURNSecretFile = ""
	if err := s.use(cfg); err != nil || !slices.Equal(relay.told[3], s.madeUp) {
		t.Errorf("without a file: %v, %q", err, relay.told)
	}
	has("turn:own.test", "stun:new.test")
}

// Credentials may have been made when they were good for longer, and those of a server that stops are left alone.
func TestRevocationsLastAsLongAsCredentials(t *testing.T) {
	var cfg config.Config
	cfg.TURN, cfg.TURNCredentialTTL = true, time.Hour
	s, err := newICEServers(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Revoke("before there is a relay")
	relay := &stubborn{}
	s.add(relay, nil, cfg)
	s.Revoke("a")
	for _, ttl := range []time.Duration{2 * time.Hour, time.Minute} {
		cfg.TURNCredentialTTL = ttl
		if err := s.use(cfg); err != nil {
			t.Fatal(err)
		}
	}
	s.Revoke("b")
	s.leaving.Store(true)
	s.Revoke("c")
	if want := []string{"a for 1h0m0s", "b for 2h0m0s"}; !slices.Equal(relay.revoked, want) {
		t.Errorf("got %q, want %q", relay.revoked, want)
	}
}

// Credentials name a date. Those made before the clock was set back are good for longer, and are revoked for as long.
func TestRevocationsOutlastAClockThatIsSetBack(t *testing.T) {
	var cfg config.Config
	cfg.TURN, cfg.TURNCredentialTTL = true, time.Hour
	s, err := newICEServers(cfg)
	if err != nil {
		t.Fatal(err)
	}
	fast := time.Now().Round(0).Add(24 * time.Hour)
	relay, right := new(stubborn), s.date
	s.add(relay, []ice.Server{server(t, "turn:own.test")}, cfg)
	s.date = func() time.Time { return fast }
	s.Servers(ice.User{ID: "early"})
	s.date = right
	s.Servers(ice.User{ID: "late"})
	s.Revoke("early")
	s.Revoke("late") // who it is does not matter: few are revoked for longer than they need be
	if want := []string{"early for 25h0m0s", "late for 25h0m0s"}; !slices.Equal(relay.revoked, want) {
		t.Errorf("revoked: %q, want %q", relay.revoked, want)
	}
}
