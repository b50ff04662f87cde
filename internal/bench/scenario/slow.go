package scenario

import (
	"fmt"
	"time"

	"beckon/internal/bench/dialect"
	"beckon/internal/bench/latency"
	"beckon/internal/bench/report"
	"beckon/internal/bench/wire"
)

// Slow is readers that stop while they are sent more and more, and pairs that must not notice.
type Slow struct {
	Readers   int     // that stop
	Rate      float64 // messages per second to all of them together
	Pairs     int     // that go on
	PairsRate float64 // messages per second among all pairs
	Buffer    int     // bytes that the system holds for one who does not read
	Duration  time.Duration
	Stall     time.Duration // how long readers stand still once messages to them are refused: longer than the server's write timeout, shorter than twice that
}

// slow is a Slow under way.
type slow struct {
	crowd   *crowd
	stall   time.Duration // see Slow
	healthy *talk
	readers []*client
	senders []*client
	sent    int
	full    map[*client]bool // readers for whom a message was refused
	woken   int              // of these, how many read on
	codes   map[int]int      // close code: readers that were dropped with it
	stopped bool
}

// Run measures the pairs alone, then with readers that have stopped.
func (o Slow) Run(b *Bench) ([]report.Result, error) {
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
	s := &slow{crowd: c, stall: o.Stall, healthy: newTalk(c), full: map[*client]bool{}, codes: map[int]int{}}
	for n := range o.Pairs {
		s.healthy.pair(c.add(dialect.User{Name: c.name(2 * n)}), c.add(dialect.User{Name: c.name(2*n + 1)}))
	}
	for n := range o.Readers {
		reader := c.add(dialect.User{Name: fmt.Sprintf("%sr%04d", c.run, n)})
		reader.ended = func(code int) { s.codes[code]++ }
		sender := c.add(dialect.User{Name: fmt.Sprintf("%ss%04d", c.run, n)})
		sender.failed = func() { s.missed(reader) }
		s.readers, s.senders = append(s.readers, reader), append(s.senders, sender)
	}
	if err := c.enter(); err != nil {
		return nil, err
	}
	s.healthy.atRate(o.PairsRate)
	r, err := o.measure(s)
	return []report.Result{r}, err
}

func (o Slow) measure(s *slow) (report.Result, error) {
	c, b := s.crowd, s.crowd.bench
	r := b.result("slow", fmt.Sprintf("%d readers stop, %.0f messages per second to them, %d pairs at %.0f",
		o.Readers, o.Rate, o.Pairs, o.PairsRate))
	if err := c.pass(time.Second); err != nil {
		return r, err
	}
	quiet, before, err := s.phase(o.Duration)
	if err != nil {
		return r, err
	}
	b.progress("the pairs are alone: 99 %% within %v; now the readers stop", quiet.At(99).Round(time.Microsecond))
	for _, reader := range s.readers {
		reader.conn.Pause(o.Buffer)
	}
	s.flood(o.Rate)
	busy, peak, err := s.phase(o.Duration)
	if err != nil {
		return r, err
	}
	if _, err := c.loop.Run(patience, func() bool { return s.woken == len(s.readers) }); err != nil {
		return r, err
	}
	s.stopped = true
	if err := s.wake(); err != nil {
		return r, err
	}
	addLatency(&r, "quiet_", "pairs alone", quiet)
	addLatency(&r, "busy_", "pairs beside stalled readers", busy)
	r.Add("p99_ratio", "99 % beside, to alone", busy.At(99).Seconds()/quiet.At(99).Seconds(), report.Ratio)
	if b.Server != nil {
		r.Add("rss_per_reader", "most memory per stalled reader", float64(peak-before)/float64(o.Readers), report.Bytes)
	}
	r.Add("sent", "messages sent to stalled readers", float64(s.sent), report.Count)
	s.addEnds(&r)
	r.Plots = []report.Plot{latencyPlot(
		report.Line{Label: "pairs alone", Points: points(quiet)},
		report.Line{Label: "beside stalled readers", Points: points(busy)},
	)}
	return r, s.healthy.finish()
}

// phase measures the healthy pairs for a time, and the most memory that the server had meanwhile.
func (s *slow) phase(d time.Duration) (*latency.Recorder, int64, error) {
	const look = 100 * time.Millisecond
	recorder := latency.NewRecorder()
	s.healthy.latency = recorder
	var most int64
	for end := s.crowd.loop.Now() + d; s.crowd.loop.Now() < end; {
		if err := s.crowd.pass(look); err != nil {
			return nil, 0, err
		}
		rss, err := s.crowd.bench.rss()
		if err != nil {
			return nil, 0, err
		}
		most = max(most, rss)
	}
	return recorder, most, nil
}

// flood sends offers to the readers, in turn, whether they are taken or refused.
func (s *slow) flood(perSecond float64) {
	turn := 0
	s.crowd.repeat(latency.NewPace(s.crowd.loop.Now(), perSecond), func(time.Duration) bool {
		if sender := s.senders[turn]; sender.conn != nil { // else it was given up itself, with all the refusals to read
			sender.relay(s.readers[turn], dialect.Message{Type: "offer", Number: s.sent})
			s.sent++
		}
		turn = (turn + 1) % len(s.readers)
		return !s.stopped
	})
}

// missed has a reader for whom too much waits read on when the server has given it up, and has not yet given up on telling
// it why. From then on latencies count no more: reading all that waited keeps this program busy too.
func (s *slow) missed(reader *client) {
	if s.full[reader] {
		return
	}
	s.full[reader] = true
	s.crowd.loop.At(s.crowd.loop.Now()+s.stall, func(time.Duration) {
		s.woken++
		s.healthy.latency = latency.NewRecorder()
		if reader.conn != nil {
			reader.conn.Unpause()
		}
	})
}

// wake has the readers read on, so that they learn what has become of them.
func (s *slow) wake() error {
	for _, reader := range s.readers {
		if reader.conn != nil {
			reader.conn.Unpause()
		}
	}
	const moment = 10 * time.Second
	if _, err := s.crowd.loop.Run(moment, func() bool { return s.dropped() == len(s.readers) }); err != nil {
		return err
	}
	return s.crowd.err
}

// dropped is how many readers know that they were.
func (s *slow) dropped() (n int) {
	for _, ended := range s.codes {
		n += ended
	}
	return n
}

func (s *slow) addEnds(r *report.Result) {
	r.Add("dropped", "readers that were dropped", float64(s.dropped()), report.Count)
	r.Add("dropped_4008", "of them with 4008", float64(s.codes[4008]), report.Count)
	r.Add("dropped_1006", "of them without a close frame", float64(s.codes[wire.CodeAbnormal]), report.Count)
	r.Add("failures", "errors that senders were told of", float64(s.crowd.failures), report.Count)
}
