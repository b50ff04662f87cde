//go:build unix

package proxies_test

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// program is a process that runs until the test ends, and whatever it starts with it.
type program struct {
	command *exec.Cmd
	done    chan struct{} // closed when it has ended and its output is read

	mu     sync.Mutex
	output strings.Builder // guarded by mu
}

// launch starts a program. hear gets each line that it writes, as it comes; its output is shown if the test fails.
func launch(t *testing.T, path string, args, environ []string, hear func(line string)) *program {
	t.Helper()
	p := &program{command: exec.Command(path, args...), done: make(chan struct{})}
	p.command.Env = append([]string{"PATH=/usr/bin:/bin", "LANG=C"}, environ...)
	p.command.SysProcAttr = ownGroup()
	out, in := io.Pipe()
	p.command.Stdout, p.command.Stderr = in, in
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			p.mu.Lock()
			fmt.Fprintln(&p.output, lines.Text())
			p.mu.Unlock()
			if hear != nil {
				hear(lines.Text())
			}
		}
	}()
	go func() {
		defer close(p.done)
		p.command.Wait()
		in.Close()
		<-heard
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", path, p.said())
		}
	})
	return p
}

// said is what it has written up to now.
func (p *program) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String()
}

// ended tells whether it has ended.
func (p *program) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// signal sends it a signal, and nothing to what it has started.
func (p *program) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := p.command.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// kill kills it and all that it has started, and waits for the end.
func (p *program) kill() {
	syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL)
	<-p.done
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(testkit.Patience); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", testkit.Patience, what)
		}
	}
}
