package app

import (
	"crypto/rand"
	"fmt"
	"slices"

	"beckon/internal/config"
	"beckon/internal/ice"
	"beckon/internal/session"
)

// turnAccess is how users get into TURN servers: with credentials that are made for each of them. Its methods are
// called by one goroutine at a time, and may be called on nil, where there are no such servers.
type turnAccess struct {
	issuer  *ice.Issuer
	file    string // of the secrets; "" where they are made up
	servers []ice.Server
	secrets ice.Secrets
	relay   relaying // nil until there is one
}

// relaying is the TURN server built in.
type relaying interface {
	Update(secrets []string) error
}

// newTURNAccess reads the secrets; nil where none are needed.
func newTURNAccess(cfg config.Config) (*turnAccess, error) {
	a := &turnAccess{issuer: ice.NewIssuer(cfg.TURNCredentialTTL), file: cfg.TURNSecretFile, servers: cfg.ICEServers}
	switch {
	case a.file != "":
		var err error
		if a.secrets, err = a.load(); err != nil {
			return nil, err
		}
	case cfg.TURN:
		a.secrets = ice.Secrets{rand.Text()} // which no other server knows
		a.servers = slices.DeleteFunc(slices.Clone(a.servers), ice.Server.LacksCredentials)
	default:
		return nil, nil
	}
	a.issuer.Use(a.servers, a.secrets)
	return a, nil
}

func (a *turnAccess) load() (ice.Secrets, error) {
	secrets, err := ice.LoadSecrets(a.file)
	if err != nil {
		return nil, fmt.Errorf("--turn-secret-file: %w", err)
	}
	return secrets, nil
}

// source is what logins ask for the servers.
func (a *turnAccess) source(cfg config.Config) session.ICESource {
	if a == nil {
		return ice.NewStatic(cfg.ICEServers)
	}
	return a.issuer
}

// add puts the servers of a relay before those of the configuration.
func (a *turnAccess) add(relay relaying, servers []ice.Server) {
	a.relay, a.servers = relay, append(servers, a.servers...)
	a.issuer.Use(a.servers, a.secrets)
}

// reload reads the secrets anew. The relay takes the new ones before anybody gets a credential made with them.
func (a *turnAccess) reload() error {
	if a == nil || a.file == "" {
		return nil
	}
	secrets, err := a.load()
	if err != nil {
		return err
	}
	if a.relay != nil {
		if err := a.relay.Update(secrets); err != nil {
			return fmt.Errorf("--turn-secret-file: %w", err)
		}
	}
	a.secrets = secrets
	a.issuer.Use(a.servers, a.secrets)
	return nil
}
