package app_test

import (
	"strings"
	"testing"

	"beckon/internal/testkit"
)

// ofSize is an offer to ben of exactly n bytes.
func ofSize(n int) string {
	const start, end = `{"type":"offer","name":"ben","offer":"`, `"}`
	return start + strings.Repeat("x", n-len(start)-len(end)) + end
}

func TestFrameLimit(t *testing.T) {
	for name, test := range map[string]struct {
		limit int
		flags []string
	}{
		"default": {64 << 10, nil},
		"smaller": {1000, []string{"--max-message-bytes=1000"}},
		"larger":  {1 << 20, []string{"--max-message-bytes=1048576"}},
	} {
		t.Run(name, func(t *testing.T) {
			for how, run := range map[string]func(*testing.T, func(*testing.T, *server)){
				"in memory":   func(t *testing.T, f func(*testing.T, *server)) { virtual(t, f, test.flags...) },
				"on loopback": func(t *testing.T, f func(*testing.T, *server)) { f(t, onLoopback(t, test.flags...)) },
			} {
				t.Run(how, func(t *testing.T) {
					run(t, func(t *testing.T, s *server) { checkFrameLimit(t, s, test.limit) })
				})
			}
		})
	}
}

func checkFrameLimit(t *testing.T, s *server, limit int) {
	t.Helper()
	a, b := s.pair("ana", "ben")
	a.Send(ofSize(limit))
	b.ExpectRelay("offer", "ana")

	a.Send(ofSize(limit + 1))
	a.ExpectError("too_large").ExpectKeys("code", "message")
	a.ExpectClose(1009)
	b.ExpectLeft("ana")

	d := s.user("ana")
	b.ExpectJoined("ana")
	d.Say(testkit.Message{"type": "offer", "name": "ben", "offer": 1})
	b.ExpectRelay("offer", "ana")
}
