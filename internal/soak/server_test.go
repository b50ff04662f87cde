//go:build linux

package soak_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// What the server is told, and what the model knows of it.
const (
	resumeWindow = 2 * time.Second
	pingInterval = 25 * time.Second
	pongTimeout  = 20 * time.Second
	loginTimeout = 5 * time.Second

	// On a busy machine a client of this process may be kept from its handshake
	// for seconds. No client here is slow with its head on purpose.
	headerTimeout = time.Minute

	namePatience = 3 * time.Second // for which who has a name may be silent when another asks for it
)

var settings = []string{
	"--listen=127.0.0.1:0", "--admin=127.0.0.1:0", "--log-lines-per-second=10",
	"--resume-window=" + resumeWindow.String(), "--ping-interval=" + pingInterval.String(),
	"--pong-timeout=" + pongTimeout.String(), "--login-timeout=" + loginTimeout.String(),
	"--header-timeout=" + headerTimeout.String(),
}

// build makes the program, with the race detector.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "beckon")
	if output, err := exec.Command("go", "build", "-race", "-o", path, "beckon/cmd/beckon").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, output)
	}
	return path
}

// server is a process under test.
type server struct {
	verdict  *verdict
	command  *exec.Cmd
	words    *words
	begun    time.Time
	stopping atomic.Bool   // whether it is expected to end
	ended    chan struct{} // closed when it has
	err      error         // of its end; owned by watch until ended is closed
	address  string        // HOST:PORT; static after start
	admin    string        // HOST:PORT; static after start
}

// start runs the program. Who starts it kills it.
func start(v *verdict, path string) (*server, error) {
	s := &server{verdict: v, words: &words{}, begun: time.Now(), ended: make(chan struct{})}
	s.command = exec.Command(path, settings...)
	s.command.Env = []string{"GORACE=halt_on_error=1"}
	s.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stderr, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	s.command.Stderr = in
	err = s.command.Start()
	in.Close()
	if err != nil {
		stderr.Close()
		return nil, err
	}
	found := make(chan struct{})
	go s.watch(stderr, found)
	select {
	case <-found:
		return s, nil
	case <-s.ended:
	case <-time.After(testkit.Patience):
	}
	s.kill()
	return nil, fmt.Errorf("the server does not say where it listens: %s", s.words)
}

// watch reads what the server says until it has ended.
func (s *server) watch(stderr io.ReadCloser, found chan<- struct{}) {
	defer close(s.ended)
	defer stderr.Close()
	for lines := bufio.NewReader(stderr); ; {
		line, err := lines.ReadString('\n')
		if s.words.add(line) {
			s.verdict.fault("the server says: %s", strings.TrimSpace(line))
		}
		if s.address == "" || s.admin == "" {
			if s.look(line); s.address != "" && s.admin != "" {
				close(found)
			}
		}
		if err != nil {
			break
		}
	}
	if s.err = s.command.Wait(); !s.stopping.Load() {
		s.verdict.fault("the server has ended: %v", s.err)
	}
}

// look takes the addresses from a line of the log.
func (s *server) look(line string) {
	var entry struct{ Message, Address string }
	if json.Unmarshal([]byte(line), &entry) != nil {
		return
	}
	switch entry.Message {
	case "listening":
		s.address = entry.Address
	case "listening aside":
		s.admin = entry.Address
	}
}

// stop asks it to end and waits until it has: nil if it ended in order and in time.
func (s *server) stop(within time.Duration) error {
	s.stopping.Store(true)
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-s.ended:
		return s.err
	case <-s.verdict.ctx.Done():
		return nil
	case <-time.After(within):
		return errors.New("it does not end")
	}
}

// kill ends it at once. The result is how it has ended by itself, for who reads it, empty if it had not.
func (s *server) kill() string {
	crashed := false
	select {
	case <-s.ended:
		crashed = s.err != nil
	default:
		s.stopping.Store(true)
		s.command.Process.Kill()
		<-s.ended
	}
	if crashed {
		return fmt.Sprintf(": it has ended: %v", s.err)
	}
	return ""
}

// words is the end of what a server has said, or what it has said since something was wrong.
type words struct {
	mu    sync.Mutex
	lines []string // guarded by mu
	alarm bool     // whether the last of lines follow a fault; guarded by mu
}

// add takes a line, and tells whether it is the first that says that something is wrong.
func (w *words) add(line string) (alarming bool) {
	const few, many, longest = 8, 120, 300
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, mark := range []string{"DATA RACE", "panic:", "fatal error:", `"level":"error"`, `"level":"fatal"`} {
		alarming = alarming || !w.alarm && strings.Contains(line, mark)
	}
	w.alarm = w.alarm || alarming
	if w.alarm && len(w.lines) >= many {
		return alarming
	}
	w.lines = append(w.lines, strings.TrimSuffix(line[:min(len(line), longest)], "\n")+"\n")
	if !w.alarm && len(w.lines) > few {
		w.lines = w.lines[1:]
	}
	return alarming
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.lines, "")
}
