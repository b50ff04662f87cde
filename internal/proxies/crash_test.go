//go:build unix

package proxies_test

import (
	"strconv"
	"strings"
	"syscall"
	"testing"

	"beckon/internal/testkit"
)

// freeze stops a proxy and all that it has started, without a word to anybody.
func (f *front) freeze() {
	f.t.Helper()
	f.signalAll(syscall.SIGSTOP)
}

// thaw lets them go on.
func (f *front) thaw() {
	f.t.Helper()
	f.signalAll(syscall.SIGCONT)
}

func (f *front) signalAll(sig syscall.Signal) {
	f.t.Helper()
	if err := syscall.Kill(-f.command.Process.Pid, sig); err != nil {
		f.t.Fatal(err)
	}
}

// Plain clients have left when the proxy is killed, and get back in under their names as soon as it is there again.
func TestPlainClientsOfAKilledProxy(t *testing.T) {
	everywhere(t, func(t *testing.T, p *product) {
		m := mounts[0]
		s := newServer(t, m)
		f := p.newFront(t, m, s.address)
		ben := s.open(m)
		ben.Login("Ben")
		for range 2 {
			ana := f.open()
			ana.Login("Ana")
			ben.ExpectJoined("Ana")
			ana.Say(testkit.Message{"type": "offer", "name": "Ben", "offer": "in mid-chat"})
			ben.ExpectRelay("offer", "Ana")
			f.kill()
			if _, end := ana.Drain(); end.Code != 1006 {
				t.Errorf("the connection ends with %d, want 1006", end.Code)
			}
			ben.ExpectLeft("Ana")
			f.start()
		}
	})
}

// A proxy that is frozen holds all connections and says nothing: the heartbeat notices, and the session goes on when
// the proxy does, exactly where it was.
func TestProxyFrozen(t *testing.T) {
	everywhere(t, func(t *testing.T, p *product) {
		m := mounts[0]
		s := newServer(t, m, quickPings...)
		f := p.newFront(t, m, s.address)
		ana, ben := f.pair(s)
		ben.sends(0, 3)
		ana.takes(0, 2)
		f.freeze()
		ben.sends(3, 10)
		eventually(t, "the server has given Ana's connection up", func() bool {
			return strings.Contains(s.said(), `"reason":"ping_timeout"`)
		})
		ben.sends(10, 20)
		f.thaw()
		frames, _ := ana.Drain()
		for i, frame := range frames {
			if frame.Type != "candidate" || frame.Value("candidate") != strconv.Itoa(2+i) {
				t.Fatalf("got %s, want the number %d", frame.JSON, 2+i)
			}
		}
		got := 2 + len(frames)
		ana.comesBack(f, got)
		ana.takes(got, 20)
		ben.ExpectPong("and has heard nothing")
	})
}
