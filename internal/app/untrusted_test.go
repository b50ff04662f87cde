package app_test

import (
	"net/http"
	"strings"
	"testing"

	"beckon/internal/testkit"
)

// The clients of a proxy that nobody has named count as one. When they reach its limits the operator is told what to do.
func TestAProxyThatIsNotTrustedIsHintedAt(t *testing.T) {
	const hint = "name it with --trusted-proxy"
	for name, test := range map[string]struct {
		flags  []string
		header []testkit.Option
		hints  int
	}{
		"X-Forwarded-For": {[]string{"--max-connections-per-ip=1"}, []testkit.Option{testkit.Header("X-Forwarded-For", "198.51.100.7")}, 1},
		"Forwarded":       {[]string{"--max-connections-per-ip=1"}, []testkit.Option{testkit.Header("Forwarded", "for=198.51.100.7")}, 1},
		"no proxy":        {[]string{"--max-connections-per-ip=1"}, nil, 0},
		"trusted": {[]string{"--max-connections-per-ip=1", "--trusted-proxy=127.0.0.1"},
			[]testkit.Option{testkit.Header("X-Forwarded-For", "198.51.100.7")}, 0},
		"another limit": {[]string{"--max-connections=1"}, []testkit.Option{testkit.Header("X-Forwarded-For", "198.51.100.7")}, 0},
	} {
		s := onLoopback(t, test.flags...)
		s.open(test.header...)
		for range 3 {
			r := testkit.DialRefused(t, s.url, test.header...)
			if r.StatusCode != http.StatusTooManyRequests && r.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("%s: %s", name, r.Status)
			}
		}
		if n := strings.Count(s.log.String(), hint); n != test.hints {
			t.Errorf("%s: hinted at %d times, want %d:\n%s", name, n, test.hints, s.log)
		}
		s.stop()
	}
}
