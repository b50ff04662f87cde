package app_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// What a container needs to know of its server, without curl: `beckon health` finds it by the server's own settings.
func TestHealthCommand(t *testing.T) {
	certificate, key := selfSigned(t, "chat.example.org")
	socket := filepath.Join(t.TempDir(), "s")
	for name, flags := range map[string][]string{
		"plain":           {},
		"base path":       {"--base-path=/chat", "--allowed-host=chat.example.org"},
		"TLS":             {"--tls-cert=" + certificate, "--tls-key=" + key},
		"PROXY protocol":  {"--proxy-protocol", "--trusted-proxy=loopback"},
		"PROXY by others": {"--proxy-protocol", "--trusted-proxy=192.0.2.1"},
		"TLS below PROXY": {"--proxy-protocol", "--trusted-proxy=127.0.0.1", "--tls-cert=" + certificate, "--tls-key=" + key},
		"Unix socket":     {"--listen=unix:" + socket},
	} {
		t.Run(name, func(t *testing.T) {
			listen := "--listen=127.0.0.1:" + testkit.FreePort(t)
			flags := append([]string{listen}, flags...)
			if name == "Unix socket" {
				flags = flags[1:]
			}
			if code, stdout, stderr := runToEnd(t, nil, append([]string{"health"}, flags...)...); code != 1 || stdout != "" || stderr == "" {
				t.Errorf("before there is a server: exit code %d, stdout %q, stderr %q", code, stdout, stderr)
			}
			serves(t, flags...)
			if code, stdout, stderr := runToEnd(t, nil, append([]string{"health"}, flags...)...); code != 0 || stdout != "ok\n" || stderr != "" {
				t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout, stderr)
			}
		})
	}
}

// serves starts the program, on whatever it listens, until the test ends.
func serves(t *testing.T, flags ...string) {
	t.Helper()
	command, log := exec.Command(program(t), flags...), new(testkit.Journal)
	command.Env, command.Stderr = exactly(nil), log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
	})
	for begun := time.Now(); !strings.Contains(log.String(), `"listening"`); time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > testkit.Patience {
			t.Fatalf("does not say where it listens: %s", log)
		}
	}
}

// A server that is not well, or does not answer, is known by the exit code, in time.
func TestHealthCommandOfSickServers(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for name, c := range map[string]struct {
		serve http.HandlerFunc // nil for one that says nothing
		want  string
	}{
		"unwell": {func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "hub: no answer", http.StatusServiceUnavailable)
		}, "hub: no answer"},
		"another": {http.NotFound, "404"},
		"moved":   {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }, "302"},
		"silent":  {nil, "deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			url := "http://" + silent.Addr().String()
			if c.serve != nil {
				server := httptest.NewServer(c.serve)
				defer server.Close()
				url = server.URL
			}
			code, stdout, stderr := runToEnd(t, nil, "health", url, "--timeout=500ms")
			if code != 1 || stdout != "" || !strings.Contains(stderr, c.want) {
				t.Errorf("exit code %d, stdout %q, stderr %q, want 1 and %q", code, stdout, stderr, c.want)
			}
		})
	}
	if code, _, stderr := runToEnd(t, nil, "health", "--bogus"); code != 1 || !strings.Contains(stderr, "--bogus") {
		t.Errorf("a bad flag: exit code %d, stderr %q", code, stderr)
	}
}
