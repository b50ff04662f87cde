package config

import (
	"errors"
	"fmt"
	"strings"
)

// masked stands where secrets are not shown.
const masked = "***"

// checkAccess checks who is let in.
func (c *Config) checkAccess() error {
	for i, origin := range c.AllowedOrigins {
		canonical, err := canonicalOrigin(strings.TrimSpace(origin))
		if err != nil {
			return fmt.Errorf("--allowed-origin: %w", err)
		}
		c.AllowedOrigins[i] = canonical
	}
	tokens := c.AuthJWTSecretFile != "" || c.AuthJWKSFile != ""
	switch {
	case c.AuthJWTSecretFile != "" && c.AuthJWKSFile != "":
		return errors.New("--auth-jwks-file: cannot be used together with --auth-jwt-secret-file, drop one of the two")
	case c.AuthAudience != "" && !tokens:
		return errors.New("--auth-audience: needs --auth-jwt-secret-file or --auth-jwks-file, without which there are no tokens")
	case c.AuthIssuer != "" && !tokens:
		return errors.New("--auth-issuer: needs --auth-jwt-secret-file or --auth-jwks-file, without which there are no tokens")
	}
	return nil
}

// checkICEServers refuses what --print-config puts in place of secrets: as a secret it would
// only be found out when calls fail.
func (c *Config) checkICEServers() error {
	for _, server := range c.ICEServers {
		if server.Credential == masked {
			return fmt.Errorf("--ice-server: %s stands for a secret that was not shown, write the secret itself", server)
		}
	}
	return nil
}
