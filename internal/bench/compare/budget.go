package compare

import (
	"fmt"
	"math"

	"beckon/internal/bench/report"
)

// sheet fills a budget. A number that is missing is NaN.
type sheet struct {
	comparison *comparison
	rows       []report.Row
	missing    []string // what there is no row of, for want of a number
}

// budget holds the medians against what they must be. It also returns what could not be told.
func (c *comparison) budget(binary float64) (rows []report.Row, missing []string) {
	s := &sheet{comparison: c}
	s.relays()
	s.crowds()
	s.storms()
	s.add("relayed message in rooms of two, to one room for all: CPU", report.Ratio,
		s.ratio(manyRooms, v1, oneRoom, v1, "cpu_per_million"), bound(1.1), nil)
	s.add("from start to first connection", report.Seconds, s.get(flatOut, v1, "started"), bound(0.05), bound(0.01))
	s.add("size of the program", report.Bytes, binary, nil, nil)
	return s.rows, s.missing
}

// relays are the rows about messages.
func (s *sheet) relays() {
	const cpu = "cpu_per_million"
	for _, ours := range []string{v1, plain} {
		s.add(ours+", relayed message: CPU, to npm peer", report.Ratio, s.ratio(flatOut, ours, flatOut, peer, cpu), bound(0.55), nil)
		s.add(ours+", relayed message: CPU, to the bare floor", report.Ratio,
			s.ratio(flatOut, ours, flatOut, floor, cpu), bound(1.25), bound(1.05))
		s.add(ours+", relayed message at 5,000 per second: CPU, to npm peer", report.Ratio,
			s.ratio(steady, ours, steady, peer, cpu), bound(1), bound(0.6))
		s.add(ours+", latency at half of what npm peer can do, 99 %, to npm peer", report.Ratio,
			s.ratio(half, ours, half, peer, "p99"), bound(1), bound(0.5))
		s.add(ours+", latency at half of what it can do itself, 99 %, to npm peer at its half", report.Ratio,
			s.ratio(ownHalf, ours, half, peer, "p99"), nil, nil)
	}
	for _, f := range features() {
		s.add(f.contender+": CPU, to beckon v1", report.Ratio, s.ratio(switched, f.contender, switched, v1, cpu), nil, nil)
	}
	s.add("CPU per million relayed messages with TLS", report.Seconds, s.get(flatOutTLS, v1, cpu), nil, nil)
}

// crowds are the rows about many users.
func (s *sheet) crowds() {
	const perUser = "rss_per_user"
	s.add("memory per idle user", report.Bytes, s.get(atRest, v1, perUser), bound(9<<10), bound(4<<10))
	s.add("memory per idle user, to npm peer", report.Ratio, s.ratio(atRest, v1, atRest, peer, perUser), bound(0.9), nil)
	s.add("memory per idle user with TLS", report.Bytes, s.get(atRestTLS, v1, perUser), nil, nil)
	for _, ours := range []string{v1, plain} {
		s.add(ours+", five stalled readers: latency of the others, 99 %, to before", report.Ratio,
			s.get(stalled, ours, "p99_ratio"), bound(1.5), bound(1.1))
		s.add(ours+", five stalled readers: memory per reader", report.Bytes,
			s.get(stalled, ours, "rss_per_reader"), bound(1<<20), bound(0.3*(1<<20)))
		s.add(ours+", five stalled readers: not evicted with 4008", report.Count,
			5-s.get(stalled, ours, "dropped_4008"), bound(0), nil)
	}
	s.add("npm peer, five stalled readers: memory per reader", report.Bytes, s.get(stalled, peer, "rss_per_reader"), nil, nil)
	s.add("login and leave in a large room, 100 per second: CPU", report.Seconds,
		s.get(comings, v1, "cpu_per_visit"), bound(0.01), bound(0.001))
}

// storms are the rows about users who log in at once.
func (s *sheet) storms() {
	for _, users := range s.comparison.storms() {
		storm := stormOf(users)
		s.add(fmt.Sprintf("%s, plain: CPU, to the tutorial's server", storm), report.Ratio,
			s.ratio(storm, plain, storm, tutorial, "cpu"), bound(0.02), bound(0.007))
		s.add(storm+", v1: CPU, to plain", report.Ratio, s.ratio(storm, v1, storm, plain, "cpu"), bound(1), nil)
		s.add(storm+", v1: bytes, to plain", report.Ratio, s.ratio(storm, v1, storm, plain, "bytes"), bound(1), bound(0.5))
	}
}

func (s *sheet) add(what string, unit report.Unit, number float64, must, goal *float64) {
	if math.IsNaN(number) {
		s.missing = append(s.missing, what)
		return
	}
	s.rows = append(s.rows, report.Row{What: what, Number: number, Unit: unit, Must: must, Goal: goal})
}

func (s *sheet) get(step, contender, key string) float64 {
	n, err := s.comparison.median(step, contender, key)
	if err != nil {
		return math.NaN()
	}
	return n
}

// ratio is what one measurement is to another.
func (s *sheet) ratio(step, contender, toStep, toContender, key string) float64 {
	n, to := s.get(step, contender, key), s.get(toStep, toContender, key)
	if to == 0 {
		return math.NaN()
	}
	return n / to
}

func bound(n float64) *float64 { return &n }
