package app_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// A whole room hears of a login, so that one client may make no more than 80 at once and 20 per second. Nothing is
// refused or lost: it is read later.
func TestLoginsOfOneConnectionAreSlowed(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		ben := s.user("ben")
		ana := s.open()
		begun := time.Now()
		const logins = 180
		for range logins {
			ana.Login("ana")
			ana.Send(`{"type":"leave"}`)
		}
		if took := time.Since(begun); took < 4*time.Second || took > 6*time.Second {
			t.Errorf("%d logins took %v", logins, took)
		}
		for range logins {
			ben.ExpectJoined("ana")
			ben.ExpectLeft("ana")
		}
	})
}

// An address may log in 40 times at once, on all its connections together, and 10 times per second. What is more waits,
// which log and metric tell; it is neither refused nor lost. Here all clients are of one address.
func TestLoginsOfOneAddressAreSlowed(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		const connections, each = 20, 7
		var all sync.WaitGroup
		begun := time.Now()
		for n := range connections {
			c := s.open()
			all.Go(func() {
				for range each {
					c.Login(fmt.Sprint("ana ", n))
					c.Send(`{"type":"leave"}`)
				}
			})
		}
		all.Wait()
		if took := time.Since(begun); took < 10*time.Second || took > 11*time.Second {
			t.Errorf("%d logins took %v", connections*each, took)
		}
		const waited = connections*each - 40
		if text := s.metrics(); !strings.Contains(text, fmt.Sprintf("beckon_logins_slowed_total %d\n", waited)) {
			t.Error("the metric tells something else")
		}
		if lines := s.logged("login slowed"); len(lines) != waited || lines[0].Reason != "address_logins" {
			t.Errorf("the log tells of %d", len(lines))
		}
	}, "--logins-per-second-per-ip=10", "--log-lines-per-second=0")
}
