package faults_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// process runs until it is killed, at the latest when the test ends.
type process struct {
	t       *testing.T
	command *exec.Cmd
	stdin   io.WriteCloser
	done    chan struct{} // closed when it has ended and its output is read

	mu     sync.Mutex
	output strings.Builder // guarded by mu
}

// launch starts a process. hear gets each line that it writes, as it comes; its output is shown if the test fails.
func launch(t *testing.T, environ []string, hear func(line string), path string, args ...string) *process {
	t.Helper()
	p := &process{t: t, command: exec.Command(path, args...), done: make(chan struct{})}
	p.command.Env = append([]string{"PATH=/usr/bin:/bin", "LANG=C"}, environ...)
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.command.Stdout, p.command.Stderr = in, in
	if p.stdin, err = p.command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	go p.listen(out, hear)
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", path, p.said())
		}
	})
	return p
}

func (p *process) listen(out *os.File, hear func(line string)) {
	defer close(p.done)
	defer out.Close()
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		p.mu.Lock()
		fmt.Fprintf(&p.output, "%.500s\n", lines.Text())
		p.mu.Unlock()
		hear(lines.Text())
	}
	p.command.Wait()
}

// said is what it has written up to now, the beginning of each line.
func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String()
}

// kill kills it, as kill -9 does, and waits for the end.
func (p *process) kill() {
	p.command.Process.Kill()
	<-p.done
}

// freeze stops it without a word, as a suspended machine is stopped: it holds all that it has and does nothing.
func (p *process) freeze() {
	p.t.Helper()
	p.signal(syscall.SIGSTOP)
	const state = 2 // field of the file, behind the process id and its name in parentheses
	eventually(p.t, "the process is stopped", func() bool {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.command.Process.Pid))
		if err != nil {
			p.t.Fatal(err)
		}
		fields := bytes.Fields(status)
		return len(fields) > state && string(fields[state]) == "T"
	})
}

// thaw lets a frozen one go on.
func (p *process) thaw() {
	p.t.Helper()
	p.signal(syscall.SIGCONT)
}

func (p *process) signal(sig os.Signal) {
	p.t.Helper()
	if err := p.command.Process.Signal(sig); err != nil {
		p.t.Fatal(err)
	}
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
