//go:build linux

package attack_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// build makes the binary to attack.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "beckon")
	if output, err := exec.Command("go", "build", "-o", path, "beckon/cmd/beckon").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, output)
	}
	return path
}

// server is a process that is attacked.
type server struct {
	t       *testing.T
	command *exec.Cmd
	log     string // path of what it writes to stderr
	address string // HOST:PORT
	admin   string // HOST:PORT
}

// start runs the binary on free ports until the test ends, which shows the end of its log if it fails.
func start(t *testing.T, binary string, flags ...string) *server {
	t.Helper()
	s := &server{t: t, log: filepath.Join(t.TempDir(), "log")}
	stderr, err := os.Create(s.log)
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	s.command = exec.Command(binary, append([]string{"--listen=127.0.0.1:0", "--admin=127.0.0.1:0"}, flags...)...)
	s.command.Env, s.command.Stderr = []string{"GORACE=halt_on_error=1"}, stderr
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	for deadline := time.Now().Add(testkit.Patience); !s.listens(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("does not say where it listens: %s", s.words())
		}
	}
	return s
}

// listens looks in the log for the addresses.
func (s *server) listens() bool {
	log, err := os.Open(s.log)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	for lines := bufio.NewScanner(log); lines.Scan(); {
		var entry struct{ Message, Address string }
		if json.Unmarshal(lines.Bytes(), &entry) != nil {
			continue
		}
		switch entry.Message {
		case "listening":
			s.address = entry.Address
		case "listening aside":
			s.admin = entry.Address
		}
	}
	return s.address != "" && s.admin != ""
}

// stop ends the process, which must have lived until now and must end in order.
func (s *server) stop() {
	s.command.Process.Signal(syscall.SIGTERM)
	watchdog := time.AfterFunc(testkit.Patience, func() { s.command.Process.Kill() })
	defer watchdog.Stop()
	if err := s.command.Wait(); err != nil {
		s.t.Errorf("the server ended with %v", err)
	}
	if s.t.Failed() {
		s.t.Logf("the server said:\n%s", s.words())
	}
}

// words is the end of the log.
func (s *server) words() string {
	const most = 2000
	text, _ := os.ReadFile(s.log)
	return string(text[max(0, len(text)-most):])
}

// peak is the most memory that the process has had since forgetPeak, in bytes: VmHWM of proc(5).
func (s *server) peak() int64 {
	text, err := os.ReadFile(s.proc("status"))
	if err != nil {
		s.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kilobytes, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}

func (s *server) forgetPeak() {
	const peak = "5" // of clear_refs in proc(5)
	if err := os.WriteFile(s.proc("clear_refs"), []byte(peak), 0); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) proc(name string) string {
	return fmt.Sprintf("/proc/%d/%s", s.command.Process.Pid, name)
}
