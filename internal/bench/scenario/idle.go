package scenario

import (
	"fmt"
	"time"

	"beckon/internal/bench/dialect"
	"beckon/internal/bench/report"
)

// Idle is users who log in and then say nothing but what their dialect demands.
type Idle struct {
	Users    []int // measured one after the other, each more than the one before
	Rooms    int   // among which they are spread; 0 is the lobby
	Presence bool
	Settle   time.Duration // before memory is read
	Duration time.Duration // during which processor time is measured
}

// Run measures a server with each number of users.
func (o Idle) Run(b *Bench) ([]report.Result, error) {
	if err := b.Start(); err != nil {
		return nil, err
	}
	defer b.Stop()
	before, err := b.rss()
	if err != nil {
		return nil, err
	}
	c, err := newCrowd(b)
	if err != nil {
		return nil, err
	}
	defer c.close()
	c.keepAlive()
	var results []report.Result
	growth := report.Line{Label: b.Dialect.Name()}
	for _, users := range o.Users {
		r, err := o.measure(c, users, before)
		if err != nil {
			return nil, err
		}
		rss, _ := r.Value("rss")
		growth.Points = append(growth.Points, report.Point{X: float64(users), Y: rss})
		results = append(results, r)
	}
	last := &results[len(results)-1]
	if b.Server != nil && len(growth.Points) > 1 {
		last.Plots = []report.Plot{{Kind: report.Memory, Title: "Memory by users", Lines: []report.Line{growth}}}
	}
	return results, nil
}

// measure adds users up to a number and measures.
func (o Idle) measure(c *crowd, users int, before int64) (report.Result, error) {
	r := c.bench.result("idle", fmt.Sprintf("%d users, rooms %d, presence %t", users, o.Rooms, o.Presence))
	for n := len(c.clients); n < users; n++ {
		c.add(dialect.User{Name: c.name(n), Room: room(n, o.Rooms), Presence: o.Presence})
	}
	entering, err := c.meter()
	if err != nil {
		return r, err
	}
	if err := c.enter(); err != nil {
		return r, err
	}
	entered, err := entering.read()
	if err != nil {
		return r, err
	}
	c.bench.progress("%d users are logged in", users)
	if err := c.pass(o.Settle); err != nil {
		return r, err
	}
	if err := c.bench.addMemory(&r, before, users); err != nil {
		return r, err
	}
	resting, err := c.meter()
	if err != nil {
		return r, err
	}
	if err := c.pass(o.Duration); err != nil {
		return r, err
	}
	rested, err := resting.read()
	if err != nil {
		return r, err
	}
	if c.bench.Server != nil {
		r.Add("cpu_entering", "server CPU while they came", entered.server.Seconds(), report.Seconds)
		r.Add("cpu_idle", "server CPU while idle, per second", rested.server.Seconds()/rested.at.Seconds(), report.Seconds)
	}
	return r, c.bench.addInside(&r, users)
}

// room is the room of the n-th user, or pair, of a crowd that is spread over rooms.
func room(n, rooms int) string {
	if rooms == 0 {
		return ""
	}
	return fmt.Sprintf("room%05d", n%rooms)
}
