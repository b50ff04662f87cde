package config

import (
	"fmt"
	"net/netip"
	"regexp"
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
	for i, host := range c.AllowedHosts {
		canonical, err := canonicalName(strings.TrimSpace(host))
		if err != nil {
			return fmt.Errorf("--allowed-host: %w", err)
		}
		c.AllowedHosts[i] = canonical
	}
	return c.checkTokens()
}

// localName matches names that a resolver may know, be they of the DNS or of a network of containers.
var localName = regexp.MustCompile(`^(\*\.[a-z0-9_-]{1,63}\.)?([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$`)

// endsInNumber matches what browsers take for an IPv4 address (WHATWG URL, "ends in a number checker"), and here is none.
var endsInNumber = regexp.MustCompile(`(^|\.)([0-9]+|0x[0-9a-f]*)$`)

// canonicalName returns a host in lower case, without the dot of a complete name.
func canonicalName(host string) (string, error) {
	const maxName = 253
	canonical := strings.TrimSuffix(strings.ToLower(host), ".")
	bare, bracketed := strings.CutPrefix(canonical, "[")
	bare, closed := strings.CutSuffix(bare, "]")
	if ip, err := netip.ParseAddr(bare); err == nil && ip.Zone() == "" && bracketed == closed && (!closed || ip.Is6()) {
		return ip.String(), nil
	}
	if len(canonical) > maxName || !localName.MatchString(canonical) || endsInNumber.MatchString(canonical) {
		return "", fmt.Errorf("must be a host such as chat.example.org, or *.example.org, without scheme and port, an international one in its ASCII form, got %q", host)
	}
	return canonical, nil
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
