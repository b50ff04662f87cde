//go:build unix

package proxies_test

import (
	"strconv"
	"testing"

	"beckon/internal/testkit"
)

// The proxy is killed, and comes back: so do sessions, and nothing is lost.
func TestProxyKilled(t *testing.T) {
	everywhere(t, func(t *testing.T, p *product) {
		for _, m := range mounts[1:] {
			t.Run(m.name, func(t *testing.T) {
				s := newServer(t, m)
				f := p.newFront(t, m, s.address)
				ana, ben := f.pair(s)
				ben.sends(0, 3)
				ana.takes(0, 2)
				f.kill()
				ben.sends(3, 10)
				f.start()
				ana.comesBack(f, 2)
				ana.takes(2, 10)
				ben.sends(10, 11)
				ana.takes(10, 11)
			})
		}
	})
}

// The proxy reloads its configuration: connections stay, or sessions come back, as the page says of each.
func TestProxyReloads(t *testing.T) {
	everywhere(t, func(t *testing.T, p *product) {
		m := mounts[0]
		s := newServer(t, m)
		f := p.newFront(t, m, s.address)
		var options []testkit.Option
		if !p.keepsOnReload { // it closes both sides, and may yet pass on what one answers: then the user has left
			options = append(options, testkit.Curt())
		}
		ana, ben := f.pair(s, options...)
		f.move()
		if !p.keepsOnReload {
			ana.Drain()
			ben.sends(0, 5)
			ana.comesBack(f, 0)
			ana.takes(0, 5)
			return
		}
		ben.sends(0, 5)
		ana.takes(0, 5)
		ana.ExpectPong("still here")
		f.open().Login("Cem")
	})
}

// party is one of two users, one of whom sends numbers to the other.
type party struct {
	*testkit.Client
	t     *testing.T
	other string
}

// pair logs in Ana, of beckon.v1 and through the proxy, and Ben, past it.
func (f *front) pair(s *server, options ...testkit.Option) (ana, ben *party) {
	f.t.Helper()
	ben = &party{Client: s.open(f.mount), t: f.t, other: "Ana"}
	ben.Login("Ben")
	ana = &party{Client: f.open(append(options, testkit.V1())...), t: f.t, other: "Ben"}
	ana.Login("Ana")
	ben.ExpectJoined("Ana")
	return ana, ben
}

// sends sends the numbers from first up to, not including, end.
func (p *party) sends(first, end int) {
	p.t.Helper()
	for i := first; i < end; i++ {
		p.Say(testkit.Message{"type": "candidate", "name": p.other, "candidate": i})
	}
}

// takes expects these numbers, each once and in their order.
func (p *party) takes(first, end int) {
	p.t.Helper()
	for i := first; i < end; i++ {
		if f := p.ExpectRelay("candidate", p.other); f.Value("candidate") != strconv.Itoa(i) {
			p.t.Fatalf("got %s, want the number %d", f.JSON, i)
		}
	}
}

// comesBack resumes the session through the proxy with a new connection, having got so many numbers.
func (p *party) comesBack(f *front, got int) {
	p.t.Helper()
	session := p.Session()
	session.Received = got
	p.Client = f.open(testkit.V1())
	p.Resume(session)
}
