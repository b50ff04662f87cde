package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// adapt moves the defaults of settings that depend on others, so that changing one setting
// does not force the operator to change a second. What was set explicitly stays.
func (c *Config) adapt(explicit func(flag string) bool) {
	if !explicit("pong-timeout") && c.PongTimeout >= c.PingInterval {
		c.PongTimeout = c.PingInterval * 9 / 10
	}
	if !explicit("outbox-bytes") && c.OutboxBytes < c.MaxMessageBytes {
		c.OutboxBytes = c.MaxMessageBytes
	}
}

// finish checks every setting and brings it into its canonical form. An error's text starts
// with the flag's name and a colon.
func (c *Config) finish() error {
	if err := checkListen(c.Listen); err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	for i, origin := range c.AllowedOrigins {
		canonical, err := canonicalOrigin(strings.TrimSpace(origin))
		if err != nil {
			return fmt.Errorf("--allowed-origin: %w", err)
		}
		c.AllowedOrigins[i] = canonical
	}
	if err := c.checkDurations(); err != nil {
		return err
	}
	if err := c.checkNumbers(); err != nil {
		return err
	}
	return c.checkChoices()
}

// checkListen checks HOST:PORT as net.Listen takes it, without looking up the host.
func checkListen(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("must be HOST:PORT, :PORT or [IPV6]:PORT, got %q", address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return fmt.Errorf("the port must be a number from 0 to 65535, got %q", address)
	}
	if strings.ContainsAny(host, " \t/@?#") {
		return fmt.Errorf("must be HOST:PORT without a scheme or path, got %q", address)
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

func (c *Config) checkDurations() error {
	for _, d := range []struct {
		flag       string
		value      time.Duration
		least, top time.Duration
	}{
		{"ping-interval", c.PingInterval, 20 * time.Millisecond, time.Hour},
		{"pong-timeout", c.PongTimeout, 10 * time.Millisecond, time.Hour},
		{"login-timeout", c.LoginTimeout, 10 * time.Millisecond, 24 * time.Hour},
		{"write-timeout", c.WriteTimeout, 10 * time.Millisecond, time.Hour},
	} {
		if d.value < d.least || d.value > d.top {
			return fmt.Errorf("--%s: must be from %s to %s, got %s", d.flag, brief(d.least), brief(d.top), brief(d.value))
		}
	}
	if c.PingInterval <= c.PongTimeout {
		return fmt.Errorf("--ping-interval: must be more than --pong-timeout (%s), got %s", brief(c.PongTimeout), brief(c.PingInterval))
	}
	return nil
}

func (c *Config) checkNumbers() error {
	const million = 1_000_000
	for _, n := range []struct {
		flag              string
		value, least, top int
	}{
		{"max-message-bytes", c.MaxMessageBytes, 128, 16 << 20},
		{"outbox-bytes", c.OutboxBytes, 4096, 1 << 30},
		{"outbox-messages", c.OutboxMessages, 16, million},
		{"max-users", c.MaxUsers, 0, 100 * million},
		{"max-connections", c.MaxConnections, 0, 100 * million},
		{"max-room-users", c.MaxRoomUsers, 0, 100 * million},
	} {
		if n.value < n.least || n.value > n.top {
			return fmt.Errorf("--%s: must be from %d to %d, got %d", n.flag, n.least, n.top, n.value)
		}
	}
	if c.OutboxBytes < c.MaxMessageBytes {
		return fmt.Errorf("--outbox-bytes: must be at least --max-message-bytes (%d), got %d", c.MaxMessageBytes, c.OutboxBytes)
	}
	return nil
}

func (c *Config) checkChoices() error {
	for _, s := range []struct {
		flag, value string
		choices     []string
	}{
		{"log-level", c.LogLevel, []string{"debug", "info", "warn", "error"}},
		{"log-format", c.LogFormat, []string{"auto", "console", "json"}},
	} {
		if !slices.Contains(s.choices, s.value) {
			return fmt.Errorf("--%s: must be one of %s, got %q", s.flag, strings.Join(s.choices, ", "), s.value)
		}
	}
	return nil
}

// brief writes a duration without the zero units at its end: 2m, not 2m0s.
func brief(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
