//go:build unix

package relay

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"beckon/internal/turn"

	"github.com/rs/zerolog"
)

func TestRevokedLoginsAreCut(t *testing.T) {
	f := newRelay(t, nil)
	peer := socket(t, "udp", "127.0.0.1:0")
	ana, ben := allocate(t, f.client(t, "udp", "ana")), allocate(t, f.client(t, "udp", "ben"))
	exchange(t, ana, peer)
	exchange(t, ben, peer)
	f.observed.until(t, "two allocations", func() bool { return f.observed.open[turn.OverUDP] == 2 })
	f.Revoke("ana", time.Now().Add(2*time.Hour))
	f.observed.until(t, "one allocation", func() bool { return f.observed.open[turn.OverUDP] == 1 })
	f.observed.until(t, "one revocation", func() bool { return f.observed.revoked == 1 && f.observed.lost == 0 })
	if err := trySend(peer, ana, "over", 300*time.Millisecond); err == nil {
		t.Error("the allocation goes on")
	}
	exchange(t, ben, peer)
	if _, err := f.client(t, "tcp", "ana").Allocate(); err == nil {
		t.Error("the credentials are accepted")
	}
	if err := f.Update([]string{secret, "south"}); err != nil { // the process listens still
		t.Error(err)
	}
	exchange(t, ben, peer)
	if _, err := f.client(t, "udp", "ana").Allocate(); err == nil {
		t.Error("the credentials are accepted with new secrets")
	}
}

// While there is no process, revocations wait for the next.
func TestRevocationsWaitForAProcess(t *testing.T) {
	f := newRelay(t, nil)
	first := f.pid(t)
	f.Revoke("eve", time.Now().Add(time.Hour))
	f.observed.until(t, "one revocation", func() bool { return f.observed.revoked == 1 })
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "there is no process", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.child == nil
	})
	for range 2 * revocationsPerLine {
		f.Revoke("nobody", time.Now().Add(time.Hour))
	}
	f.Revoke("ana", time.Now().Add(time.Hour))
	f.observed.until(t, "all revocations", func() bool { return f.observed.revoked == 2*revocationsPerLine+2 })
	eventually(t, "the credentials are refused", func() bool { // it answers as soon as it has read its settings
		relayed, err := f.client(t, "tcp", "ana").Allocate()
		if err == nil {
			relayed.Close()
		}
		return err != nil
	})
	allocate(t, f.client(t, "tcp", "ben"))
}

// Who logs out does not wait for a process that does not listen, nor does anybody else.
func TestRevocationsDoNotWaitForADeafProcess(t *testing.T) {
	log, o := &lines{}, &observed{}
	r, err := Open(Options{
		Listen: "127.0.0.1:0", Settings: loopbackSettings(), Program: os.Args[0], Args: []string{asDeaf},
		Log: zerolog.New(log), Observer: o,
	})
	if err != nil {
		t.Fatal(err)
	}
	const more = 3 * revocationsPerLine // some are on their way
	for range maxRevocations + more {
		r.Revoke(strings.Repeat("x", 36), time.Now().Add(time.Hour))
	}
	o.lock(func() {
		if o.lost == 0 || o.lost > more {
			t.Errorf("%d were lost", o.lost)
		}
	})
	if n := strings.Count(log.String(), "does not keep up"); n != 1 {
		t.Errorf("the log tells of it %d times", n)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}
