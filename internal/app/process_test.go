package app_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// binary is the program, built once for the tests that want a process.
var binary struct {
	once sync.Once
	dir  string
	err  error
}

func program(t *testing.T) string {
	t.Helper()
	binary.once.Do(func() {
		if binary.dir, binary.err = os.MkdirTemp("", "beckon-test-"); binary.err != nil {
			return
		}
		build := exec.Command("go", "build", "-o", binary.dir, "beckon/cmd/beckon")
		if output, err := build.CombinedOutput(); err != nil {
			binary.err = fmt.Errorf("%w: %s", err, output)
		}
	})
	if binary.err != nil {
		t.Fatal(binary.err)
	}
	return filepath.Join(binary.dir, "beckon")
}

func removeBinary() { os.RemoveAll(binary.dir) }

// runToEnd runs the program, which must end by itself.
func runToEnd(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	command := exec.CommandContext(t.Context(), program(t), args...)
	command.Env, command.Stdout, command.Stderr = exactly(environ), &out, &errs
	watchdog := time.AfterFunc(testkit.Patience, func() { command.Process.Kill() })
	err := command.Run()
	if !watchdog.Stop() {
		t.Fatalf("%v goes on running: %s", args, errs.String())
	}
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), out.String(), errs.String()
}

// exactly is an environment without what the test itself was given: nil would mean that.
func exactly(environ []string) []string { return append([]string{}, environ...) }

// process is the program, running and listening.
type process struct {
	*server
	command *exec.Cmd
	stderr  *testkit.Journal
	done    chan struct{} // closed when it has ended and all of stderr is read
}

// launch starts the program and waits until it says where it listens.
func launch(t *testing.T, environ []string, args ...string) *process {
	t.Helper()
	p := &process{command: exec.Command(program(t), args...), stderr: new(testkit.Journal), done: make(chan struct{})}
	p.command.Env = exactly(environ)
	pipe, err := p.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	listening := make(chan string, 1)
	go func() {
		defer close(p.done)
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			fmt.Fprintln(p.stderr, lines.Text())
			var entry struct{ Message, Address string }
			if json.Unmarshal(lines.Bytes(), &entry) == nil && entry.Address != "" {
				listening <- entry.Address
			}
		}
		p.command.Wait()
	}()
	t.Cleanup(func() {
		p.command.Process.Kill()
		<-p.done
	})
	select {
	case address := <-listening:
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			t.Fatal(err)
		}
		address = net.JoinHostPort("127.0.0.1", port)
		p.server = &server{t: t, addr: address, url: "ws://" + address + "/ws"}
	case <-p.done:
		t.Fatalf("ended before it listened: %s", p.stderr)
	case <-time.After(testkit.Patience):
		t.Fatalf("does not say where it listens: %s", p.stderr)
	}
	return p
}

// expectExit sends a signal and expects exit code 0 in time.
func (p *process) expectExit(sig os.Signal) {
	p.t.Helper()
	begun := time.Now()
	if err := p.command.Process.Signal(sig); err != nil {
		p.t.Fatal(err)
	}
	p.awaitExit(begun)
}

func (p *process) awaitExit(begun time.Time) {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(2 * stopLimit):
		p.t.Fatalf("still running %v after the signal: %s", 2*stopLimit, p.stderr)
	}
	if took := time.Since(begun); took > stopLimit {
		p.t.Errorf("took %v to end, want at most %v", took, stopLimit)
	}
	if code := p.command.ProcessState.ExitCode(); code != 0 {
		p.t.Errorf("exit code %d, want 0: %s", code, p.stderr)
	}
}

func TestWrongUsage(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, test := range map[string]struct {
		environ []string
		args    []string
		mention string
	}{
		"taken port":         {nil, []string{"--listen", taken.Addr().String()}, taken.Addr().String()},
		"unknown flag":       {nil, []string{"--no-such-flag"}, "no-such-flag"},
		"argument":           {nil, []string{"serve"}, "serve"},
		"no port":            {nil, []string{"--listen=localhost"}, "--listen"},
		"port too high":      {nil, []string{"--listen=:65536"}, "--listen"},
		"port name":          {nil, []string{"--listen=:http-alt"}, "--listen"},
		"foreign address":    {nil, []string{"--listen=192.0.2.1:0"}, "192.0.2.1"},
		"bad duration":       {nil, []string{"--ping-interval=soon"}, "--ping-interval"},
		"duration unit":      {nil, []string{"--login-timeout=30"}, "--login-timeout"},
		"negative number":    {nil, []string{"--max-connections=-1"}, "--max-connections"},
		"no number":          {nil, []string{"--max-message-bytes=many"}, "--max-message-bytes"},
		"bad origin":         {nil, []string{"--allowed-origin=example.org"}, "--allowed-origin"},
		"any origin":         {nil, []string{"--allowed-origin=https://*"}, "--allowed-origin"},
		"bad ICE server":     {nil, []string{"--ice-server=http://example.org"}, "--ice-server"},
		"bad BECKON_LISTEN":  {[]string{"BECKON_LISTEN=nowhere"}, nil, "BECKON_LISTEN"},
		"bad PORT":           {[]string{"PORT=http"}, nil, "PORT"},
		"bad BECKON_ number": {[]string{"BECKON_MAX_ROOM_USERS=x"}, nil, "BECKON_MAX_ROOM_USERS"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := runToEnd(t, test.environ, test.args...)
			if code != 1 && code != 2 {
				t.Errorf("exit code %d", code)
			}
			if stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.HasSuffix(stderr, "\n") {
				t.Errorf("stdout %q, stderr %q, want one line on stderr", stdout, stderr)
			}
			if !strings.Contains(stderr, test.mention) {
				t.Errorf("%q does not mention %s", stderr, test.mention)
			}
		})
	}
}

func TestVersionAndHelp(t *testing.T) {
	code, stdout, stderr := runToEnd(t, nil, "--version")
	if code != 0 || stderr != "" || strings.Count(stdout, "\n") != 1 || len(strings.TrimSpace(stdout)) == 0 {
		t.Errorf("--version: exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	if code, again, stderr := runToEnd(t, nil, "version"); code != 0 || stderr != "" || again != stdout {
		t.Errorf("version: exit code %d, stdout %q, stderr %q, want %q", code, again, stderr, stdout)
	}
	if code, stdout, stderr = runToEnd(t, nil, "--help"); code != 0 || stderr != "" || !strings.Contains(stdout, "beckon help") {
		t.Errorf("--help: exit code %d, stderr %q, stdout %q", code, stderr, stdout)
	}
	code, stdout, stderr = runToEnd(t, nil, "help", "all")
	if code != 0 || stderr != "" {
		t.Errorf("help all: exit code %d, stderr %q", code, stderr)
	}
	if code, stdout, stderr := runToEnd(t, nil, "help", "nonsense"); code != 2 || stdout != "" || !strings.Contains(stderr, "nonsense") {
		t.Errorf("help nonsense: exit code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	for _, flag := range []string{
		"--listen", "--ping-interval", "--login-timeout", "--max-message-bytes", "--max-connections", "--max-room-users",
		"--max-users", "--allowed-origin", "--ice-server", "--version", "--help", "BECKON_LISTEN", "PORT",
	} {
		if !strings.Contains(stdout, flag) {
			t.Errorf("help all does not mention %s", flag)
		}
	}
}

// Where to listen: the flag, else BECKON_LISTEN, else PORT.
func TestListenSettings(t *testing.T) {
	flag, own, platform := testkit.FreePort(t), testkit.FreePort(t), testkit.FreePort(t)
	environ := []string{"PORT=" + platform}
	for _, step := range []struct {
		want string
		run  func() *process
	}{
		{platform, func() *process { return launch(t, environ) }},
		{own, func() *process { return launch(t, append(environ, "BECKON_LISTEN=127.0.0.1:"+own)) }},
		{flag, func() *process {
			return launch(t, append(environ, "BECKON_LISTEN=127.0.0.1:"+own), "--listen", "127.0.0.1:"+flag)
		}},
	} {
		p := step.run()
		if _, port, _ := net.SplitHostPort(p.addr); port != step.want {
			t.Errorf("listens on %s, want %s", port, step.want)
		}
		p.user("ana")
		p.expectExit(syscall.SIGTERM)
	}
}

func TestSignals(t *testing.T) {
	t.Parallel()
	for _, sig := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel() // each waits for a frozen client
			p := launch(t, nil, "--listen=127.0.0.1:0")
			a, b := p.pair("ana", "ben")
			frozen := p.open(testkit.Frozen())
			frozen.Send(`{"type":"login","name":"frozen"}`)
			a.ExpectJoined("frozen")
			b.ExpectJoined("frozen")
			begun := time.Now()
			if err := p.command.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			a.ExpectClose(1012)
			b.ExpectClose(1012)
			p.awaitExit(begun)
			if why := `"why":"` + sig.String() + ` signal received"`; !strings.Contains(p.stderr.String(), why) {
				t.Errorf("the log does not say %s:\n%s", why, p.stderr)
			}
		})
	}
}

// The log is JSON where stderr is no terminal, tells of connections, logins and departures, and holds nothing
// of what users say to each other, at any level.
func TestLog(t *testing.T) {
	const secret = "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx"
	p := launch(t, nil, "--listen=127.0.0.1:0", "--log-level=debug", "--ice-server=turn:user:hush-hush@turn.example.org:3478")
	a, b := p.pair("ana", "ben")
	for _, kind := range []string{"offer", "answer", "candidate"} {
		a.Say(testkit.Message{"type": kind, "name": "ben", kind: secret, "call": "secret-call"})
		b.ExpectRelay(kind, "ana")
		a.Say(testkit.Message{"type": kind, "name": "nobody", kind: secret})
		a.ExpectError("unknown_user")
		a.Say(testkit.Message{"type": kind, "name": "ben", "sdp": secret})
		a.ExpectError("bad_message")
	}
	a.Send(`{"type":"offer","name":"ben","offer":"` + secret)
	a.ExpectError("bad_json")
	a.Say(testkit.Message{"type": secret})
	a.ExpectError("unknown_type")
	a.SendBinary([]byte(secret))
	a.ExpectError("bad_json")
	a.Say(testkit.Message{"type": "ping", "data": secret})
	a.Expect("pong")
	b.LoginRefused("already_logged_in", testkit.Message{"name": "eve", "token": "secret-token"})
	a.Close(4000)
	b.ExpectLeft("ana")
	c := p.open()
	c.LoginRefused("bad_name", testkit.Message{"name": "evil\n\x1b[2Jname", "token": "secret-token"})
	c.Login("forged \" } line")
	p.expectExit(syscall.SIGTERM)

	text := p.stderr.String()
	for _, forbidden := range []string{"203.0.113.7", "typ srflx", "secret-call", "secret-token", "hush-hush", "\x1b"} {
		if strings.Contains(text, forbidden) {
			t.Errorf("the log holds %q:\n%s", forbidden, text)
		}
	}
	said := map[string]bool{}
	for line := range strings.Lines(text) {
		var entry struct{ Level, Message, Time string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Level == "" || entry.Message == "" || entry.Time == "" {
			t.Errorf("a line that is no JSON, or has no level, time and message: %s", line)
		}
		said[entry.Level+" "+entry.Message] = true
	}
	for _, event := range []string{"info connect", "info login", "info disconnect"} {
		if !said[event] {
			t.Errorf("the log says nothing of %q:\n%s", event, text)
		}
	}
	if !strings.Contains(text, `"ana"`) || !strings.Contains(text, "4000") {
		t.Errorf("the log does not say who came, or why they went:\n%s", text)
	}
}
