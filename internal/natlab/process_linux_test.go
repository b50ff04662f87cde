package natlab_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what it expects. Machines are slow at times.
const patience = 40 * time.Second

// process runs until it is killed, at the latest when the test ends.
type process struct {
	t       testing.TB
	command *exec.Cmd
	stdin   io.WriteCloser
	done    chan struct{} // closed when it has ended and its output is read

	mu     sync.Mutex
	output strings.Builder // guarded by mu
}

// launch starts a program in a namespace. hear gets each line that it writes, as it comes; its output is shown if the
// test fails.
func launch(t testing.TB, ns namespace, environ []string, hear func(line string), program string, args ...string) *process {
	t.Helper()
	p := &process{t: t, command: ns.command(program, args...), done: make(chan struct{})}
	p.command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "LANG=C", "HOME=" + os.Getenv("HOME")}, environ...)
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
			t.Logf("%s in %s said:\n%s", program, ns, p.said())
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
		if p.output.Len() < 1<<18 {
			fmt.Fprintf(&p.output, "%s %.500s\n", time.Now().Format("05.000"), lines.Text())
		}
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

// kill kills it and waits for the end.
func (p *process) kill() {
	p.command.Process.Kill()
	<-p.done
}

// awaits waits until a line with that in it has been written.
func (p *process) awaits(words string) {
	p.t.Helper()
	eventually(p.t, fmt.Sprintf("it writes %q", words), patience, func() bool {
		select {
		case <-p.done:
			p.t.Fatalf("ended without writing %q: %s", words, p.said())
		default:
		}
		return strings.Contains(p.said(), words)
	})
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, within time.Duration, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !condition(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", within, what)
		}
	}
}
