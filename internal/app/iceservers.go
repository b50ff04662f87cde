package app

import (
	"crypto/rand"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"beckon/internal/config"
	"beckon/internal/ice"
	"beckon/internal/session"
)

// iceServers are the STUN and TURN servers that users are given, with credentials made for each user where a server
// takes such. It is a session.ICESource, for any goroutine; its other methods are called by one goroutine at a time.
type iceServers struct {
	current atomic.Pointer[offer]
	date    func() time.Time          // as it may be set; static
	lapses  atomic.Pointer[time.Time] // the latest date that a credential has named; nil before the first

	madeUp  ice.Secrets  // for the relay where there is no file of them; static
	secrets ice.Secrets  // of the credentials; nil where none are made
	relay   relaying     // nil without one; static once users come
	leaving atomic.Bool  // the whole server is: nobody's credentials are revoked
	own     []ice.Server // the relay's
}

// offer is what users are given; it never changes.
type offer struct {
	source    session.ICESource
	relayOnly bool
	longest   time.Duration // that credentials have been good for since the start
}

// relaying is the TURN server built in.
type relaying interface {
	Update(secrets []string) error
	Revoke(login string, until time.Time)
}

// newICEServers reads the secrets, if cfg names a file of them.
func newICEServers(cfg config.Config) (*iceServers, error) {
	s := &iceServers{madeUp: ice.Secrets{rand.Text()}, date: func() time.Time { return time.Now().Round(0) }}
	return s, s.use(cfg)
}

// use reads the secrets anew, and gives out the servers of cfg from now on. The relay takes new secrets before anybody
// gets a credential made with them. After an error, users are given what they were.
func (s *iceServers) use(cfg config.Config) error {
	secrets, err := s.load(cfg)
	if err != nil {
		return fmt.Errorf("--turn-secret-file: %w", err)
	}
	if s.relay != nil && (cfg.TURNSecretFile != "" || !slices.Equal(secrets, s.secrets)) {
		if err := s.relay.Update(secrets); err != nil {
			return fmt.Errorf("--turn-secret-file: %w", err)
		}
	}
	s.secrets = secrets
	s.offer(cfg)
	return nil
}

func (s *iceServers) load(cfg config.Config) (ice.Secrets, error) {
	switch {
	case cfg.TURNSecretFile != "":
		return ice.LoadSecrets(cfg.TURNSecretFile)
	case cfg.TURN:
		return s.madeUp, nil
	default:
		return nil, nil
	}
}

// add puts the servers of a relay before those of cfg.
func (s *iceServers) add(relay relaying, own []ice.Server, cfg config.Config) {
	s.relay, s.own = relay, own
	s.offer(cfg)
}

func (s *iceServers) offer(cfg config.Config) {
	servers := cfg.ICEServers
	if cfg.TURN && cfg.TURNSecretFile == "" { // other servers do not know the secret
		servers = slices.DeleteFunc(slices.Clone(servers), ice.Server.LacksCredentials)
	}
	servers = slices.Concat(s.own, servers)
	now := &offer{relayOnly: cfg.RelayOnly, longest: cfg.TURNCredentialTTL}
	if before := s.current.Load(); before != nil {
		now.longest = max(now.longest, before.longest)
	}
	if s.secrets == nil {
		now.source = ice.NewStatic(servers)
	} else {
		issuer := ice.NewIssuer(cfg.TURNCredentialTTL)
		issuer.Use(servers, s.secrets)
		now.source = issuer
	}
	s.current.Store(now)
}

// Servers is session.ICESource.
func (s *iceServers) Servers(user ice.User) ice.Handout {
	now := s.current.Load()
	given := now.source.Servers(user)
	given.RelayOnly = now.relayOnly
	if given.Lapses {
		s.noteLapse(s.date().Add(given.TTL))
	}
	return given
}

// noteLapse notes the date that a credential names.
func (s *iceServers) noteLapse(date time.Time) {
	for latest := s.lapses.Load(); latest == nil || date.After(*latest); latest = s.lapses.Load() {
		if s.lapses.CompareAndSwap(latest, &date) {
			return
		}
	}
}

// lapse is the date at which all credentials that have been made until now are good for nothing. It is further away than
// any lasts where the clock has been set back.
func (s *iceServers) lapse() time.Time {
	date := s.date().Add(s.current.Load().longest)
	if latest := s.lapses.Load(); latest != nil && latest.After(date) {
		return *latest
	}
	return date
}

// Revoke ends what the credentials of a login are good for, as far as this server can: with the TURN server built in. It
// is for any goroutine, and does not block.
func (s *iceServers) Revoke(id string) {
	if s.relay != nil && !s.leaving.Load() {
		s.relay.Revoke(id, s.lapse())
	}
}
