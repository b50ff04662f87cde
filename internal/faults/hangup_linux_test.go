package faults_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// linesOf reads a log to its end.
func linesOf(read *os.File) <-chan string {
	lines := make(chan string, 1000) // more than there will be
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(read); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	return lines
}

// A terminal that is closed ends the server that was started there, which says goodbye to its clients: nobody could
// reach it any more, and its port would be taken.
func TestTerminalIsClosed(t *testing.T) {
	t.Parallel()
	behind, front := newTerminal(t)
	_, write := pipe(t)
	u := newUnread(t, streams{stdin: front, stderr: write}, nil)
	ana := u.user("ana")
	behind.Close()
	ana.ExpectClose(1012)
	u.command.Process.Signal(syscall.SIGHUP) // a shell may pass it on, too: that is no second signal to end at once
	u.expectExit(0, 0)
}

// The same terminal shows the log.
func TestTerminalOfTheLogIsClosed(t *testing.T) {
	t.Parallel()
	behind, front := newTerminal(t)
	again, err := syscall.Dup(int(front.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	u := newUnread(t, streams{stdin: front, stderr: os.NewFile(uintptr(again), terminal)}, nil)
	ana := u.user("ana")
	behind.Close()
	ana.ExpectClose(1012)
	u.expectExit(0, 0)
}

// What has no terminal, or was told by nohup to stay, reloads.
func TestHangUpWithoutATerminal(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(t *testing.T, u *unread) (stdin *os.File, hangUp func()){
		"no standard input": func(t *testing.T, u *unread) (*os.File, func()) {
			return nil, func() { u.command.Process.Signal(syscall.SIGHUP) }
		},
		"pipe": func(t *testing.T, u *unread) (*os.File, func()) {
			read, _ := pipe(t)
			return read, func() { u.command.Process.Signal(syscall.SIGHUP) }
		},
		"nohup": func(t *testing.T, u *unread) (*os.File, func()) {
			behind, front := newTerminal(t)
			ignoring := []string{"-c", `trap "" HUP; exec "$0" "$@"`}
			u.command = exec.Command("/bin/sh", append(ignoring, u.command.Args...)...)
			return front, func() { behind.Close() }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read, write := pipe(t)
			u := prepareUnread(t)
			stdin, hangUp := start(t, u)
			u.run(streams{stdin: stdin, stderr: write}, nil)
			u.awaitReady()
			log := linesOf(read)
			ana := u.user("ana")
			hangUp()
			for line := range log {
				if strings.Contains(line, `"message":"reloaded"`) {
					break
				}
			}
			ana.ExpectPong("still here")
			u.expectExit(syscall.SIGTERM, 0)
			for range log { // until its end
			}
		})
	}
}
