package scenario

import (
	"errors"
	"fmt"
	"time"

	"beckon/internal/bench/dialect"
	"beckon/internal/bench/latency"
	"beckon/internal/bench/report"
)

// Resume is users whose connections break, and who come back to their sessions. Each is sent numbered messages by
// another all the while: none may be missing, twice or out of turn.
type Resume struct {
	Users    int     // whose connections break
	Percent  float64 // of them, per second
	Rate     float64 // messages per second to all of them together
	Away     time.Duration
	Duration time.Duration
}

// resume is a Resume under way.
type resume struct {
	crowd     *crowd
	talk      *talk
	fragile   []*client
	away      time.Duration
	cut       int
	back      int
	returning *latency.Recorder // from the new connection until the reply
	stopped   bool
}

var errNoSessions = errors.New("only users of v1 can resume: give --dialect v1")

// Run measures the users in peace, then with connections that break.
func (o Resume) Run(b *Bench) ([]report.Result, error) {
	if b.Dialect.Name() != "v1" {
		return nil, errNoSessions
	}
	if err := b.Start(); err != nil {
		return nil, err
	}
	defer b.Stop()
	c, err := newCrowd(b)
	if err != nil {
		return nil, err
	}
	defer c.close()
	s := &resume{crowd: c, talk: newTalk(c), away: o.Away, returning: latency.NewRecorder()}
	for n := range o.Users {
		from, to := c.add(dialect.User{Name: c.name(2 * n)}), c.add(dialect.User{Name: c.name(2*n + 1)})
		s.talk.pair(from, to)
		s.fragile = append(s.fragile, to)
	}
	if err := c.enter(); err != nil {
		return nil, err
	}
	// Only one of each pair sends: what a client had on its way when its connection broke is its own to send again.
	s.talk.oneWay()
	s.talk.atRate(o.Rate)
	r, err := o.measure(s)
	return []report.Result{r}, err
}

func (o Resume) measure(s *resume) (report.Result, error) {
	r := s.crowd.bench.result("resume", fmt.Sprintf("%d users, %v %% of them cut per second, away %v, %.0f messages per second",
		o.Users, o.Percent, o.Away, o.Rate))
	if err := s.crowd.pass(time.Second); err != nil {
		return r, err
	}
	peace, err := s.phase(o.Duration)
	if err != nil {
		return r, err
	}
	s.crowd.bench.progress("in peace, the server takes %.1f %% of a processor; now connections break",
		100*peace.server.Seconds()/peace.at.Seconds())
	s.talk.latency.Reset()
	s.cutAt(latency.NewPace(s.crowd.loop.Now(), float64(o.Users)*o.Percent/100))
	broken, err := s.phase(o.Duration)
	if err != nil {
		return r, err
	}
	s.stopped = true
	err = s.crowd.await(patience, func() bool { return s.back == s.cut },
		func() string { return fmt.Sprintf("%d of %d users are back", s.back, s.cut) })
	if err != nil {
		return r, err
	}
	if err := s.talk.finish(); err != nil {
		return r, err
	}
	s.add(&r, peace, broken)
	return r, s.crowd.bench.addMemory(&r, 0, 0)
}

// phase runs for a time and measures it.
func (s *resume) phase(d time.Duration) (sample, error) {
	m, err := s.crowd.meter()
	if err != nil {
		return sample{}, err
	}
	if err := s.crowd.pass(d); err != nil {
		return sample{}, err
	}
	return m.read()
}

// cutAt breaks connections at a pace, one user after the other.
func (s *resume) cutAt(pace *latency.Pace) {
	turn := 0
	s.crowd.repeat(pace, func(time.Duration) bool {
		if cl := s.fragile[turn]; cl.online && !s.stopped {
			s.breakOff(cl)
		}
		turn = (turn + 1) % len(s.fragile)
		return !s.stopped
	})
}

// breakOff cuts a user's connection and has it come back later.
func (s *resume) breakOff(cl *client) {
	s.cut++
	cl.cut()
	s.crowd.loop.At(s.crowd.loop.Now()+s.away, func(begun time.Duration) {
		cl.connected = cl.login
		cl.welcomed = func() {
			s.back++
			s.returning.Record(s.crowd.loop.Now() - begun)
			if !cl.resumed {
				s.crowd.fail("the session of %s was lost", cl.Name)
			}
		}
		cl.dial()
	})
}

func (s *resume) add(r *report.Result, peace, broken sample) {
	resumes := float64(s.back)
	r.Add("resumes", "sessions resumed", resumes, report.Count)
	r.Add("delivered", "messages, none missing, twice or out of turn", float64(s.talk.delivered), report.Count)
	if s.crowd.bench.Server != nil {
		// What the messages cost is known from before.
		extra := broken.server.Seconds() - peace.server.Seconds()*broken.at.Seconds()/peace.at.Seconds()
		r.Add("cpu_per_resume", "server CPU per cut and resume", extra/resumes, report.Seconds)
	}
	addLatency(r, "resume_", "connect and resume", s.returning)
	broken.addShares(r, s.crowd.bench.Server != nil)
}
