package app_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/testkit"
)

// All of one address who lose their connections may come back at once. Who logs in there instead ends the session that
// has waited longest, and is let in. Here all clients are of one address.
func TestUsersOfOneAddressAreBoundedWhoeverIsAway(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		const most = 5
		var away []testkit.Session
		for round := range 3 {
			away = away[:0]
			for n := range most {
				away = append(away, lose(s.userV1(fmt.Sprintf("user %d of %d", n, round))))
				time.Sleep(time.Millisecond)
			}
			if text := s.metrics(); !strings.Contains(text, fmt.Sprintf("beckon_users %d\n", most)) {
				t.Errorf("round %d: there are not %d users", round, most)
			}
		}
		ended := s.logged("session end")
		if len(ended) != 2*most || !strings.Contains(s.metrics(), fmt.Sprintf(`beckon_sessions_ended_total{reason="address_users"} %d`, 2*most)) {
			t.Errorf("%d sessions have ended", len(ended))
		}
		for n, end := range ended {
			if want := fmt.Sprintf("user %d of %d", n%most, n/most); end.User != want {
				t.Errorf("%s was the %d-th to make room, want %s", end.User, n, want)
			}
		}
		for _, session := range away {
			s.resume(session)
		}
		synctest.Wait()
		if again := s.logged("session end"); len(again) != len(ended) {
			t.Error("who came back has ended somebody's session")
		}
	}, "--max-connections-per-ip=5", "--log-lines-per-second=0")
}

// The default is not for who comes from the machine itself.
func TestUsersOfThisMachineAreNotBounded(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		const many = 101
		for n := range many {
			lose(s.userV1(fmt.Sprint("user ", n)))
		}
		if text := s.metrics(); !strings.Contains(text, fmt.Sprintf("beckon_sessions_waiting %d\n", many)) {
			t.Errorf("not all %d wait", many)
		}
	})
}
