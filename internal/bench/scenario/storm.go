package scenario

import (
	"fmt"
	"time"

	"beckon/internal/bench/dialect"
	"beckon/internal/bench/report"
)

// Storm is users who all log in to one room at once, and want to know of each other.
type Storm struct {
	Users []int // measured one after the other, each crowd on its own
}

// Run measures each crowd.
func (o Storm) Run(b *Bench) ([]report.Result, error) {
	var results []report.Result
	growth := report.Line{Label: b.Dialect.Name()}
	for _, users := range o.Users {
		r, err := o.measure(b, users)
		if err != nil {
			return nil, err
		}
		cpu, _ := r.Value("cpu")
		growth.Points = append(growth.Points, report.Point{X: float64(users), Y: cpu})
		results = append(results, r)
	}
	last := &results[len(results)-1]
	if len(growth.Points) > 1 {
		last.Plots = []report.Plot{{Kind: report.Growth, Title: "A storm of logins", Lines: []report.Line{growth}}}
	}
	return results, nil
}

func (o Storm) measure(b *Bench, users int) (report.Result, error) {
	if err := b.Start(); err != nil {
		return report.Result{}, err
	}
	defer b.Stop()
	r := b.result("storm", fmt.Sprintf("%d users", users))
	c, err := newCrowd(b)
	if err != nil {
		return r, err
	}
	defer c.close()
	for n := range users {
		c.add(dialect.User{Name: c.name(n), Presence: true})
	}
	connecting, err := c.meter()
	if err != nil {
		return r, err
	}
	if err := c.connect(); err != nil {
		return r, err
	}
	connected, err := connecting.read()
	if err != nil {
		return r, err
	}
	if err := c.pass(time.Second); err != nil { // the server's work on the connections is to be over
		return r, err
	}
	b.progress("%d users are connected", users)
	return r, o.logIn(c, &r, connected)
}

// logIn lets the storm begin and waits until it is over.
func (o Storm) logIn(c *crowd, r *report.Result, connected sample) error {
	users := len(c.clients)
	c.expect = users - 1
	m, err := c.meter()
	if err != nil {
		return err
	}
	if err := c.login(len(c.clients)); err != nil {
		return err
	}
	err = c.await(patience, func() bool { return c.knowing == users },
		func() string { return fmt.Sprintf("%d of %d know of all others", c.knowing, users) })
	if err != nil {
		return err
	}
	stormed, err := m.read()
	if err != nil {
		return err
	}
	r.Add("elapsed", "until all have seen all", stormed.at.Seconds(), report.Seconds)
	if c.bench.Server != nil {
		r.Add("cpu", "server CPU", stormed.server.Seconds(), report.Seconds)
		r.Add("cpu_connecting", "server CPU to connect them", connected.server.Seconds(), report.Seconds)
	}
	r.Add("frames", "frames sent by the server", float64(stormed.received.Frames), report.Count)
	r.Add("bytes", "bytes sent by the server", float64(stormed.received.Bytes), report.Bytes)
	stormed.addShares(r, c.bench.Server != nil)
	return c.bench.addMemory(r, 0, 0)
}
