package app_test

import (
	"bufio"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"beckon/internal/testkit"
)

// A log for people shows what clients wrote in a form that cannot pass for a line of the log, or for a command to the
// terminal: it is quoted, line breaks and escapes and all.
func TestConsoleLogCannotBeForged(t *testing.T) {
	address := "127.0.0.1:" + testkit.FreePort(t)
	command := exec.Command(program(t), "--listen="+address, "--log-format=console", "--log-level=debug")
	command.Env = exactly(nil)
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Kill() })
	lines := bufio.NewScanner(stderr)
	if !lines.Scan() || !strings.Contains(lines.Text(), "listening") {
		t.Fatalf("the first line is %q", lines.Text())
	}

	s := &server{t: t, addr: address, url: "ws://" + address + "/ws"}
	const forged = "\n12:00:00 INF all is well\x1b[2J\r\u2028\u202e"
	c := s.open(testkit.Header("User-Agent", "x\t"+`\n12:00:00 INF`), testkit.Header("X-Request-Id", `y\x1b[2J`))
	c.Say(testkit.Message{"type": forged})
	c.ExpectError("unknown_type")
	c.LoginRefused("bad_name", testkit.Message{"name": "ana" + forged, "room": forged, "token": forged})
	c.Say(testkit.Message{"type": "login", "name": `ana" ` + `reason=forged`, "room": "den"})
	c.ExpectWelcome()
	c.Say(testkit.Message{"type": "offer", "name": forged, "offer": forged, "call": forged})
	c.ExpectError("unknown_user")
	c.Close(1000)
	if response, _, err := s.get("/%0a12:00:00%20INF%1b%5b2J"); err != nil || response.StatusCode != 404 {
		t.Errorf("%v %v", response, err)
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}

	said := 0
	for ; lines.Scan(); said++ {
		line := lines.Text()
		if strings.ContainsAny(line, "\x1b\r\u2028\u202e\x00") || strings.Contains(line, "all is well") && !strings.Contains(line, "=") {
			t.Errorf("a line that a client has written: %q", line)
		}
		if len(line) < len("15:04:05 INF") || line[2] != ':' || line[5] != ':' || !strings.Contains("DBG INF WRN", line[9:12]) {
			t.Errorf("no line of the log: %q", line)
		}
	}
	if err := command.Wait(); err != nil || said < 5 {
		t.Errorf("ended with %v after %d lines", err, said)
	}
}
