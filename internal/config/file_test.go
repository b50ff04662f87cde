package config

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"beckon/internal/ice"
)

// written makes a configuration file.
func written(t *testing.T, content string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "beckon.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFile(t *testing.T) {
	for _, c := range []struct {
		about, file string
		args, env   []string
		want        func(*Config)
	}{
		{"nothing", "", nil, nil, func(*Config) {}},
		{"comments alone", "# nothing\n\n# at all\n", nil, nil, func(*Config) {}},
		{"values", "# why\nlisten: :1 # here\nping-interval: 1m\nmax-users: 7\nsocket-mode: 0600\nproxy-protocol: no\nbase-path: \"/chat\"\n", nil, nil,
			func(c *Config) {
				c.Listen, c.PingInterval, c.MaxUsers, c.SocketMode, c.BasePath = ":1", time.Minute, 7, 0o600, "/chat"
			}},
		{"lists", "allowed-origin:\n  - https://a.example\n  - https://b.example\ntrusted-proxy: [10.0.0.0/8, '::1']\n", nil, nil,
			func(c *Config) {
				c.AllowedOrigins, c.TrustedProxies = []string{"https://a.example", "https://b.example"}, proxies("10.0.0.0/8", "::1")
			}},
		{"a list of one", "allowed-origin: https://a.example\n", nil, nil, func(c *Config) { c.AllowedOrigins = []string{"https://a.example"} }},
		{"an item with a comma", "ice-server: ['turn:u:a,b@c']\n", nil, nil,
			func(c *Config) {
				c.ICEServers = []ice.Server{{URLs: []string{"turn:c"}, Username: "u", Credential: "a,b"}}
			}},
		{"empty values", "listen:\nmax-users: \"\"\nice-server: []\n", nil, []string{"PORT=5"}, func(c *Config) { c.Listen = ":5" }},
		{"the environment before the file", "listen: :1\nmax-users: 7\n", nil, []string{"BECKON_LISTEN=:2"}, func(c *Config) { c.Listen, c.MaxUsers = ":2", 7 }},
		{"PORT before the file", "listen: :1\n", nil, []string{"PORT=2"}, func(c *Config) { c.Listen = ":2" }},
		{"PORT and the file's host", "listen: 127.0.0.1:9407\n", nil, []string{"PORT=3000"}, func(c *Config) { c.Listen = "127.0.0.1:3000" }},
		{"PORT and the file's IPv6 host", "listen: '[::1]:9407'\n", nil, []string{"PORT=3000"}, func(c *Config) { c.Listen = "[::1]:3000" }},
		{"PORT and the file's Unix socket", "listen: unix:/run/beckon.sock\n", nil, []string{"PORT=3000"}, func(c *Config) { c.Listen = "unix:/run/beckon.sock" }},
		{"PORT that is of no use to a Unix socket", "listen: unix:/run/beckon.sock\n", nil, []string{"PORT=x"}, func(c *Config) { c.Listen = "unix:/run/beckon.sock" }},
		{"the variable before PORT and the file", "listen: 127.0.0.1:1\n", nil, []string{"PORT=3000", "BECKON_LISTEN=127.0.0.2:2"}, func(c *Config) { c.Listen = "127.0.0.2:2" }},
		{"the flag before PORT and the file", "listen: 127.0.0.1:1\n", []string{"--listen=127.0.0.2:2"}, []string{"PORT=3000"}, func(c *Config) { c.Listen = "127.0.0.2:2" }},
		{"the flag before both", "listen: :1\n", []string{"--listen=:3"}, []string{"BECKON_LISTEN=:2"}, func(c *Config) { c.Listen = ":3" }},
		{"the flag before a bad value", "max-users: x\n", []string{"--max-users=3"}, nil, func(c *Config) { c.MaxUsers = 3 }},
		{"a list replaces a list", "ice-server: [stun:a, stun:b]\n", []string{"--ice-server=stun:c"}, nil, func(c *Config) { c.ICEServers = []ice.Server{{URLs: []string{"stun:c"}}} }},
		{"a default that another setting moves", "max-message-bytes: 2000000\n", nil, nil,
			func(c *Config) { c.MaxMessageBytes, c.OutboxBytes, c.BacklogBytes = 2_000_000, 2_000_000, 2_000_000 }},
	} {
		want := defaults()
		c.want(&want)
		path := written(t, c.file)
		for _, named := range [][2][]string{{{"--config", path}, nil}, {nil, {"BECKON_CONFIG=" + path}}} {
			got, err := Load(append(named[0], c.args...), append(named[1], c.env...), io.Discard)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: Load = %+v, %v\nwant %+v", c.about, got, err, want)
			}
		}
	}
}

func TestFlagNamesTheFileBeforeTheVariable(t *testing.T) {
	first, second := written(t, "max-users: 1\n"), written(t, "max-users: 2\n")
	c, err := Load([]string{"--config=" + first}, []string{"BECKON_CONFIG=" + second}, io.Discard)
	if err != nil || c.MaxUsers != 1 {
		t.Errorf("%d users, %v", c.MaxUsers, err)
	}
}

func TestFileRefuses(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"listn: :1\n", "FILE, line 1: unknown setting listn, did you mean listen?"},
		{"\n# x\nmax-user: 1\n", "FILE, line 3: unknown setting max-user, did you mean max-users?"},
		{"whatever: 1\n", "FILE, line 1: unknown setting whatever"},
		{"max_users: 1\n", "FILE, line 1: unknown setting max_users, did you mean max-users?"},
		{"config: other.yaml\n", "FILE, line 1: unknown setting config"},
		{"help: true\n", "FILE, line 1: unknown setting help"},
		{"listen: :1\nlisten: :2\n", "FILE, line 2: listen is set twice"},
		{"listen:\nlisten: x\n", "--listen (from FILE, line 2): must be HOST:PORT, :PORT or [IPV6]:PORT, got \"x\""},
		{"- listen\n", "FILE, line 1: must be lines of the form setting: value"},
		{"listen\n", "FILE, line 1: must be lines of the form setting: value"},
		{"? [a]\n: b\n", "FILE, line 1: must be lines of the form setting: value"},
		{"listen: [:1, :2]\n", "FILE, line 1: listen must be one plain value"},
		{"listen:\n  port: 1\n", "FILE, line 2: listen must be one plain value"},
		{"ice-server:\n  - stun:a\n  - url: stun:b\n", "FILE, line 3: ice-server must be a list of plain values"},
		{"ice-server:\n  - [stun:a]\n", "FILE, line 2: ice-server must be a list of plain values"},
		{"listen: &x :1\nadmin: *x\n", "FILE, line 1: listen must be one plain value"},
		{"listen: !secret :1\n", "FILE, line 1: listen must be one plain value"},
		{"<<: {listen: :1}\n", "FILE, line 1: unknown setting <<"},
		{"a: b: c\n", "FILE, line 1: mapping values are not allowed in this context"},
		{"listen: 'x\n", "FILE, line 2: found unexpected end of stream"},
		{"listen: :1\n---\nlisten: :2\n", "FILE: must be one document, without --- in between"},
		{"listen: :1\n---\n\tx\n", "FILE: must be one document, without --- in between"},
		{"# here\nmax-users: many\n", `--max-users (from FILE, line 2): must be a whole number, got "many"`},
		{"ping-interval: 5s\npong-timeout: 6s\n", "--ping-interval (from FILE, line 1): must be more than --pong-timeout (6s), got 5s"},
		{"ice-server:\n  - stun:a\n  - turn:u:***@b\n", "--ice-server (from FILE, line 2): turn:u:***@b stands for a secret that was not shown, write the secret itself"},
		{"x: \"" + strings.Repeat("x", maxFileBytes) + "\"\n", "--config: FILE is longer than 1048576 bytes"},
	} {
		path := written(t, c.file)
		_, err := Load([]string{"--config", path}, nil, io.Discard)
		var usage *UsageError
		if want := strings.ReplaceAll(c.want, "FILE", path); !errors.As(err, &usage) || usage.Error() != want {
			t.Errorf("%.60q: %v\nwant %s", c.file, err, want)
		}
	}
	path := written(t, "\nlisten: 127.0.0.1:9407\n")
	for port, want := range map[string]string{
		"http":  `--listen (from PORT and FILE, line 2): the port must be a number from 0 to 65535, got "127.0.0.1:http"`,
		"65536": `--listen (from PORT and FILE, line 2): the port must be a number from 0 to 65535, got "127.0.0.1:65536"`,
	} {
		if _, err := Load([]string{"--config", path}, []string{"PORT=" + port}, io.Discard); err == nil || err.Error() != strings.ReplaceAll(want, "FILE", path) {
			t.Errorf("PORT=%s: %v\nwant %s", port, err, want)
		}
	}
	// A bad address in the file is its own fault, whatever the port.
	path = written(t, "listen: 9407\n")
	if _, err := Load([]string{"--config", path}, []string{"PORT=80"}, io.Discard); err == nil || !strings.HasPrefix(err.Error(), "--listen (from "+path+", line 1): must be HOST:PORT") {
		t.Errorf("PORT and a bad address in the file: %v", err)
	}
	dir := t.TempDir()
	for path, want := range map[string]string{
		dir + "/no": "--config: cannot open " + dir + "/no: no such file or directory",
		dir:         "--config: cannot read " + dir + ": it must be a file",
	} {
		if _, err := Load(nil, []string{"BECKON_CONFIG=" + path}, io.Discard); err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}

// printed is what --print-config shows.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := Load(append(args, "--print-config"), nil, &out); !errors.Is(err, ErrShown) {
		t.Fatalf("Load(%q, --print-config): %v, want ErrShown", args, err)
	}
	return out.String()
}

// full is a command line that sets everything that can be set together, in odd ways too.
func full() []string {
	return []string{
		"--listen=unix:/run/be ckon.sock", "--socket-mode=600", "--base-path=/chat", "--trusted-proxy=10.0.0.0/8,unix", "--proxy-protocol",
		"--acme-domain=a.example.org", "--acme-domain=b.example.org", "--acme-cache=/c#d", "--acme-email=op@example.org",
		"--acme-directory=https://ca.example/dir", "--acme-ca-file=ca: x.pem", "--http-redirect=[::]:80",
		"--allowed-origin=https://a.example", "--allowed-origin=http://[::1]:8080", "--auth-jwt-secret-file='s' 'x", "--auth-audience=a\\b\"c", "--auth-issuer=- x\té",
		"--ice-server=stun:a", "--ping-interval=90s", "--pong-timeout=1500ms", "--header-timeout=0", "--login-timeout=2h", "--write-timeout=3s",
		"--max-message-bytes=1000", "--outbox-bytes=0", "--max-users=3", "--resume-window=0", "--admin=:0", "--admin-public", "--log-level=debug", "--log-format=json",
	}
}

// What is printed is a file that sets the same.
func TestPrintedConfigLoadsAgain(t *testing.T) {
	for _, args := range [][]string{nil, full(), {"--ping-interval=10s"}, {"--tls-cert=c", "--tls-key=k"}} {
		want, err := Load(args, nil, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		text := printed(t, args...)
		got, err := Load([]string{"--config", written(t, text)}, nil, io.Discard)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("the configuration of %q is printed as\n%s\nand read as %+v, %v\nwant %+v", args, text, got, err, want)
		}
	}
}

// A secret is not printed, and the mask in its place is not taken for one.
func TestPrintedConfigHidesSecrets(t *testing.T) {
	text := printed(t, "--ice-server=turn:ana:s3cret@b", "--ice-server=stun:a")
	if strings.Contains(text, "s3cret") || !strings.Contains(text, "  - turn:ana:***@b\n") {
		t.Errorf("printed:\n%s", text)
	}
	if _, err := Load([]string{"--config", written(t, text)}, nil, io.Discard); err == nil || !strings.Contains(err.Error(), "turn:ana:***@b stands for a secret") {
		t.Errorf("read again: %v", err)
	}
}

// The comments say what --help says of each setting, and each setting is there once.
func TestPrintedConfigAgreesWithHelp(t *testing.T) {
	var help bytes.Buffer
	if err := Help([]string{"all"}, &help); !errors.Is(err, ErrShown) {
		t.Fatal(err)
	}
	words := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	text := printed(t)
	comments := words(strings.ReplaceAll(text, "\n# ", " "))
	for _, s := range Reference() {
		if !strings.Contains(words(help.String()), words(s.description)) {
			t.Errorf("--help does not say of --%s: %s", s.Flag, s.description)
		}
		if s.Flag == "config" {
			continue
		}
		if !strings.Contains(comments, words(s.description)) {
			t.Errorf("the file does not say of %s: %s", s.Flag, s.description)
		}
		if n := strings.Count(text, "\n"+s.Flag+":") + strings.Count(text, "\n#"+s.Flag+":"); n != 1 {
			t.Errorf("the file has %s %d times", s.Flag, n)
		}
	}
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "# ") && len(line) > commentWidth {
			t.Errorf("a long line: %s", line)
		}
	}
}

func TestPrintConfigOfABadConfig(t *testing.T) {
	var out bytes.Buffer
	_, err := Load([]string{"--print-config", "--max-users=-1"}, nil, &out)
	var usage *UsageError
	if !errors.As(err, &usage) || out.Len() > 0 {
		t.Errorf("%v, and printed %q", err, out.String())
	}
	if _, err := Load([]string{"--print-config"}, nil, brokenWriter{}); !errors.Is(err, errBroken) {
		t.Errorf("%v, want the writer's error", err)
	}
}
