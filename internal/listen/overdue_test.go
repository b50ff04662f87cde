package listen

import (
	"context"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/testkit"
)

// setClock is one that a test sets.
type setClock struct{ by atomic.Int64 }

func (s *setClock) clock(look time.Duration) clock {
	c := systemClock()
	date := c.date
	c.date, c.look = func() time.Time { return date().Add(time.Duration(s.by.Load())) }, look
	return c
}

func (s *setClock) set(by time.Duration) { s.by.Add(int64(by)) }

func TestOverdueCertificates(t *testing.T) {
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		set  func(*setClock)
		want int
	}{
		"nobody sets the clock":          {func(*setClock) { time.Sleep(70 * day) }, 0},
		"forward, past the date":         {func(s *setClock) { s.set(61 * day) }, 1},
		"forward, past the end":          {func(s *setClock) { s.set(1000 * day) }, 1},
		"forward, not that far":          {func(s *setClock) { s.set(50 * day) }, 0},
		"forward, and then time passes":  {func(s *setClock) { s.set(50 * day); time.Sleep(11 * day) }, 1},
		"back":                           {func(s *setClock) { s.set(-50 * day) }, 0},
		"back, and then it is late":      {func(s *setClock) { s.set(-5 * day); time.Sleep(66 * day) }, 1},
		"forward and back between looks": {func(s *setClock) { s.set(61 * day); s.set(-61 * day) }, 0},
		"by a little, as daemons do":     {func(s *setClock) { time.Sleep(60*day + 2*time.Hour); s.set(time.Second) }, 0},
		"each minute: once an hour": {func(s *setClock) {
			for range 150 {
				s.set(61 * day)
				time.Sleep(time.Minute)
				s.set(-61 * day)
				time.Sleep(time.Minute)
			}
		}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source, renewals := new(setClock), 0
				o := newOverdue(source.clock(time.Minute))
				now := time.Now()
				o.have("chat.example.org", &x509.Certificate{NotBefore: now, NotAfter: now.Add(90 * day)})
				ctx, cancel := context.WithCancel(t.Context())
				go o.run(ctx, func() { renewals++ })
				time.Sleep(time.Second)
				c.set(source)
				time.Sleep(2 * time.Minute)
				cancel()
				synctest.Wait()
				if renewals != c.want {
					t.Errorf("%d renewals, want %d", renewals, c.want)
				}
			})
		})
	}
}

// A certificate that has expired by a clock that was set is renewed at once, not by a timer of long ago.
func testClockIsSet(t *testing.T, p *pebble, opts Options, domain string, log *testkit.Journal) {
	s := mustOpen(t, opts)
	source := new(setClock)
	s.identity.(*automatic).overdue.clock = source.clock(20 * time.Millisecond)
	operate(t, s)
	until(t, "the certificate is there", func() bool { return strings.Contains(log.String(), "certificate ready") })
	first := serialOf(t, p, s, domain)
	if err := os.Remove(filepath.Join(opts.ACME.Cache, domain)); err != nil { // to autocert's own clock it is good
		t.Fatal(err)
	}
	source.set(20 * time.Hour)
	until(t, "it is renewed", func() bool { return serialOf(t, p, s, domain) != first })
	if !strings.Contains(log.String(), "the clock was set") {
		t.Errorf("the log does not say why: %s", log)
	}
}
