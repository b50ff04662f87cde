package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"beckon/internal/ice"
	"beckon/internal/testkit"
	"beckon/internal/turn"
)

// The secrets of these tests.
const (
	firstSecret  = "first-secret-0123456789"
	secondSecret = "second-secret-0123456789"
)

// coturn starts that TURN server, which knows both secrets, and returns its host and port, for UDP and TCP alike.
func coturn(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("turnserver")
	if err != nil {
		t.Fatal("this test needs coturn (Debian: apt-get install coturn): ", err)
	}
	port := testkit.FreePort(t)
	dir := t.TempDir()
	output := new(testkit.Journal)
	command := exec.Command(program, "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--listening-port="+port,
		"--use-auth-secret", "--static-auth-secret="+firstSecret, "--static-auth-secret="+secondSecret, "--realm=test",
		"--no-tls", "--no-dtls", "--no-cli", "--allow-loopback-peers", "--log-file=stdout", "--simple-log",
		"--pidfile="+filepath.Join(dir, "pid"), "--userdb="+filepath.Join(dir, "db"))
	command.Dir, command.Stdout, command.Stderr = dir, output, output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		command.Wait()
	}()
	t.Cleanup(func() {
		command.Process.Kill()
		<-done
	})
	address := net.JoinHostPort("127.0.0.1", port)
	for end := time.Now().Add(testkit.Patience); ; time.Sleep(20 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		_, err := turn.Probe(ctx, turn.Server{URL: "stun:" + address + "?transport=tcp"}, nil)
		cancel()
		if err == nil {
			return address
		}
		if time.Now().After(end) {
			t.Fatalf("coturn does not answer: %v\n%s", err, output)
		}
	}
}

// allocates asks a server for a relayed address, as a browser with these credentials would.
func allocates(t *testing.T, url string, s iceServer) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testkit.Patience)
	defer cancel()
	_, err := turn.Probe(ctx, turn.Server{URL: url, Username: s.Username, Credential: s.Credential}, nil)
	return err
}

func secretFile(t *testing.T, secrets ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secrets")
	if err := os.WriteFile(path, []byte(strings.Join(secrets, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Each user gets credentials of their own, in the login reply, with a resumed session and with `ice`, and coturn
// accepts them.
func TestCredentialsForCoturn(t *testing.T) {
	address := coturn(t)
	url := "turn:" + address
	s := onLoopback(t, "--ice-server="+url+"?transport=udp", "--ice-server="+url+"?transport=tcp", "--ice-server=stun:"+address,
		"--turn-secret-file="+secretFile(t, firstSecret), "--turn-credential-ttl=1h")
	ana, bob := s.open(testkit.V1()), s.open()
	welcome := ana.Login("ana")
	welcome.Frame.ExpectKeys("success", "id", "name", "room", "users", "iceServers", "iceTtl", "session", "resumed", "resumeWindow")
	replies := []testkit.Frame{welcome.Frame, bob.Login("bob").Frame}
	bob.Send(`{"type":"ice"}`)
	replies = append(replies, bob.Expect("ice"))
	ana.Drop()
	replies = append(replies, s.open(testkit.V1()).Resume(ana.Session()).Frame)
	users := map[string]bool{}
	for _, f := range replies {
		servers := iceServers(t, f)
		for n, transport := range []string{"udp", "tcp"} {
			if err := allocates(t, url+"?transport="+transport, servers[n]); err != nil {
				t.Errorf("%s: %v", transport, err)
			}
		}
		if len(servers) != 3 || servers[2].Username != "" {
			t.Errorf("%+v", servers)
		}
		_, id, _ := strings.Cut(servers[0].Username, ":")
		users[id] = true
	}
	if len(users) != 2 || !users[welcome.Self.ID] {
		t.Errorf("credentials for %v, want one for each user's id", users)
	}
}

// The new secret of a file that was changed signs from SIGHUP on; a file that is of no use changes nothing.
func TestSecretsAreReadAgain(t *testing.T) {
	address := coturn(t)
	url, file := "turn:"+address+"?transport=udp", secretFile(t, firstSecret)
	p := launch(t, nil, "--listen=127.0.0.1:0", "--ice-server="+url, "--turn-secret-file="+file)
	bob := p.user("bob")
	fresh := func() iceServer {
		bob.Send(`{"type":"ice"}`)
		return iceServers(t, bob.Expect("ice"))[0]
	}
	for _, c := range []struct{ text, says, secret string }{
		{"", "reloaded", firstSecret},
		{secondSecret + "\n" + firstSecret, "reloaded", secondSecret},
		{"tiny-one", "--turn-secret-file: " + file + ": the secret in line 1 is shorter", secondSecret},
		{"some-other-secret-0123456789", "reloaded", ""},
	} {
		if c.text != "" {
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		before := strings.Count(p.stderr.String(), c.says)
		if err := p.command.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		p.await(c.says, before+1)
		given := fresh()
		expiry, id, _ := strings.Cut(given.Username, ":")
		if c.secret != "" && given.Credential != signed(t, c.secret, expiry, id) {
			t.Errorf("after %q: the credential is not made with %s", c.text, c.secret)
		}
		err := allocates(t, url, given)
		var failed *turn.Failure
		rejected := errors.As(err, &failed) && failed.Code == 401
		if known := c.secret != ""; known && err != nil || !known && !rejected {
			t.Errorf("after %q: %v", c.text, err)
		}
	}
	for _, secret := range []string{firstSecret, secondSecret, "tiny-one", "some-other", fresh().Credential} {
		if strings.Contains(p.stderr.String(), secret) {
			t.Errorf("%s is in the log", secret)
		}
	}
}

// signed is the credential for a user name.
func signed(t *testing.T, secret, expiry, id string) string {
	t.Helper()
	seconds, err := strconv.ParseInt(expiry, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	_, password := ice.Credential(secret, id, time.Unix(seconds, 0))
	return password
}

// await waits until the log has a text so many times.
func (p *process) await(text string, times int) {
	p.t.Helper()
	for end := time.Now().Add(testkit.Patience); strings.Count(p.stderr.String(), text) < times; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("the log does not say %q: %s", text, p.stderr)
		}
	}
}

// Relay only: clients are told so in both replies, and old ones are not disturbed.
func TestRelayOnly(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		c := s.open()
		f := c.Login("ana").Frame
		f.ExpectKeys("success", "id", "name", "room", "users", "iceServers", "iceTransportPolicy")
		c.Send(`{"type":"ice"}`)
		for _, f := range []testkit.Frame{f, c.Expect("ice")} {
			var policy string
			if err := json.Unmarshal([]byte(f.Value("iceTransportPolicy")), &policy); err != nil || policy != "relay" {
				t.Errorf("%q, %v in %s", policy, err, f.JSON)
			}
		}
	}, "--relay-only", "--ice-server=turn:ana:secret@turn.example.org")
}
