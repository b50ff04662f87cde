package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"beckon/internal/testkit"
)

// A hosting platform's PORT changes the port of the file's address, and leaves its host.
func TestPORTLeavesTheHost(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "beckon.yaml")
	if err := os.WriteFile(file, []byte("listen: 127.0.0.1:9407\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	port := testkit.FreePort(t)
	p := launch(t, []string{"PORT=" + port, "BECKON_CONFIG=" + file})
	if want := `"address":"127.0.0.1:` + port + `"`; !strings.Contains(p.stderr.String(), want) {
		t.Errorf("the log lacks %s: %s", want, p.stderr)
	}
	code, _, stderr := runToEnd(t, []string{"PORT=http", "BECKON_CONFIG=" + file})
	if code != 2 || !strings.Contains(stderr, "PORT") {
		t.Errorf("a bad PORT: exit code %d, %s", code, stderr)
	}
}

// Variables that images and orchestrators set do not stop the start. The log names those that may be misspelt settings,
// and keeps what they hold to itself.
func TestStrayVariablesAreWarnedOf(t *testing.T) {
	t.Parallel()
	p := launch(t, []string{
		"BECKON_VERSION=sesame", "BECKON_HOME=/sesame", "BECKON_MAX_USER=sesame",
		"BECKON_SERVICE_HOST=10.0.0.1", "BECKON_PORT=tcp://10.0.0.1:9000", "BECKON_PORT_9000_TCP=tcp://10.0.0.1:9000",
	}, "--listen=127.0.0.1:0")
	p.user("ana")
	p.expectExit(syscall.SIGTERM)
	log := p.stderr.String()
	for _, want := range []string{`"variable":"BECKON_VERSION"`, `"variable":"BECKON_HOME"`, `"variable":"BECKON_MAX_USER","nearest":"BECKON_MAX_USERS"`} {
		if !strings.Contains(log, `{"level":"warn",`+want) {
			t.Errorf("the log lacks %s: %s", want, log)
		}
	}
	if strings.Count(log, `"variable"`) != 3 || strings.Count(log, `"nearest"`) != 1 || strings.Contains(log, "sesame") {
		t.Errorf("the log says too much: %s", log)
	}
}
