package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// adapt moves the defaults of settings that depend on others, so that changing one setting
// does not force the operator to change a second. What was set explicitly stays.
func (c *Config) adapt(explicit func(flag string) bool) {
	if !explicit("pong-timeout") && c.PongTimeout >= c.PingInterval {
		c.PongTimeout = c.PingInterval * 9 / 10
	}
	if rate := c.HandshakesPerSecondPerIP; !explicit("logins-per-second-per-ip") && (rate == 0 || rate > c.LoginsPerSecondPerIP) {
		c.LoginsPerSecondPerIP = rate
	}
	if !explicit("outbox-bytes") && c.OutboxBytes < c.MaxMessageBytes {
		c.OutboxBytes = c.MaxMessageBytes
	}
	if !explicit("max-login-bytes") {
		c.MaxLoginBytes = min(c.MaxLoginBytes, c.MaxMessageBytes)
	}
	if !explicit("backlog-bytes") && c.BacklogBytes < c.MaxMessageBytes {
		c.BacklogBytes = c.MaxMessageBytes
	}
}

// finish checks every setting and brings it into its canonical form. An error's text starts
// with the flag's name and a colon.
func (c *Config) finish() error {
	for _, check := range []func() error{
		c.checkText, c.checkServing, c.checkTLS, c.checkACME, c.checkAccess, c.checkICEServers,
		c.checkTURN, c.checkMinted, c.checkDurations, c.checkNumbers, c.checkLoginBytes, c.checkBounds, c.checkAdmin, c.checkChoices,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// A duration of 0 that switches something off is outside of the range from least to top.
func (c *Config) checkDurations() error {
	for _, d := range []struct {
		flag       string
		value      time.Duration
		least, top time.Duration
		off        bool // whether 0 is allowed
	}{
		{"ping-interval", c.PingInterval, 20 * time.Millisecond, time.Hour, false},
		{"pong-timeout", c.PongTimeout, 10 * time.Millisecond, time.Hour, false},
		{"header-timeout", c.HeaderTimeout, 10 * time.Millisecond, time.Hour, true},
		{"keep-alive-timeout", c.KeepAliveTimeout, time.Second, time.Hour, true},
		{"login-timeout", c.LoginTimeout, 10 * time.Millisecond, 24 * time.Hour, true},
		{"write-timeout", c.WriteTimeout, 10 * time.Millisecond, time.Hour, false},
		{"resume-window", c.ResumeWindow, 10 * time.Millisecond, time.Hour, true},
		{"auth-jwks-refresh", c.AuthJWKSRefresh, 10 * time.Second, 24 * time.Hour, false},
		{"turn-credential-ttl", c.TURNCredentialTTL, 10 * time.Second, 30 * 24 * time.Hour, false},
	} {
		if d.value >= d.least && d.value <= d.top || d.off && d.value == 0 {
			continue
		}
		or := ""
		if d.off {
			or = " or 0"
		}
		return fmt.Errorf("--%s: must be from %s to %s%s, got %s", d.flag, brief(d.least), brief(d.top), or, brief(d.value))
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
		off               bool // whether 0 is allowed
	}{
		{"max-message-bytes", c.MaxMessageBytes, 128, 16 << 20, false},
		{"max-header-bytes", c.MaxHeaderBytes, 4096, 1 << 20, false},
		{"outbox-bytes", c.OutboxBytes, 4096, 1 << 30, true},
		{"outbox-messages", c.OutboxMessages, 16, million, true},
		{"sender-share-percent", c.SenderSharePercent, 1, 75, false},
		{"max-connections", c.MaxConnections, 0, 100 * million, true},
		{"max-http-connections", c.MaxHTTPConnections, 16, million, true},
		{"max-connections-per-ip", c.MaxConnectionsPerIP, 0, 100 * million, true},
		{"handshakes-per-second-per-ip", c.HandshakesPerSecondPerIP, 0, million, true},
		{"logins-per-second-per-ip", c.LoginsPerSecondPerIP, 0, million, true},
		{"messages-per-second", c.MessagesPerSecond, 0, million, true},
		{"bytes-per-second", c.BytesPerSecond, 1024, 1 << 30, true},
		{"max-users", c.MaxUsers, 0, 100 * million, true},
		{"max-rooms", c.MaxRooms, 0, 100 * million, true},
		{"max-room-users", c.MaxRoomUsers, 0, 100 * million, true},
		{"backlog-bytes", c.BacklogBytes, 4096, 1 << 30, true},
		{"backlog-messages", c.BacklogMessages, 16, million, true},
		{"waiting-bytes", c.WaitingBytes, 64 << 10, 1 << 30, true},
		{"log-lines-per-second", c.LogLinesPerSecond, 0, million, true},
		{"log-buffer-bytes", c.LogBufferBytes, 16 << 10, 1 << 30, false},
		{"turn-max-allocations", c.TURNMaxAllocations, 0, million, true},
		{"turn-max-allocations-per-user", c.TURNMaxAllocationsPerUser, 0, million, true},
		{"turn-max-allocations-per-ip", c.TURNMaxAllocationsPerIP, 0, million, true},
		{"turn-bytes-per-second", c.TURNBytesPerSecond, 16 << 10, 1 << 30, true},
		{"turn-bytes-per-second-per-user", c.TURNBytesPerSecondPerUser, 16 << 10, 1 << 30, true},
		{"turn-bytes-per-second-per-ip", c.TURNBytesPerSecondPerIP, 16 << 10, 1 << 30, true},
		{"turn-requests-per-second-per-ip", c.TURNRequestsPerSecondPerIP, 0, million, true},
	} {
		if n.value >= n.least && n.value <= n.top || n.off && n.value == 0 {
			continue
		}
		or := ""
		if n.off && n.least > 0 {
			or = " or 0"
		}
		return fmt.Errorf("--%s: must be from %d to %d%s, got %d", n.flag, n.least, n.top, or, n.value)
	}
	return nil
}

// checkLoginBytes checks that the longest login fits, as far as the longest message does.
func (c *Config) checkLoginBytes() error {
	const names, token = 2 << 10, 8 << 10 // names may be all escapes; auth.MaxTokenBytes
	least := names
	if c.takesTokens() {
		least += token
	}
	least = min(least, c.MaxMessageBytes)
	switch {
	case c.MaxLoginBytes < least:
		return fmt.Errorf("--max-login-bytes: must be at least %d, as long as a login may be, got %d", least, c.MaxLoginBytes)
	case c.MaxLoginBytes > c.MaxMessageBytes:
		return fmt.Errorf("--max-login-bytes: must be at most --max-message-bytes (%d), got %d", c.MaxMessageBytes, c.MaxLoginBytes)
	}
	return nil
}

// checkBounds checks the bounds of what waits for a client: there must be one, and the largest
// message must pass.
func (c *Config) checkBounds() error {
	for _, b := range []struct {
		flag            string
		bytes, messages int
		used            bool
	}{
		{"outbox", c.OutboxBytes, c.OutboxMessages, true},
		{"backlog", c.BacklogBytes, c.BacklogMessages, c.ResumeWindow > 0},
	} {
		switch {
		case !b.used:
		case b.bytes == 0 && b.messages == 0:
			return fmt.Errorf("--%s-bytes: cannot be 0 together with --%s-messages: a client that does not read would take all memory", b.flag, b.flag)
		case b.bytes != 0 && b.bytes < c.MaxMessageBytes:
			return fmt.Errorf("--%s-bytes: must be at least --max-message-bytes (%d), got %d", b.flag, c.MaxMessageBytes, b.bytes)
		}
	}
	return nil
}

func (c *Config) checkChoices() error {
	for _, s := range []struct{ flag, value string }{{"log-level", c.LogLevel}, {"log-format", c.LogFormat}} {
		if !slices.Contains(choices(s.flag), s.value) {
			return fmt.Errorf("--%s: must be one of %s, got %q", s.flag, strings.Join(choices(s.flag), ", "), s.value)
		}
	}
	return nil
}

// choices are the words that a flag takes, nil if it takes others.
func choices(flag string) []string {
	switch flag {
	case "log-level":
		return []string{"debug", "info", "warn", "error"}
	case "log-format":
		return []string{"auto", "console", "json"}
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
