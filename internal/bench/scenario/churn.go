package scenario

import (
	"fmt"
	"time"

	"beckon/internal/bench/dialect"
	"beckon/internal/bench/latency"
	"beckon/internal/bench/report"
)

// Churn is users who come and go, in a room of others who stay and hear of it.
type Churn struct {
	Users    int     // who stay
	Rate     float64 // users who come per second, and as many who go
	Sockets  bool    // who comes has a new connection, even if the dialect can do without
	Duration time.Duration
	// Stay is how long each one who comes stays.
	Stay time.Duration
}

// churn is a Churn under way.
type churn struct {
	crowd    *crowd
	reuse    bool
	idle     []*client // who may come next
	made     int
	present  int
	stay     time.Duration
	entering *latency.Recorder // from the intended login until its reply
	moves    int               // logins and leaves
	stopped  bool
}

// Run measures.
func (o Churn) Run(b *Bench) ([]report.Result, error) {
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
	for n := range o.Users {
		c.add(dialect.User{Name: c.name(n), Presence: true})
	}
	if err := c.enter(); err != nil {
		return nil, err
	}
	if err := c.pass(time.Second); err != nil { // the news of all that is to be over
		return nil, err
	}
	b.progress("%d users are logged in", o.Users)
	r, err := o.measure(c)
	return []report.Result{r}, err
}

func (o Churn) measure(c *crowd) (report.Result, error) {
	r := c.bench.result("churn", fmt.Sprintf("%d users stay, %.0f come and go per second", o.Users, o.Rate))
	v := &churn{crowd: c, stay: o.Stay, entering: latency.NewRecorder(), made: o.Users}
	v.reuse = !o.Sockets && c.bench.Dialect.AppendLogout(nil) != nil
	if err := v.prepare(int(o.Rate*(o.Stay.Seconds()+1)) + 1); err != nil {
		return r, err
	}
	v.begin(latency.NewPace(c.loop.Now(), o.Rate))
	if err := c.pass(o.Stay + time.Second); err != nil { // as many go then as come
		return r, err
	}
	m, err := c.meter()
	if err != nil {
		return r, err
	}
	v.moves, v.entering = 0, latency.NewRecorder()
	if err := c.pass(o.Duration); err != nil {
		return r, err
	}
	measured, err := m.read()
	if err != nil {
		return r, err
	}
	v.add(&r, measured)
	if err := c.bench.addMemory(&r, 0, 0); err != nil {
		return r, err
	}
	v.stopped = true
	return r, c.await(patience, func() bool { return v.present == 0 },
		func() string { return fmt.Sprintf("%d of those who came are still there", v.present) })
}

// prepare connects those who will come and go, if they keep their connections.
func (v *churn) prepare(visitors int) error {
	if !v.reuse {
		return nil
	}
	for range visitors {
		v.idle = append(v.idle, v.visitor())
	}
	return v.crowd.connect()
}

// visitor adds one more user.
func (v *churn) visitor() *client {
	cl := v.crowd.add(dialect.User{Name: v.crowd.name(v.made), Presence: true})
	v.made++
	return cl
}

// begin has users come at a pace.
func (v *churn) begin(pace *latency.Pace) {
	v.crowd.repeat(pace, func(due time.Duration) bool {
		if !v.stopped {
			v.visit(due)
		}
		return !v.stopped
	})
}

// visit has one user come, who was meant to at the given time, stay, and go.
func (v *churn) visit(when time.Duration) {
	v.present++
	var cl *client
	if n := len(v.idle); n > 0 {
		cl, v.idle = v.idle[0], v.idle[1:]
	} else {
		cl = v.visitor()
	}
	cl.welcomed = func() {
		v.moves++
		v.entering.Record(v.crowd.loop.Now() - when)
		v.crowd.loop.At(v.crowd.loop.Now()+v.stay, func(time.Duration) { v.part(cl) })
	}
	if cl.conn == nil {
		cl.connected = cl.login
		cl.dial()
		return
	}
	cl.login()
}

// part has a user go.
func (v *churn) part(cl *client) {
	v.present--
	v.moves++
	if !v.reuse {
		cl.conn.Close()
		cl.offline()
	} else {
		cl.conn.Send(v.crowd.bench.Dialect.AppendLogout(cl.conn.Compose()))
		cl.loggedOut()
	}
	cl.Session = ""
	v.idle = append(v.idle, cl)
}

func (v *churn) add(r *report.Result, measured sample) {
	visits := float64(v.moves) / 2
	r.Add("visits", "logins and leaves", visits, report.Count)
	if v.crowd.bench.Server != nil {
		r.Add("cpu_per_visit", "server CPU per login and leave", measured.server.Seconds()/visits, report.Seconds)
	}
	r.Add("bytes_per_visit", "bytes from the server per login and leave", float64(measured.received.Bytes)/visits, report.Bytes)
	r.Add("frames_per_visit", "frames from the server per login and leave", float64(measured.received.Frames)/visits, report.Count)
	addLatency(r, "login_", "login", v.entering)
	measured.addShares(r, v.crowd.bench.Server != nil)
}
