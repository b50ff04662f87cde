package app_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// reloadLine is a line of the log of reloads.
type reloadLine struct {
	Level, Message, Error string
	Changed, Settings     []string
	Read, Overridden      []string
}

// configured is the program with a configuration file, which a test writes anew.
type configured struct {
	*process
	path       string
	overridden []string // what the log has said of that
}

// launchWith starts the program with a file and, maybe, flags that win over it.
func launchWith(t *testing.T, file string, flags ...string) *configured {
	t.Helper()
	path := filepath.Join(t.TempDir(), "beckon.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return &configured{launch(t, nil, with([]string{"--config", path, "--listen=127.0.0.1:0"}, flags...)...), path, nil}
}

// write writes the file.
func (c *configured) write(file string) {
	c.t.Helper()
	if err := os.WriteFile(c.path, []byte(file), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// reload has the program read its file, and returns what the log says of that, and of settings that wait.
func (c *configured) reload() (outcome reloadLine, waiting []string) {
	c.t.Helper()
	const line = `"message":"reload`
	before := len(c.stderr.String())
	if err := c.command.Process.Signal(syscall.SIGHUP); err != nil {
		c.t.Fatal(err)
	}
	c.await(line, strings.Count(c.stderr.String()[:before], line)+1)
	for text := range strings.Lines(c.stderr.String()[before:]) {
		var line reloadLine
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			c.t.Fatalf("%v: %s", err, text)
		}
		if strings.HasPrefix(line.Message, "reload") {
			return line, waiting
		}
		waiting = append(waiting, line.Settings...)
		c.overridden = append(c.overridden, line.Overridden...)
	}
	c.t.Fatalf("the log says nothing of a reload: %s", c.stderr)
	return reloadLine{}, nil
}

// ice is what users are given.
func (c *configured) ice() testkit.Frame {
	c.t.Helper()
	zoe := c.user("zoe")
	zoe.Send(`{"type":"ice"}`)
	f := zoe.Expect("ice")
	goodbye(zoe)
	return f
}

// connects expects a connection to be let in, or to be refused with a status.
func (c *configured) connects(in bool, status int, options ...testkit.Option) {
	c.t.Helper()
	if in {
		c.open(options...).Drop()
	} else if r := testkit.DialRefused(c.t, c.url, options...); r.StatusCode != status {
		c.t.Errorf("refused with %s, want %d", r.Status, status)
	}
}

// upgrade asks for an upgrade, and returns the status of the answer.
func (c *configured) upgrade() int {
	c.t.Helper()
	conn, err := c.connect()
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(testkit.Patience))
	conn.Write([]byte("GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"))
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return response.StatusCode
}

// logsIn expects a third user to be let in, or to be refused with a code.
func (c *configured) logsIn(in bool, room, code string) {
	c.t.Helper()
	zoe := c.open()
	if in {
		zoe.LoginTo(room, "zoe")
	} else {
		zoe.LoginRefused(code, testkit.Message{"name": "zoe", "room": room})
	}
	zoe.Drop()
}

// What can change in a running server does: for those who come from then on, while those who are in notice nothing.
func TestReloadPutsSettingsInForce(t *testing.T) {
	for _, test := range []struct {
		setting, first, then string
		check                func(c *configured, then bool)
	}{
		{"max-users", "max-users: 2", "max-users: 3", func(c *configured, then bool) { c.logsIn(then, "den", "server_full") }},
		{"max-rooms", "max-rooms: 1", "max-rooms: 2", func(c *configured, then bool) { c.logsIn(then, "den", "server_full") }},
		{"max-room-users", "max-room-users: 2", "max-room-users: 3", func(c *configured, then bool) { c.logsIn(then, "", "room_full") }},
		{"max-connections", "max-connections: 2", "max-connections: 3", func(c *configured, then bool) { c.connects(then, 503) }},
		{"max-connections-per-ip", "max-connections-per-ip: 2", "max-connections-per-ip: 3", func(c *configured, then bool) { c.connects(then, 429) }},
		{"handshakes-per-second-per-ip", "handshakes-per-second-per-ip: 1\nlogins-per-second-per-ip: 0", "handshakes-per-second-per-ip: 10000\nlogins-per-second-per-ip: 0", func(c *configured, then bool) {
			refused := 0
			for range 20 { // the burst is four
				if c.upgrade() == http.StatusTooManyRequests {
					refused++
				}
			}
			if then != (refused == 0) {
				c.t.Errorf("%d are refused", refused)
			}
		}},
		{"logins-per-second-per-ip", "logins-per-second-per-ip: 1", "logins-per-second-per-ip: 10000", func(c *configured, then bool) {
			slowed := strings.Count(c.stderr.String(), `"message":"login slowed"`)
			for range 8 { // the burst is four, of which two are gone
				c.logsIn(true, "den", "")
			}
			if slowed = strings.Count(c.stderr.String(), `"message":"login slowed"`) - slowed; then != (slowed == 0) {
				c.t.Errorf("%d are slowed", slowed)
			}
		}},
		{"allowed-origin", "", "allowed-origin: https://friend.test", func(c *configured, then bool) {
			c.connects(then, 403, testkit.Header("Origin", "https://friend.test"))
		}},
		{"allowed-origin", "allowed-origin: 'null'", "allowed-origin: [capacitor://localhost, 'https://*.friend.test']", func(c *configured, then bool) {
			c.connects(then, 403, testkit.Header("Origin", "https://preview.friend.test"))
			c.connects(!then, 403, testkit.Header("Origin", "null"))
		}},
		{"ice-server", "ice-server: stun:a.test", "ice-server: stun:b.test", func(c *configured, then bool) {
			want := map[bool]string{false: "stun:a.test", true: "stun:b.test"}[then]
			if got := iceServers(c.t, c.ice()); len(got) != 1 || got[0].URLs != want {
				c.t.Errorf("users are given %+v, want %s", got, want)
			}
		}},
		{"relay-only", "ice-server: turn:u:secret@b.test", "ice-server: turn:u:secret@b.test\nrelay-only: true", func(c *configured, then bool) {
			if f := c.ice(); f.Has("iceTransportPolicy") != then {
				c.t.Errorf("users are told %s", f.JSON)
			}
		}},
		{"log-level", "", "log-level: debug", func(c *configured, then bool) {
			before := strings.Count(c.stderr.String(), `"level":"debug"`)
			if _, _, err := c.get("/healthz"); err != nil {
				c.t.Fatal(err)
			}
			goodbye(c.user("zoe"))
			if then {
				c.await(`"message":"http request"`, 1)
				c.await(`"message":"message"`, 1)
			} else if n := strings.Count(c.stderr.String(), `"level":"debug"`); n != before {
				c.t.Errorf("%d lines at debug level", n-before)
			}
		}},
	} {
		t.Run(test.setting, func(t *testing.T) {
			t.Parallel()
			c := launchWith(t, test.first)
			ana, ben := c.open(), c.open()
			ana.LoginAs(testkit.Message{"name": "ana", "presence": false})
			ben.LoginAs(testkit.Message{"name": "ben", "presence": false})
			test.check(c, false)
			c.write(test.then)
			outcome, waiting := c.reload()
			if outcome.Message != "reloaded" || !slices.Equal(outcome.Changed, []string{test.setting}) || waiting != nil {
				t.Errorf("the log says %+v, and that %q wait", outcome, waiting)
			}
			test.check(c, true)
			if outcome, _ := c.reload(); outcome.Message != "reloaded" || len(outcome.Changed) > 0 {
				t.Errorf("the same file again: %+v", outcome)
			}
			ana.Say(relayTo("ben"))
			ben.ExpectRelay("candidate", "ana")
		})
	}
}

// What cannot change is named, each time, until there is a restart or it is as it was.
func TestReloadNamesWhatNeedsARestart(t *testing.T) {
	t.Parallel()
	const first = "max-users: 2\nturn-listen:\n"
	c := launchWith(t, first, "--max-room-users=2")
	for range 2 {
		c.write("max-users: 3\nmax-room-users: 7\nlisten: :1\nping-interval: 1m\nauth-jwt-secret-file: /none\nmax-message-bytes: 1000000\n")
		outcome, waiting := c.reload()
		// The flags win over the file, as at the start.
		want := []string{"auth-jwt-secret-file", "ping-interval", "max-message-bytes", "outbox-bytes", "backlog-bytes"}
		if !slices.Equal(waiting, want) || outcome.Message != "reloaded" {
			t.Errorf("%q wait, want %q; %+v", waiting, want, outcome)
		}
	}
	c.user("ana")
	c.user("ben")
	c.logsIn(false, "", "room_full")
	c.logsIn(true, "den", "")
	c.write(first)
	if outcome, waiting := c.reload(); waiting != nil || !slices.Equal(outcome.Changed, []string{"max-users"}) {
		t.Errorf("the first file again: %q wait, %+v", waiting, outcome)
	}
	c.logsIn(false, "den", "server_full")
}

// A file that is wrong anywhere changes nothing, not even what is right in it, and is not said to have been reloaded.
func TestReloadOfABrokenFile(t *testing.T) {
	t.Parallel()
	c := launchWith(t, "max-users: 2\n")
	c.pair("ana", "ben")
	for file, want := range map[string]string{
		"max-users: 3\nmax-user: 4\n":                   "FILE, line 2: unknown setting max-user, did you mean max-users?",
		"max-users: many\n":                             `--max-users (from FILE, line 1): must be a whole number, got "many"`,
		"max-users: -1\n":                               "--max-users (from FILE, line 1): must be from 0 to 100000000, got -1",
		"max-users: 3\nallowed-origin: example.org\n":   `--allowed-origin (from FILE, line 2): must be SCHEME://HOST[:PORT] and nothing more, https://*.HOST for all names with one label more, file://, null or *, got "example.org"`,
		"max-users: 3\nrelay-only: yes\n":               "--relay-only (from FILE, line 2): needs --turn, or a TURN server with credentials in --ice-server: without one nobody could connect",
		"max-users: 3\nlisten: 'x\n":                    "FILE, line 3: found unexpected end of stream",
		"max-users: 3\nmax-users: 4\n":                  "FILE, line 2: max-users is set twice",
		"max-users: 3\nice-server: turn:u:***@b.test\n": "--ice-server (from FILE, line 2): turn:u:***@b.test stands for a secret that was not shown, write the secret itself",
		"": "--config: cannot open FILE: no such file or directory",
	} {
		if c.write(file); file == "" {
			if err := os.Remove(c.path); err != nil {
				t.Fatal(err)
			}
		}
		outcome, waiting := c.reload()
		want = strings.ReplaceAll(want, "FILE", c.path)
		if outcome.Level != "error" || outcome.Error != want || outcome.Changed != nil || waiting != nil {
			t.Errorf("%q: the log says %+v, and that %q wait\nwant %s", file, outcome, waiting, want)
		}
		c.logsIn(false, "den", "server_full")
	}
	if strings.Contains(c.stderr.String(), "reloaded") {
		t.Errorf("the log says that something was reloaded: %s", c.stderr)
	}
	c.write("max-users: 3\n")
	if outcome, _ := c.reload(); outcome.Message != "reloaded" {
		t.Errorf("a file that is right again: %+v", outcome)
	}
	c.logsIn(true, "den", "")
}

// Secrets that cannot be read leave the ICE servers as they were, all of them; other settings change.
func TestReloadWithoutTheSecrets(t *testing.T) {
	t.Parallel()
	c := launchWith(t, "ice-server: stun:a.test\nmax-users: 2\n")
	const bare = "ice-server: turn:b.test\nturn-secret-file: FILE\nmax-users: 3\n"
	file := secretFile(t, firstSecret)
	c.write(strings.ReplaceAll(bare, "FILE", file+".none"))
	outcome, waiting := c.reload()
	if outcome.Level != "error" || !strings.HasPrefix(outcome.Error, "--turn-secret-file: ") || !slices.Equal(outcome.Changed, []string{"max-users"}) || waiting != nil {
		t.Errorf("the log says %+v, and that %q wait", outcome, waiting)
	}
	if got := iceServers(t, c.ice()); len(got) != 1 || got[0].URLs != "stun:a.test" {
		t.Errorf("users are given %+v", got)
	}
	c.write(strings.ReplaceAll(bare, "FILE", file))
	if outcome, waiting = c.reload(); !slices.Equal(outcome.Changed, []string{"ice-server", "turn-secret-file"}) || waiting != nil {
		t.Errorf("the log says %+v, and that %q wait", outcome, waiting)
	}
	if got := iceServers(t, c.ice()); len(got) != 1 || got[0].URLs != "turn:b.test" || got[0].Credential == "" {
		t.Errorf("users are given %+v", got)
	}
}

// What was read again is named, whether it has changed or not: a secret's setting, its file's name, stays the same.
func TestReloadSaysWhatWasReadAgain(t *testing.T) {
	t.Parallel()
	secret, keys := secretFile(t, firstSecret), secretFile(t, "a secret of at least thirty-two bytes")
	cert, key := selfSigned(t, "chat.example")
	c := launchWith(t, strings.Join([]string{
		"ice-server: turn:b.test", "turn-secret-file: " + secret, "auth-jwt-secret-file: " + keys, "tls-cert: " + cert, "tls-key: " + key,
	}, "\n"))
	all := []string{"tls-cert", "tls-key", "auth-jwt-secret-file", "turn-secret-file"}
	if outcome, _ := c.reload(); outcome.Message != "reloaded" || len(outcome.Changed) > 0 || !slices.Equal(outcome.Read, all) {
		t.Errorf("the log says %+v, want %q to be read", outcome, all)
	}
	if err := os.WriteFile(keys, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	all = slices.DeleteFunc(all, func(flag string) bool { return flag == "auth-jwt-secret-file" })
	if outcome, _ := c.reload(); outcome.Level != "error" || !slices.Equal(outcome.Read, all) {
		t.Errorf("with a secret that is bad the log says %+v, want %q to be read", outcome, all)
	}
}

// Whoever changes a setting in the file that a flag or a variable sets is told that it has no effect.
func TestReloadNamesWhatIsOverridden(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "beckon.yaml")
	c := &configured{path: path}
	file := "max-users: 3\nmax-room-users: 7\nlog-level: info\n"
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	c.process = launch(t, []string{"BECKON_MAX_USERS=2", "BECKON_CONFIG=" + path, "BECKON_MAX_ROOMS=9"}, "--max-room-users=2", "--listen=127.0.0.1:0")
	want := []string{"max-users (BECKON_MAX_USERS)", "max-room-users (--max-room-users)"}
	if outcome, _ := c.reload(); outcome.Message != "reloaded" || len(outcome.Changed) > 0 || !slices.Equal(c.overridden, want) {
		t.Errorf("the log says %+v, and that %q have no effect, want %q", outcome, c.overridden, want)
	}
	c.overridden = nil
	c.write("log-level: info\n")
	if c.reload(); c.overridden != nil {
		t.Errorf("the log says that %q have no effect", c.overridden)
	}
}
