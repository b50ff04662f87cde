package faults_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// talkative is a log of which much more comes than may wait.
var talkative = []string{"--log-level=debug", "--log-lines-per-second=0", "--log-buffer-bytes=16384"}

// Whoever reads the log stands still: a terminal that is paused, a container's runtime that has stopped. Nobody else
// notices, and the process ends when it is told to.
func TestLogIsNotRead(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"pipe", "pipe, with a relay", "terminal"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flags, fill := talkative, func() {}
			read, write := pipe(t)
			to := write
			switch name {
			case "pipe, with a relay":
				flags = append([]string{"--turn", "--turn-listen=127.0.0.1:0"}, flags...)
				fallthrough
			case "pipe":
				fill = filler(t, write)
			case "terminal":
				_, to = newTerminal(t)
			}
			_ = read // and is not read from
			u := newUnread(t, streams{stderr: to}, nil, flags...)
			fill()
			u.crowd(200)
			if u.metric("beckon_log_dropped_lines_total") == 0 {
				t.Error("no line was dropped, or none counted")
			}
			u.expectExit(syscall.SIGTERM, 0)
		})
	}
}

// When the log is read again, it goes on, says how many lines are missing, and no line of it is broken.
func TestLogIsReadAgain(t *testing.T) {
	t.Parallel()
	read, write := pipe(t)
	fill := filler(t, write)
	u := newUnread(t, streams{stderr: write}, nil, talkative...)
	fill()
	u.crowd(100)
	text := make(chan string)
	go func() {
		all, _ := io.ReadAll(read)
		text <- string(all)
	}()
	u.crowd(20)
	dropped := u.metric("beckon_log_dropped_lines_total")
	u.expectExit(syscall.SIGTERM, 0)
	said, told := map[string]int{}, 0
	for line := range strings.Lines(<-text) {
		var entry struct {
			Message string
			Lines   int
		}
		if line == "\n" {
			continue // of what had filled the pipe
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Errorf("a broken line: %s", line)
		}
		if strings.HasSuffix(entry.Message, "lines were dropped") {
			told += entry.Lines
		}
		said[entry.Message]++
	}
	if dropped == 0 || told != dropped {
		t.Errorf("%d lines were dropped, and %d told of", dropped, told)
	}
	if said["listening"] != 1 || said["stopped"] != 1 || said["login"] < 20 {
		t.Errorf("the log says %v", said)
	}
}

// Whoever reads the log is gone. The server stays, and so does its relay.
func TestLogReaderIsGone(t *testing.T) {
	t.Parallel()
	for name, flags := range map[string][]string{"": nil, "with a relay": {"--turn", "--turn-listen=127.0.0.1:0"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read, write := pipe(t)
			u := newUnread(t, streams{stderr: write}, nil, flags...)
			write.Close()
			read.Close()
			u.crowd(20)
			if u.metric("beckon_log_dropped_lines_total") == 0 {
				t.Error("no line was dropped, or none counted")
			}
			if flags != nil && u.metric("beckon_turn_restarts_total") != 0 {
				t.Error("the relay was started again")
			}
			u.expectExit(syscall.SIGTERM, 0)
		})
	}
}

// What a dying process says of itself must not keep it alive, with its port taken, where nobody reads it. SIGQUIT is
// what a panic is: Go's runtime writes all stacks.
func TestDyingWordsAreNotRead(t *testing.T) {
	t.Parallel()
	read, write := pipe(t)
	fill := filler(t, write)
	u := newUnread(t, streams{stderr: write}, nil)
	fill()
	u.user("ana")
	u.expectExit(syscall.SIGQUIT, 2)
	if dialable(u.addr) {
		t.Error("the port is taken")
	}
	read.Close()
}

// They are all there for a reader who comes late.
func TestDyingWordsAreRead(t *testing.T) {
	t.Parallel()
	read, write := pipe(t)
	u := newUnread(t, streams{stderr: write}, nil)
	for range 100 {
		u.raw() // one goroutine or so each, where there is no poller
	}
	write.Close()
	u.expectExit(syscall.SIGQUIT, 2)
	words, err := io.ReadAll(read)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"message":"listening"`, "SIGQUIT: quit", "goroutine ", "app.(*App).Serve", "rip "} {
		if !strings.Contains(string(words), want) {
			t.Errorf("they lack %s:\n%.2000s", want, words)
		}
	}
}

// One that cannot start says why, but does not wait for ever to be heard.
func TestFailureToStartIsNotRead(t *testing.T) {
	t.Parallel()
	running := newServer(t)
	for flag, code := range map[string]int{"--listen=" + running.addr: 1, "--listen=nowhere": 2} {
		_, write := pipe(t)
		fill := filler(t, write)
		fill()
		u := &unread{server: &server{t: t}, ended: make(chan struct{})}
		u.command = exec.Command(beckon(t), flag)
		u.run(streams{stderr: write}, nil)
		u.expectExit(0, code)
	}
}
