package faults_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"beckon/internal/testkit"
)

// unread is the program with standard streams that the test has in its hands: it reads the log when it likes.
type unread struct {
	*server
	command *exec.Cmd
	ended   chan struct{} // closed when the process has
	admin   string
}

// streams are where a process reads from and writes its log to. They are closed here once it has them.
type streams struct{ stdin, stderr *os.File }

// newUnread starts the program and waits until it listens. It is killed when the test ends.
func newUnread(t *testing.T, std streams, environ []string, flags ...string) *unread {
	t.Helper()
	u := prepareUnread(t, flags...)
	u.run(std, environ)
	u.awaitReady()
	return u
}

// prepareUnread says how to start it.
func prepareUnread(t *testing.T, flags ...string) *unread {
	t.Helper()
	u := &unread{
		server: &server{t: t, addr: freeAddress(t), ends: map[string]int{}},
		admin:  freeAddress(t), ended: make(chan struct{}),
	}
	u.command = exec.Command(beckon(t), append([]string{"--listen=" + u.addr, "--admin=" + u.admin}, flags...)...)
	return u
}

func (u *unread) awaitReady() {
	u.t.Helper()
	eventually(u.t, "the program listens", func() bool { return u.get("http://"+u.addr+"/readyz") == "ready\n" })
}

// run starts the process, as the first one of a session if it has a terminal to read from.
func (u *unread) run(std streams, environ []string) {
	u.t.Helper()
	u.command.Env = append([]string{"PATH=/usr/bin:/bin"}, environ...)
	u.command.Stdin, u.command.Stderr = std.stdin, std.stderr
	u.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if std.stdin != nil && std.stdin.Name() == terminal {
		u.command.SysProcAttr.Setsid, u.command.SysProcAttr.Setctty = true, true
	}
	if err := u.command.Start(); err != nil {
		u.t.Fatal(err)
	}
	for _, f := range []*os.File{std.stdin, std.stderr} {
		if f != nil {
			f.Close()
		}
	}
	go func() {
		defer close(u.ended)
		u.command.Wait()
	}()
	u.t.Cleanup(func() {
		u.command.Process.Kill()
		<-u.ended
	})
}

// get is the body of an answer, or why there is none.
func (u *unread) get(url string) string {
	client := http.Client{Timeout: testkit.Patience, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	return string(body)
}

// metric reads one without labels.
func (u *unread) metric(name string) (value int) {
	u.t.Helper()
	_, line, _ := strings.Cut(u.get("http://"+u.admin+"/metrics"), "\n"+name+" ")
	if _, err := fmt.Sscan(line, &value); err != nil {
		u.t.Fatalf("%s: %v", name, err)
	}
	return value
}

// expectExit sends a signal, unless it is 0, and expects the end within the time that the contract promises.
func (u *unread) expectExit(sig syscall.Signal, code int) {
	u.t.Helper()
	const promised = 10 * time.Second
	if sig != 0 {
		u.command.Process.Signal(sig)
	}
	begun := time.Now()
	select {
	case <-u.ended:
	case <-time.After(2 * promised):
		u.t.Fatalf("it lives on after %v", sig)
	}
	if took := time.Since(begun); took > promised {
		u.t.Errorf("it took %v to end", took)
	}
	if got := u.command.ProcessState.ExitCode(); got != code {
		u.t.Errorf("ended with %v, want exit code %d", u.command.ProcessState, code)
	}
}

// crowd has users come, talk, and go again, and asks for the server's health.
func (u *unread) crowd(users int) {
	u.t.Helper()
	others := u.bystanders()
	for i := range users {
		guest := testkit.Dial(u.t, u.url())
		guest.LoginTo("guests", fmt.Sprint("guest", i))
		guest.ExpectPong("all is well")
		guest.Close(1000)
	}
	others.talk()
	if got := u.get("http://" + u.addr + "/healthz"); got != "ok\n" {
		u.t.Errorf("its health is %q", got)
	}
	others.ana.Close(1000)
	others.ben.Close(1000)
}

// pipe is one that is closed when the test ends.
func pipe(t *testing.T) (read, write *os.File) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		read.Close()
		write.Close()
	})
	return read, write
}

// filler returns what fills a pipe to its last byte, once, as a program beside this one that logs to it, too.
func filler(t *testing.T, write *os.File) (fill func()) {
	t.Helper()
	beside, err := syscall.Open(fmt.Sprintf("/proc/self/fd/%d", write.Fd()), syscall.O_WRONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		defer syscall.Close(beside)
		for size := 4096; size > 0; {
			_, err := syscall.Write(beside, []byte(strings.Repeat("\n", size)))
			switch {
			case errors.Is(err, syscall.EAGAIN):
				size /= 2
			case err != nil:
				t.Fatal(err)
			}
		}
	}
}

// terminal is the name of files that are one.
const terminal = "terminal"

// newTerminal is a terminal, and what is behind it.
func newTerminal(t *testing.T) (behind, front *os.File) {
	t.Helper()
	behind, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { behind.Close() })
	var number int
	raw, err := behind.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) {
		if err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err == nil {
			number, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	fd, err := syscall.Open(fmt.Sprint("/dev/pts/", number), syscall.O_RDWR|syscall.O_NOCTTY|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return behind, os.NewFile(uintptr(fd), terminal)
}

// dialable tells whether somebody listens.
func dialable(address string) bool {
	conn, err := net.Dial("tcp", address)
	if err == nil {
		conn.Close()
	}
	return err == nil
}
