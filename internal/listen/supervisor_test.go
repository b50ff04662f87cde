package listen

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
)

// systemd is the socket that a service manager listens on.
func systemd(t *testing.T) (receive func() string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	return func() string {
		t.Helper()
		conn.SetReadDeadline(time.Now().Add(patience))
		buffer := make([]byte, 4096)
		n, err := conn.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		return string(buffer[:n])
	}
}

func TestSupervisorIsToldOfTheLife(t *testing.T) {
	receive := systemd(t)
	s := NewSupervisor(zerolog.Nop())
	s.Ready("serving at http://localhost:9000")
	if got, want := receive(), "READY=1\nSTATUS=serving at http://localhost:9000"; got != want {
		t.Errorf("ready: %q, want %q", got, want)
	}
	s.Reloading()
	got := receive()
	usec, ok := strings.CutPrefix(strings.TrimSpace(got), "RELOADING=1\nMONOTONIC_USEC=")
	if n, err := strconv.ParseUint(usec, 10, 64); !ok || err != nil || n == 0 {
		t.Errorf("reloading: %q", got)
	}
	s.Stopping()
	if got := receive(); !strings.HasPrefix(got, "STOPPING=1\n") {
		t.Errorf("stopping: %q", got)
	}
}

func TestWatchdogIsFedWhileHealthy(t *testing.T) {
	receive := systemd(t)
	t.Setenv("WATCHDOG_USEC", "100000")
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	var asked atomic.Int32
	sick := make(chan struct{})
	healthy := func() error {
		switch n := asked.Add(1); {
		case n < 4:
			return nil
		case n == 4:
			close(sick)
		}
		return errors.New("not well")
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		NewSupervisor(zerolog.Nop()).Run(ctx, healthy)
	}()
	begun := time.Now()
	for i := range 3 {
		if got := receive(); got != "WATCHDOG=1" {
			t.Errorf("message %d is %q", i, got)
		}
	}
	if took := time.Since(begun); took < 75*time.Millisecond {
		t.Errorf("three messages came within %v: not at half the interval", took)
	}
	<-sick
	NewSupervisor(zerolog.Nop()).Stopping()
	if got := receive(); !strings.HasPrefix(got, "STOPPING=1") {
		t.Errorf("an unhealthy service feeds the watchdog: %q", got)
	}
	cancel()
	<-done
}

// Who is unwell for a moment is fed in time, and who stays so is not.
func TestWatchdogOutlastsAMoment(t *testing.T) {
	const limit = 10 * time.Second
	for unwell, fed := range map[time.Duration]bool{4 * time.Second: true, 6 * time.Second: false} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			begun, last, longest := time.Now(), time.Now(), time.Duration(0)
			go watch(ctx, limit, func() error {
				if now := time.Since(begun); now >= limit/2 && now < limit/2+unwell {
					return errors.New("not well")
				}
				return nil
			}, func(err error) {
				if err == nil {
					longest, last = max(longest, time.Since(last)), time.Now()
				}
			})
			time.Sleep(10 * limit)
			cancel()
			synctest.Wait()
			if (longest < limit) != fed {
				t.Errorf("unwell for %v: fed after %v at most, the watchdog waits for %v", unwell, longest, limit)
			}
		})
	}
}

func TestNobodyIsListening(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	t.Setenv("WATCHDOG_USEC", "")
	var log bytes.Buffer
	s := NewSupervisor(zerolog.New(&log))
	s.Ready("")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s.Run(ctx, func() error { t.Error("asked for its health without a watchdog"); return nil })
	if log.Len() > 0 {
		t.Errorf("logged %s", log.String())
	}
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "gone"))
	NewSupervisor(zerolog.New(&log)).Ready("")
	if !strings.Contains(log.String(), "cannot notify systemd") {
		t.Errorf("a socket that is gone is not logged: %s", log.String())
	}
}
