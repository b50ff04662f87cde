package app_test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/testkit"
)

// line is a line of the log, as far as it tells one thing from another.
type line struct {
	Message, Request, Session, User, Reason, Remote, Of, Detail string
	Lines                                                       int
	Origin                                                      [1]string
	In                                                          int64 `json:"messages_in"`
}

// logged returns the lines with the given message.
func (s *server) logged(message string) []line {
	s.t.Helper()
	var found []line
	for text := range strings.Lines(s.log.String()) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			s.t.Fatalf("%v: %s", err, text)
		}
		if l.Message == message {
			found = append(found, l)
		}
	}
	return found
}

// A session that moves from one connection to the next can be followed through the log, and so can each of its
// connections.
func TestLogTellsConnectionsAndSessionsApart(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		_, ben, self := s.pairV1()
		session := lose(ben)
		ben = s.openV1()
		ben.Resume(session)
		ben.Send(`{"type":"ping"}`)
		ben.Expect("pong")
		ben.Close(1000)
		synctest.Wait()

		connects, logins, resumes, ends := s.logged("connect"), s.logged("login"), s.logged("resume"), s.logged("disconnect")
		if len(connects) != 3 || len(logins) != 2 || len(resumes) != 1 || len(ends) != 2 {
			t.Fatalf("%d connects, %d logins, %d resumes, %d disconnects", len(connects), len(logins), len(resumes), len(ends))
		}
		names := map[string]bool{}
		for _, c := range connects {
			names[c.Request] = true
		}
		if len(names) != 3 || names[""] {
			t.Errorf("requests %v", slices.Collect(maps.Keys(names)))
		}
		first, second := connects[1].Request, connects[2].Request
		for _, c := range []struct {
			line    line
			request string
		}{{logins[1], first}, {resumes[0], second}, {ends[0], first}, {ends[1], second}} {
			if c.line.Request != c.request || c.line.Session != self.ID || c.line.User != "ben" {
				t.Errorf("of request %s: %+v", c.request, c.line)
			}
		}
		if ends[0].Reason != "connection_lost" || ends[1].Reason != "client_closed" || ends[1].In != 2 {
			t.Errorf("ends: %+v", ends)
		}
		if over := s.logged("session end"); len(over) != 1 || over[0].Session != self.ID {
			t.Errorf("session ends: %+v", over)
		}
	})
}

// The name that a trusted proxy gave the request is the log's too; nobody else's is.
func TestLogUsesTheProxysRequestID(t *testing.T) {
	header := testkit.Header("X-Request-Id", "7f3b-22")
	for flag, kept := range map[string]bool{"--trusted-proxy=loopback": true, "--trusted-proxy=192.0.2.0/24": false} {
		s := onLoopback(t, flag)
		goodbye(s.user("ana", header))
		s.stop()
		for _, message := range []string{"connect", "login", "disconnect"} {
			if l := s.logged(message); len(l) != 1 || l[0].Request == "" || (l[0].Request == "7f3b-22") != kept {
				t.Errorf("%s, %s: %+v", flag, message, l)
			}
		}
	}
}

// What is refused at the door is in the log, with the reason that the metrics have.
func TestLogOfRefusals(t *testing.T) {
	s := onLoopback(t)
	testkit.DialRefused(t, s.url, testkit.Header("Origin", "https://evil.example"))
	s.stop()
	got := s.logged("refused")
	want := line{Message: "refused", Reason: "origin", Remote: "127.0.0.1", Origin: [1]string{"https://evil.example"},
		Detail: "pages of this origin may not connect: the operator can allow it with --allowed-origin https://evil.example"}
	if len(got) != 1 || got[0].Request == "" {
		t.Fatalf("got %+v", got)
	}
	if want.Request = got[0].Request; got[0] != want {
		t.Errorf("got %+v, want %+v", got[0], want)
	}
}

// A flood of connections is counted, not written down one by one.
func TestLogOfAFlood(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		for range 25 {
			s.open()
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := len(s.logged("connect")); n != 10 {
			t.Errorf("%d connects", n)
		}
		left := map[string]int{}
		for _, l := range s.logged("too many log lines of a kind: some were left out") {
			left[l.Of] += l.Lines
		}
		if !maps.Equal(left, map[string]int{"connect": 15}) {
			t.Errorf("left out: %v", left)
		}
	}, "--log-lines-per-second=10")
}

// Who allows more connections than the system allows open files is told so, and how to mend it. What nobody has set is
// nobody's wish, unless the system's limit is low. Only the hard limit counts, to which a process raises its own.
func TestLogOfTooFewOpenFiles(t *testing.T) {
	for _, c := range []struct {
		limits, flag string
		told         bool
	}{
		{"ulimit -n 500", "--max-connections=501", true},
		{"ulimit -n 600", "--max-connections=501", true}, // there are others
		{"ulimit -n 601", "--max-connections=501", false},
		{"ulimit -Sn 100", "--max-connections=501", false},
		{"ulimit -n 10000", "--max-connections=0", true},
		{"ulimit -n 10100", "--max-connections=0", false},
		{"ulimit -n 10000", "--turn=false", true},
		{"ulimit -n 10100", "--turn=false", false},
	} {
		command := exec.Command("sh", "-c", c.limits+`; exec "$0" --listen=127.0.0.1:0 --max-room-users=0 "$1"`, program(t), c.flag)
		command.Env = exactly(nil)
		log := new(testkit.Journal)
		command.Stderr = log
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(testkit.Patience); !strings.Contains(log.String(), "listening"); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("does not start: %s", log)
			}
		}
		command.Process.Signal(os.Interrupt) // it says what it has to say before it ends
		command.Wait()
		if got := strings.Contains(log.String(), "LimitNOFILE"); got != c.told {
			t.Errorf("%s, %s: told %v: %s", c.limits, c.flag, got, log)
		}
	}
}
