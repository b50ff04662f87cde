package config

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"beckon/internal/ice"
)

func defaults() Config {
	return Config{
		Listen:          ":9000",
		PingInterval:    25 * time.Second,
		PongTimeout:     10 * time.Second,
		LoginTimeout:    2 * time.Minute,
		WriteTimeout:    10 * time.Second,
		MaxMessageBytes: 65536,
		OutboxBytes:     1 << 20,
		OutboxMessages:  4096,
		LogLevel:        "info",
		LogFormat:       "auto",
	}
}

func TestDefaults(t *testing.T) {
	got, err := Load(nil, nil, io.Discard)
	if err != nil || !reflect.DeepEqual(got, defaults()) {
		t.Errorf("Load() = %+v, %v; want %+v", got, err, defaults())
	}
}

func TestLoad(t *testing.T) {
	stunA, stunB := ice.Server{URLs: []string{"stun:a"}}, ice.Server{URLs: []string{"stun:b:3478"}}
	turn := ice.Server{URLs: []string{"turn:c"}, Username: "u", Credential: "p"}
	for _, c := range []struct {
		about     string
		args, env []string
		want      func(*Config)
	}{
		{"a flag", []string{"--listen", "127.0.0.1:0"}, nil, func(c *Config) { c.Listen = "127.0.0.1:0" }},
		{"a flag with =", []string{"--listen=[::1]:80"}, nil, func(c *Config) { c.Listen = "[::1]:80" }},
		{"the variable", nil, []string{"BECKON_LISTEN=:1"}, func(c *Config) { c.Listen = ":1" }},
		{"PORT", nil, []string{"PORT=8080"}, func(c *Config) { c.Listen = ":8080" }},
		{"the variable before PORT", nil, []string{"PORT=8080", "BECKON_LISTEN=:1"}, func(c *Config) { c.Listen = ":1" }},
		{"the flag before both", []string{"--listen=:2"}, []string{"PORT=8080", "BECKON_LISTEN=:1"}, func(c *Config) { c.Listen = ":2" }},
		{"the flag, the variable being bad", []string{"--listen=:2"}, []string{"BECKON_LISTEN=x"}, func(c *Config) { c.Listen = ":2" }},
		{"empty variables", nil, []string{"PORT=", "BECKON_LISTEN=", "BECKON_MAX_USERS="}, func(*Config) {}},
		{"an empty variable and PORT", nil, []string{"PORT=3", "BECKON_LISTEN="}, func(c *Config) { c.Listen = ":3" }},
		{"other people's variables", nil, []string{"HOME=/", "LISTEN=:3", "beckon_listen=:4", "BECKON=1", "=odd", "odd"}, func(*Config) {}},
		{"the variables of Kubernetes", nil, []string{
			"BECKON_SERVICE_HOST=10.0.0.1", "BECKON_SERVICE_PORT=80", "BECKON_SERVICE_PORT_HTTP=80", "BECKON_PORT=tcp://10.0.0.1:80",
			"BECKON_PORT_80_TCP=tcp://10.0.0.1:80", "BECKON_PORT_80_TCP_PROTO=tcp", "BECKON_PORT_80_TCP_ADDR=10.0.0.1", "BECKON_ADMIN_SERVICE_HOST=10.0.0.2",
		}, func(*Config) {}},
		{"ICE servers by repeated flags", []string{"--ice-server", "stun:a", "--ice-server=turn:u:p@c"}, nil,
			func(c *Config) { c.ICEServers = []ice.Server{stunA, turn} }},
		{"ICE servers by one variable", nil, []string{"BECKON_ICE_SERVER=stun:a, stun:b:3478,turn:u:p@c"},
			func(c *Config) { c.ICEServers = []ice.Server{stunA, stunB, turn} }},
		{"the flag instead of the list", []string{"--ice-server=stun:b:3478"}, []string{"BECKON_ICE_SERVER=stun:a,turn:u:p@c"},
			func(c *Config) { c.ICEServers = []ice.Server{stunB} }},
		{"origins", []string{"--allowed-origin=HTTPS://Example.ORG", "--allowed-origin", "http://[::1]:8080"}, nil,
			func(c *Config) { c.AllowedOrigins = []string{"https://example.org", "http://[::1]:8080"} }},
		{"origins with default ports", nil, []string{"BECKON_ALLOWED_ORIGIN=https://a.example:443, http://a.example:80,http://a.example:443"},
			func(c *Config) {
				c.AllowedOrigins = []string{"https://a.example", "http://a.example", "http://a.example:443"}
			}},
		{"durations", []string{"--ping-interval=1m", "--pong-timeout=500ms", "--login-timeout=1h", "--write-timeout=3s"}, nil,
			func(c *Config) {
				c.PingInterval, c.PongTimeout, c.LoginTimeout, c.WriteTimeout = time.Minute, 500*time.Millisecond, time.Hour, 3*time.Second
			}},
		{"numbers", nil, []string{"BECKON_MAX_MESSAGE_BYTES=1024", "BECKON_OUTBOX_BYTES=4096", "BECKON_OUTBOX_MESSAGES=16", "BECKON_MAX_USERS=7", "BECKON_MAX_CONNECTIONS=8", "BECKON_MAX_ROOM_USERS=9"},
			func(c *Config) {
				c.MaxMessageBytes, c.OutboxBytes, c.OutboxMessages, c.MaxUsers, c.MaxConnections, c.MaxRoomUsers = 1024, 4096, 16, 7, 8, 9
			}},
		{"logging", []string{"--log-level=debug", "--log-format=json"}, nil, func(c *Config) { c.LogLevel, c.LogFormat = "debug", "json" }},
		{"a short ping interval alone", []string{"--ping-interval=10s"}, nil,
			func(c *Config) { c.PingInterval, c.PongTimeout = 10*time.Second, 9*time.Second }},
		{"large messages alone", []string{"--max-message-bytes=2000000"}, nil,
			func(c *Config) { c.MaxMessageBytes, c.OutboxBytes = 2_000_000, 2_000_000 }},
	} {
		want := defaults()
		c.want(&want)
		got, err := Load(c.args, c.env, io.Discard)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: Load = %#v, %v\nwant %#v", c.about, got, err, want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct {
		args, env []string
		want      string
	}{
		{[]string{"--bogus"}, nil, "unknown flag --bogus"},
		{[]string{"--listn=:1"}, nil, `unknown flag --listn, did you mean "--listen"?`},
		{[]string{"serve"}, nil, "unexpected argument serve"},
		{[]string{"se\nrve"}, nil, "unexpected argument se rve"},
		{[]string{"--listen"}, nil, "--listen: needs a value"},
		{[]string{"--listen", "--help"}, nil, "--listen: needs a value"},
		{[]string{"--listen="}, nil, `--listen: must be HOST:PORT, :PORT or [IPV6]:PORT, got ""`},
		{[]string{"--listen=9000"}, nil, `--listen: must be HOST:PORT, :PORT or [IPV6]:PORT, got "9000"`},
		{[]string{"--listen=::1:9000"}, nil, `--listen: must be HOST:PORT, :PORT or [IPV6]:PORT, got "::1:9000"`},
		{[]string{"--listen=:65536"}, nil, `--listen: the port must be a number from 0 to 65535, got ":65536"`},
		{[]string{"--listen=:http"}, nil, `--listen: the port must be a number from 0 to 65535, got ":http"`},
		{[]string{"--listen=http://localhost:9000"}, nil, `--listen: must be HOST:PORT, :PORT or [IPV6]:PORT, got "http://localhost:9000"`},
		{[]string{"--listen=a/b:9000"}, nil, `--listen: must be HOST:PORT without a scheme or path, got "a/b:9000"`},
		{nil, []string{"BECKON_LISTEN=x"}, `--listen (from BECKON_LISTEN): must be HOST:PORT, :PORT or [IPV6]:PORT, got "x"`},
		{nil, []string{"PORT=tcp://10.0.0.1:80"}, `--listen (from PORT): must be HOST:PORT, :PORT or [IPV6]:PORT, got ":tcp://10.0.0.1:80"`},
		{nil, []string{"BECKON_LISTN=:1"}, "BECKON_LISTN: unknown environment variable, did you mean BECKON_LISTEN?"},
		{nil, []string{"BECKON_MAX_USER=1"}, "BECKON_MAX_USER: unknown environment variable, did you mean BECKON_MAX_USERS?"},
		{nil, []string{"BECKON_WHATEVER=1", "BECKON_ANYTHING=1"}, "BECKON_ANYTHING: unknown environment variable"},
		{nil, []string{"BECKON_HELP=1"}, "BECKON_HELP: unknown environment variable"},
		{[]string{"--ping-interval=5"}, nil, `--ping-interval: must be a duration such as 25s, 500ms or 2m, got "5"`},
		{[]string{"--ping-interval=5s", "--pong-timeout=6s"}, nil, "--ping-interval: must be more than --pong-timeout (6s), got 5s"},
		{[]string{"--ping-interval=10s", "--pong-timeout=10s"}, nil, "--ping-interval: must be more than --pong-timeout (10s), got 10s"},
		{nil, []string{"BECKON_PING_INTERVAL=5s", "BECKON_PONG_TIMEOUT=6s"}, "--ping-interval (from BECKON_PING_INTERVAL): must be more than --pong-timeout (6s), got 5s"},
		{[]string{"--ping-interval=2h"}, nil, "--ping-interval: must be from 20ms to 1h, got 2h"},
		{[]string{"--pong-timeout=0s"}, nil, "--pong-timeout: must be from 10ms to 1h, got 0s"},
		{[]string{"--login-timeout=-1s"}, nil, "--login-timeout: must be from 10ms to 24h, got -1s"},
		{[]string{"--write-timeout=1h1s"}, nil, "--write-timeout: must be from 10ms to 1h, got 1h0m1s"},
		{[]string{"--max-message-bytes=64KiB"}, nil, `--max-message-bytes: must be a whole number, got "64KiB"`},
		{[]string{"--max-message-bytes=127"}, nil, "--max-message-bytes: must be from 128 to 16777216, got 127"},
		{nil, []string{"BECKON_MAX_MESSAGE_BYTES=127"}, "--max-message-bytes (from BECKON_MAX_MESSAGE_BYTES): must be from 128 to 16777216, got 127"},
		{[]string{"--outbox-bytes=5000"}, nil, "--outbox-bytes: must be at least --max-message-bytes (65536), got 5000"},
		{[]string{"--outbox-messages=15"}, nil, "--outbox-messages: must be from 16 to 1000000, got 15"},
		{[]string{"--max-users=-1"}, nil, "--max-users: must be from 0 to 100000000, got -1"},
		{[]string{"--max-connections=1e3"}, nil, `--max-connections: must be a whole number, got "1e3"`},
		{nil, []string{"BECKON_MAX_ROOM_USERS=many"}, `--max-room-users (from BECKON_MAX_ROOM_USERS): must be a whole number, got "many"`},
		{[]string{"--log-level=trace"}, nil, `--log-level: must be one of debug, info, warn, error, got "trace"`},
		{[]string{"--log-format=xml"}, nil, `--log-format: must be one of auto, console, json, got "xml"`},
		{[]string{"--allowed-origin=null"}, nil, `--allowed-origin: "null" is the origin of every sandboxed page and local file, so it cannot be allowed`},
		{[]string{"--ice-server=bad:c"}, nil, `--ice-server: "bad:c": the scheme must be stun, stuns, turn or turns`},
		{nil, []string{"BECKON_ICE_SERVER=stun:a,turn:u:p@h:0"}, `--ice-server (from BECKON_ICE_SERVER): "turn:***@h:0": the port must be a number from 1 to 65535`},
	} {
		_, err := Load(c.args, c.env, io.Discard)
		var usage *UsageError
		if !errors.As(err, &usage) || usage.Error() != c.want {
			t.Errorf("Load(%q, %q): %v\nwant %s", c.args, c.env, err, c.want)
		}
	}
}

func TestOriginsMustBeExact(t *testing.T) {
	for _, origin := range []string{
		"", "example.org", "example.org:80", "//example.org", "ws://example.org", "file:///", "https://", "https://:443",
		"https://example.org/", "https://example.org/path", "https://example.org?", "https://example.org?a", "https://example.org#a",
		"https://user@example.org", "https://*.example.org", "*", "https://example.org:", "https://example.org:0", "https://example.org:99999",
		"https://example.org:x", "https://exa mple.org", "NULL", "https://bücher.example",
	} {
		if got, err := canonicalOrigin(origin); err == nil {
			t.Errorf("canonicalOrigin(%q) = %q, want it refused", origin, got)
		}
	}
}

func TestHelpAndVersion(t *testing.T) {
	badEnvironment := []string{"BECKON_LISTEN=x", "BECKON_BOGUS=1"}
	for _, args := range [][]string{{"--help"}, {"-h"}, {"--log-level=bad", "--help"}} {
		var out bytes.Buffer
		if _, err := Load(args, badEnvironment, &out); !errors.Is(err, ErrShown) {
			t.Errorf("Load(%q): %v, want ErrShown", args, err)
		}
		for _, s := range Reference() {
			if !strings.Contains(out.String(), "--"+s.Flag+"=") || !strings.Contains(out.String(), s.Env) {
				t.Errorf("Load(%q) says nothing of --%s and %s:\n%s", args, s.Flag, s.Env, out.String())
			}
		}
	}
	var out bytes.Buffer
	if _, err := Load([]string{"--version"}, badEnvironment, &out); !errors.Is(err, ErrShown) {
		t.Errorf("Load(--version): %v, want ErrShown", err)
	}
	if !strings.HasPrefix(out.String(), "beckon ") || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("--version writes %q", out.String())
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken pipe")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestHelpThatCannotBeWritten(t *testing.T) {
	for _, arg := range []string{"--help", "--version"} {
		if _, err := Load([]string{arg}, nil, brokenWriter{}); !errors.Is(err, errBroken) {
			t.Errorf("Load(%s): %v, want the writer's error", arg, err)
		}
	}
}
