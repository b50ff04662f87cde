package scenario_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"beckon/internal/bench/process"
	"beckon/internal/bench/report"
	"beckon/internal/bench/scenario"
)

// load is a scenario.
type load interface {
	Run(b *scenario.Bench) ([]report.Result, error)
}

// run runs a scenario against a server that is this very process, so that there is something to watch.
func run(t *testing.T, l load, url, dialect string) report.Result {
	t.Helper()
	b := bench(t, url, dialect)
	var err error
	if b.Server, err = process.Watch(os.Getpid()); err != nil {
		t.Fatal(err)
	}
	results, err := l.Run(b)
	if err != nil {
		t.Fatalf("%s: %v", dialect, err)
	}
	return results[len(results)-1]
}

// value is a number that must have been measured.
func value(t *testing.T, r report.Result, key string) float64 {
	t.Helper()
	n, ok := r.Value(key)
	if !ok {
		t.Fatalf("%s, %s: %s is missing in %v", r.Scenario, r.Dialect, key, r.Values)
	}
	return n
}

func above(t *testing.T, r report.Result, least float64, keys ...string) {
	t.Helper()
	for _, key := range keys {
		if n := value(t, r, key); n <= least {
			t.Errorf("%s, %s: %s is %v, want more than %v", r.Scenario, r.Dialect, key, n, least)
		}
	}
}

func TestIdle(t *testing.T) {
	for _, dialect := range []string{"plain", "v1", "tutorial"} {
		idle := scenario.Idle{Users: []int{10, 40}, Rooms: 3, Settle: 10 * time.Millisecond, Duration: 10 * time.Millisecond}
		r := run(t, idle, beckon(t), dialect)
		above(t, r, 0, "rss", "pss", "cpu_entering")
		if len(r.Plots) != 1 || len(r.Plots[0].Lines[0].Points) != 2 {
			t.Errorf("%s: plots are %v", dialect, r.Plots)
		}
	}
}

func TestRelayInTurns(t *testing.T) {
	for _, dialect := range []string{"plain", "v1", "tutorial"} {
		relay := scenario.Relay{Pairs: 5, Rooms: 2, Window: 3, Warmup: 10 * time.Millisecond, Duration: brief}
		r := run(t, relay, beckon(t), dialect)
		above(t, r, 0, "messages_per_second", "cpu_per_million", "p50", "p99", "max", "rss")
		above(t, r, 300, "bytes_in", "bytes_out")
	}
}

func TestRelayAtARate(t *testing.T) {
	relay := scenario.Relay{Pairs: 5, Rate: 400, Presence: true, Warmup: 10 * time.Millisecond, Duration: time.Second}
	r := run(t, relay, beckon(t), "v1")
	if n := value(t, r, "messages_per_second"); n > 600 {
		t.Errorf("%v messages per second, want 400 at most, or a little more", n)
	}
	above(t, r, 0, "messages_per_second", "p50", "max")
}

func TestPeerJS(t *testing.T) {
	_, url := newPeerServer(t)
	r := run(t, scenario.Relay{Pairs: 5, Window: 2, Warmup: 10 * time.Millisecond, Duration: brief}, url, "peerjs")
	above(t, r, 0, "messages_per_second", "p50")
	server, url := newPeerServer(t)
	run(t, scenario.Idle{Users: []int{50}, Duration: time.Second}, url, "peerjs")
	server.mu.Lock()
	defer server.mu.Unlock()
	if server.beats < 1 || server.beats > 50 {
		t.Errorf("50 users sent %d heartbeats in a second, want a few", server.beats)
	}
}

func TestALostMessageIsNoticed(t *testing.T) {
	server, url := newPeerServer(t)
	server.lose = 30
	relay := scenario.Relay{Pairs: 2, Window: 2, Warmup: 10 * time.Millisecond, Duration: brief}
	_, err := relay.Run(bench(t, url, "peerjs"))
	if err == nil || !strings.Contains(err.Error(), "was due") {
		t.Errorf("a message was lost: %v", err)
	}
}

// TestStorm counts what all must be told: with N users, the plain dialect has a frame per pair.
func TestStorm(t *testing.T) {
	const users = 30
	url := beckon(t)
	r := run(t, scenario.Storm{Users: []int{5, users}}, url, "plain")
	above(t, r, 0, "elapsed", "cpu", "bytes")
	news := value(t, r, "frames") - users // but for the replies
	if most := float64(users * (users - 1) / 2); news > most || news < 1 {
		t.Errorf("%v frames of news, want at most %v", news, most)
	}
	if len(r.Plots) != 1 || len(r.Plots[0].Lines[0].Points) != 2 {
		t.Errorf("plots are %v", r.Plots)
	}
	above(t, run(t, scenario.Storm{Users: []int{users}}, beckon(t), "v1"), 0, "elapsed", "frames")
}

func TestChurn(t *testing.T) {
	for _, test := range []struct {
		dialect string
		sockets bool
	}{{"plain", false}, {"v1", false}, {"v1", true}, {"tutorial", true}} {
		churn := scenario.Churn{Users: 5, Rate: 40, Sockets: test.sockets, Stay: 50 * time.Millisecond, Duration: brief}
		r := run(t, churn, beckon(t), test.dialect)
		above(t, r, 5, "visits")
		above(t, r, 1, "frames_per_visit") // the reply, and news for those who stay
		above(t, r, 0, "cpu_per_visit", "login_p50")
	}
}

func TestSlow(t *testing.T) {
	for _, dialect := range []string{"plain", "v1"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			url := beckon(t, "--outbox-bytes=70000", "--max-message-bytes=8192", "--write-timeout=8s")
			slow := scenario.Slow{Readers: 1, Rate: 2500, Pairs: 3, PairsRate: 100, Buffer: 64 << 10, Duration: 3 * time.Second, Stall: 14 * time.Second}
			r := run(t, slow, url, dialect)
			if n := value(t, r, "dropped_4008"); n != 1 {
				t.Errorf("%v readers were dropped with 4008, want the one", n)
			}
			above(t, r, 0, "sent", "failures", "quiet_p99", "busy_p99", "p99_ratio")
		})
	}
}

func TestResume(t *testing.T) {
	resume := scenario.Resume{Users: 10, Percent: 100, Rate: 300, Away: 20 * time.Millisecond, Duration: time.Second}
	r := run(t, resume, beckon(t), "v1")
	above(t, r, 2, "resumes")
	above(t, r, 100, "delivered")
	if _, err := resume.Run(bench(t, beckon(t), "plain")); err == nil || !strings.Contains(err.Error(), "v1") {
		t.Errorf("plain users resume: %v", err)
	}
}

func TestLostSessionsAreNoticed(t *testing.T) {
	resume := scenario.Resume{Users: 4, Percent: 200, Rate: 100, Away: 20 * time.Millisecond, Duration: time.Second}
	_, err := resume.Run(bench(t, beckon(t, "--resume-window=0"), "v1"))
	if err == nil || !strings.Contains(err.Error(), "was lost") {
		t.Errorf("a server that keeps no sessions: %v", err)
	}
}

// When a run ends, its users are gone for good: there is room for those of the next one at once.
func TestRunsFollowEachOther(t *testing.T) {
	for _, test := range []struct {
		load     load
		maxUsers int // less than two runs have
	}{
		{scenario.Idle{Users: []int{10}, Rooms: 3}, 10},
		{scenario.Relay{Pairs: 5, Window: 2, Duration: 50 * time.Millisecond}, 10},
		{scenario.Storm{Users: []int{5, 10}}, 10},
		{scenario.Churn{Users: 50, Rate: 20, Stay: 50 * time.Millisecond, Duration: 50 * time.Millisecond}, 95},
		{scenario.Churn{Users: 50, Rate: 20, Sockets: true, Stay: 50 * time.Millisecond, Duration: 50 * time.Millisecond}, 95},
		{scenario.Resume{Users: 5, Percent: 100, Rate: 100, Away: 20 * time.Millisecond, Duration: 200 * time.Millisecond}, 10},
	} {
		url := beckon(t, fmt.Sprintf("--max-users=%d", test.maxUsers))
		for range 2 {
			if _, err := test.load.Run(bench(t, url, "v1")); err != nil {
				t.Errorf("%T: %v", test.load, err)
			}
		}
	}
}

// Users of two runs have different names, though they are in one room, and a message takes as many bytes in each.
func TestRunsDoNotMeet(t *testing.T) {
	url := beckon(t)
	relay := scenario.Relay{Pairs: 3, Rate: 100, Duration: time.Second}
	results, errs := make([]report.Result, 2), make([]error, 2)
	var both sync.WaitGroup
	for i := range results {
		both.Go(func() {
			var r []report.Result
			if r, errs[i] = relay.Run(bench(t, url, "v1")); errs[i] == nil {
				results[i] = r[0]
			}
		})
	}
	both.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"bytes_in", "bytes_out"} {
		a, b := value(t, results[0], key), value(t, results[1], key)
		if a < 0.9*b || b < 0.9*a {
			t.Errorf("%s: %v and %v", key, a, b)
		}
	}
}

func TestFailuresAreTold(t *testing.T) {
	idle := scenario.Idle{Users: []int{3}}
	if _, err := idle.Run(bench(t, beckon(t, "--max-users=2"), "v1")); err == nil || !strings.Contains(err.Error(), "server_full") {
		t.Errorf("a login that was refused: %v", err)
	}
	if _, err := idle.Run(bench(t, "ws://127.0.0.1:1/", "v1")); err == nil || !strings.Contains(err.Error(), "connect") {
		t.Errorf("a server that is not there: %v", err)
	}
	b := bench(t, beckon(t), "v1")
	b.Command = "sleep 1"
	if _, err := idle.Run(b); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("a server that is there already: %v", err)
	}
	gone := scenario.Idle{Users: []int{2}, Settle: process.Patience}
	_, err := gone.Run(bench(t, beckon(t, "--ping-interval=200ms", "--max-connections=1"), "v1"))
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a connection too many: %v", err)
	}
}
