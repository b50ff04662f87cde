package app_test

import (
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
