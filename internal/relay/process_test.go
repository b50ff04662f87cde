//go:build unix

package relay

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"beckon/internal/turn"

	"github.com/rs/zerolog"
)

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

// expectCut waits until a connection is closed from the other side.
func expectCut(t *testing.T, conn net.Conn) {
	t.Helper()
	conn.SetReadDeadline(time.Now().Add(patience))
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestKilledProcessIsReplaced(t *testing.T) {
	f := newRelay(t, nil)
	peer := socket(t, "udp", "127.0.0.1:0")
	relayed := allocate(t, f.client(t, "udp", "ana"))
	exchange(t, relayed, peer)
	client := f.handed(t)
	f.observed.until(t, "an allocation", func() bool { return f.observed.open[turn.OverUDP] == 1 })
	first := f.pid(t)
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	expectCut(t, client)
	f.observed.until(t, "no allocation", func() bool { return f.observed.open[turn.OverUDP] == 0 })
	again := allocate(t, f.client(t, "udp", "ana")) // at the same port, sent again until it is answered
	exchange(t, again, peer)
	exchange(t, allocate(t, f.client(t, "tcp", "ana")), peer)
	exchange(t, allocate(t, f.client(t, "handed", "ana")), peer)
	if second := f.pid(t); second == first {
		t.Error("it is the same process")
	}
	f.observed.until(t, "one restart", func() bool { return f.observed.restarted == 1 })
	f.observed.until(t, "one allocation", func() bool { return f.observed.created[turn.OverUDP] == 2 && f.observed.open[turn.OverUDP] == 1 })
	if log := f.lines.String(); strings.Count(log, "it will be started again") != 1 || !strings.Contains(log, "killed") {
		t.Errorf("the log is %s", log)
	}
}

// What is said to all of a terminal, or of a service, is for the parent alone to answer.
func TestSignalsDoNotEndTheProcess(t *testing.T) {
	f := newRelay(t, nil)
	relayed := allocate(t, f.client(t, "udp", "ana"))
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if err := syscall.Kill(f.pid(t), signal); err != nil {
			t.Fatal(err)
		}
	}
	exchange(t, relayed, socket(t, "udp", "127.0.0.1:0"))
	if f.observed.restarted != 0 {
		t.Error("it was started again")
	}
}

func TestServeEndsTheProcess(t *testing.T) {
	f := newRelay(t, nil)
	pid := f.pid(t)
	client := f.handed(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := f.Serve(ctx); err != nil {
		t.Error(err)
	}
	if alive(pid) {
		t.Error("the process lives on")
	}
	expectCut(t, client)
	if packets, err := net.ListenPacket("udp", f.server); err != nil {
		t.Error(err)
	} else {
		packets.Close()
	}
	client, server := streamPair(t)
	if err := f.Hand(server); err == nil {
		t.Error("a stream is taken by a relay that has ended")
	}
	expectCut(t, client)
}

// A parent that is killed cannot end the process, which must not be left to itself.
func TestProcessEndsWithItsParent(t *testing.T) {
	parent := exec.Command(os.Args[0], asParent)
	output, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadBytes('\n')
	var running struct{ PID int }
	if err != nil || json.Unmarshal(line, &running) != nil || running.PID == 0 {
		t.Fatalf("the parent says %q, %v", line, err)
	}
	if !alive(running.PID) {
		t.Error("there is no process")
	}
	parent.Process.Kill()
	parent.Wait()
	eventually(t, "the process has ended", func() bool { return !alive(running.PID) })
}

func TestProcessThatFails(t *testing.T) {
	for _, c := range []struct{ as, said string }{{asGarbage, "killed"}, {asDeaf, "killed"}, {asFailure, "it cannot be"}} {
		t.Run(c.as, func(t *testing.T) {
			log, o := &lines{}, &observed{}
			r, err := open(Options{
				Listen: "127.0.0.1:0", Settings: loopbackSettings(), Program: os.Args[0], Args: []string{c.as},
				Log: zerolog.New(log), Observer: o,
			}, 500*time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			o.until(t, "three restarts", func() bool { return o.restarted >= 3 })
			client, server := streamPair(t)
			r.Hand(server) // to none, or to one that is about to end
			if err := r.Update([]string{"south"}); err != errNoProcess {
				t.Errorf("Update returns %v", err)
			}
			expectCut(t, client)
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			if text := log.String(); strings.Count(text, c.said) < 3 || strings.Contains(text, secret) {
				t.Errorf("the log is %s", text)
			}
		})
	}
}

// One that does not end by itself is ended.
func TestDeafProcess(t *testing.T) {
	r, err := Open(Options{Listen: "127.0.0.1:0", Settings: loopbackSettings(), Program: os.Args[0], Args: []string{asDeaf}})
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan error)
	go func() { closed <- r.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("it lives on")
	}
}

func TestOpenFails(t *testing.T) {
	settings := loopbackSettings()
	taken := socket(t, "udp", "127.0.0.1:0")
	if _, err := Open(Options{Listen: taken.LocalAddr().String(), Settings: settings, Program: os.Args[0]}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("with a port that is taken: %v", err)
	}
	if _, err := Open(Options{Listen: "127.0.0.1:0", Settings: settings, Program: "/nonexistent"}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("with a program that is not there: %v", err)
	}
	if _, err := Open(Options{Listen: "127.0.0.1:0", Program: os.Args[0]}); err == nil {
		t.Error("with no settings there is a relay")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if _, err := Open(Options{Listen: listener.Addr().String(), Settings: settings, Program: os.Args[0]}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("with a port that is taken: %v", err)
	}
	socket(t, "udp", listener.Addr().String()) // it was given back
}

func TestNewSecretsKeepAllocations(t *testing.T) {
	f := newRelay(t, nil)
	peer := socket(t, "udp", "127.0.0.1:0")
	relayed := allocate(t, f.client(t, "udp", "ana"))
	exchange(t, relayed, peer)
	north := func(lasts time.Duration) error {
		username, password := credential("ana", lasts, secret)
		allocation, err := f.clientWith(t, f.connect(t, "udp"), username, password, 0).Allocate()
		if err == nil {
			allocation.Close()
		}
		return err
	}
	south := func() error {
		username, password := credential("ana", time.Hour, "south")
		allocation, err := f.clientWith(t, f.connect(t, "udp"), username, password, 0).Allocate()
		if err == nil {
			allocation.Close()
		}
		return err
	}
	if err := south(); err == nil {
		t.Error("a secret that is not known is accepted")
	}
	if err := f.Update(nil); err == nil {
		t.Error("no secret is accepted")
	}
	if err := f.Update([]string{"south", secret}); err != nil {
		t.Fatal(err)
	}
	if err := south(); err != nil {
		t.Errorf("the new secret: %v", err)
	}
	if err := north(time.Hour); err != nil {
		t.Errorf("the old secret: %v", err)
	}
	if err := f.Update([]string{"south"}); err != nil {
		t.Fatal(err)
	}
	if north(2*time.Hour) == nil {
		t.Error("the old secret is accepted")
	}
	send(t, peer, relayed, "there is still an allocation")
	syscall.Kill(f.pid(t), syscall.SIGKILL)
	eventually(t, "another process knows the secret", func() bool { return south() == nil })
}
