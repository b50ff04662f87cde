package config

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
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
	return c.checkTokens()
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

// canonicalOrigin returns an origin as browsers send it (RFC 6454, section 6.2): in lower
// case, without the scheme's default port.
func canonicalOrigin(origin string) (string, error) {
	if strings.EqualFold(origin, "null") {
		return "", fmt.Errorf(`"null" is the origin of every sandboxed page and local file, so it cannot be allowed`)
	}
	if strings.ContainsFunc(origin, func(r rune) bool { return r > unicode.MaxASCII }) {
		return "", fmt.Errorf("write an international host name in its ASCII form, xn--..., got %q", origin)
	}
	u, err := url.Parse(origin)
	exact := err == nil && u.Host != "" && u.Hostname() != "" && u.User == nil && u.Path == "" &&
		!strings.ContainsAny(origin, "?#*") && !strings.HasSuffix(u.Host, ":")
	if !exact || (u.Scheme != "http" && u.Scheme != "https") {
		return "", fmt.Errorf("must be http://HOST[:PORT] or https://HOST[:PORT] and nothing more, got %q", origin)
	}
	host := strings.ToLower(u.Host)
	switch port := u.Port(); {
	case port == "":
	case port == "80" && u.Scheme == "http", port == "443" && u.Scheme == "https":
		host = strings.TrimSuffix(host, ":"+port)
	default:
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "", fmt.Errorf("the port must be a number from 1 to 65535, got %q", origin)
		}
	}
	return u.Scheme + "://" + host, nil
}
