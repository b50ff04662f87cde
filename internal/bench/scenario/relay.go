package scenario

import (
	"fmt"
	"time"

	"beckon/internal/bench/dialect"
	"beckon/internal/bench/latency"
	"beckon/internal/bench/report"
)

// Relay is pairs who send each other what browsers do: an offer or answer, then eight candidates, and so on.
type Relay struct {
	Pairs    int
	Rooms    int // among which the pairs are spread; 0 is the lobby
	Presence bool
	Window   int           // closed loop: how many messages are under way per pair
	Rate     float64       // open loop: how many messages per second are sent in all; 0 is the closed loop
	Warmup   time.Duration // before the measurement
	Duration time.Duration // of it
}

// Run measures.
func (o Relay) Run(b *Bench) ([]report.Result, error) {
	if err := b.Start(); err != nil {
		return nil, err
	}
	defer b.Stop()
	c, err := newCrowd(b)
	if err != nil {
		return nil, err
	}
	defer c.close()
	c.keepAlive()
	t := newTalk(c)
	for n := range o.Pairs {
		room := room(n, o.Rooms)
		t.pair(
			c.add(dialect.User{Name: c.name(2 * n), Room: room, Presence: o.Presence}),
			c.add(dialect.User{Name: c.name(2*n + 1), Room: room, Presence: o.Presence}),
		)
	}
	if err := c.enter(); err != nil {
		return nil, err
	}
	b.progress("%d pairs are logged in", o.Pairs)
	if o.Rate > 0 {
		t.atRate(o.Rate)
	} else {
		t.inTurns(o.Window)
	}
	r, err := o.measure(t)
	return []report.Result{r}, err
}

func (o Relay) measure(t *talk) (report.Result, error) {
	c, b := t.crowd, t.crowd.bench
	r := b.result("relay", o.settings())
	if err := c.pass(o.Warmup); err != nil {
		return r, err
	}
	t.latency.Reset()
	t.delivered = 0
	m, err := c.meter()
	if err != nil {
		return r, err
	}
	if err := c.pass(o.Duration); err != nil {
		return r, err
	}
	measured, err := m.read()
	if err != nil {
		return r, err
	}
	o.add(&r, t, measured)
	if err := b.addMemory(&r, 0, 0); err != nil {
		return r, err
	}
	if err := b.addInside(&r, len(c.clients)); err != nil {
		return r, err
	}
	return r, t.finish()
}

func (o Relay) settings() string {
	load := fmt.Sprintf("%d under way per pair", o.Window)
	if o.Rate > 0 {
		load = fmt.Sprintf("%.0f messages per second", o.Rate)
	}
	return fmt.Sprintf("%d pairs, rooms %d, presence %t, %s", o.Pairs, o.Rooms, o.Presence, load)
}

func (o Relay) add(r *report.Result, t *talk, measured sample) {
	messages := float64(t.delivered)
	r.Add("messages_per_second", "messages relayed", messages/measured.at.Seconds(), report.PerSec)
	if t.crowd.bench.Server != nil {
		r.Add("cpu_per_million", "server CPU per million messages", measured.server.Seconds()/messages*1e6, report.Seconds)
	}
	measured.addShares(r, t.crowd.bench.Server != nil)
	addLatency(r, "", "latency", t.latency)
	r.Add("bytes_in", "bytes to the server per message", float64(measured.sent.Bytes)/messages, report.Bytes)
	r.Add("bytes_out", "bytes from the server per message", float64(measured.received.Bytes)/messages, report.Bytes)
	r.Plots = append(r.Plots, latencyPlot(report.Line{Label: r.Dialect, Points: points(t.latency)}))
}

// addLatency adds the percentiles that people ask for.
func addLatency(r *report.Result, key, label string, l *latency.Recorder) {
	for _, p := range []struct {
		key     string
		percent float64
	}{{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p999", 99.9}} {
		r.Add(key+p.key, fmt.Sprintf("%s, %v %%", label, p.percent), l.At(p.percent).Seconds(), report.Seconds)
	}
	r.Add(key+"max", label+", longest", l.Max().Seconds(), report.Seconds)
}

func points(l *latency.Recorder) []report.Point {
	var points []report.Point
	for _, p := range l.Curve() {
		points = append(points, report.Point{X: p.Percent, Y: p.Latency.Seconds()})
	}
	return points
}

func latencyPlot(lines ...report.Line) report.Plot {
	return report.Plot{Kind: report.Latency, Title: "Latency by percentile", Lines: lines}
}
