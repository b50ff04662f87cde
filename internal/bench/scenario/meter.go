package scenario

import (
	"time"

	"beckon/internal/bench/process"
	"beckon/internal/bench/report"
	"beckon/internal/bench/wire"
)

// sample is where things stand at one moment.
type sample struct {
	at             time.Duration
	server         time.Duration // processor time of the server, 0 if it is not watched
	generator      time.Duration // processor time of this process
	machine        time.Duration // processor time of everything
	sent, received wire.Traffic
}

// sample reads the clocks and counters.
func (c *crowd) sample() (sample, error) {
	s := sample{at: c.loop.Now(), generator: ownCPU(), sent: c.loop.Sent, received: c.loop.Received}
	var err error
	if s.machine, err = process.MachineCPU(); err != nil || c.bench.Server == nil {
		return s, err
	}
	s.server, err = c.bench.Server.CPU()
	return s, err
}

// since is what has happened since an earlier sample.
func (s sample) since(earlier sample) sample {
	return sample{
		at:        s.at - earlier.at,
		server:    s.server - earlier.server,
		generator: s.generator - earlier.generator,
		machine:   s.machine - earlier.machine,
		sent:      s.sent.Since(earlier.sent),
		received:  s.received.Since(earlier.received),
	}
}

// meter measures from one call to another.
type meter struct {
	crowd *crowd
	begun sample
}

func (c *crowd) meter() (*meter, error) {
	begun, err := c.sample()
	return &meter{crowd: c, begun: begun}, err
}

// read returns what has happened since the meter was made.
func (m *meter) read() (sample, error) {
	now, err := m.crowd.sample()
	return now.since(m.begun), err
}

// addShares adds how busy server and generator were, and what else went on: if that is much, it was the wrong time to
// measure.
func (s sample) addShares(r *report.Result, watched bool) {
	share := func(used time.Duration) float64 { return 100 * used.Seconds() / s.at.Seconds() }
	if watched {
		r.Add("server_share", "server, of one processor", share(s.server), report.Percent)
	}
	r.Add("generator_share", "generator, of one processor", share(s.generator), report.Percent)
	if watched {
		r.Add("others_share", "everything else here, of one processor", share(max(0, s.machine-s.server-s.generator)), report.Percent)
	}
}

// addMemory adds what the server occupies, and how much of it per user if there was a time before them.
func (b *Bench) addMemory(r *report.Result, before int64, users int) error {
	if b.Server == nil {
		return nil
	}
	memory, err := b.Server.Memory()
	if err != nil {
		return err
	}
	r.Add("rss", "server RSS", float64(memory.RSS), report.Bytes)
	r.Add("pss", "server PSS", float64(memory.PSS), report.Bytes)
	if users > 0 {
		r.Add("rss_per_user", "RSS per user, less what it was without", float64(memory.RSS-before)/float64(users), report.Bytes)
	}
	return nil
}

// rss is what the server occupies, 0 if it is not watched.
func (b *Bench) rss() (int64, error) {
	if b.Server == nil {
		return 0, nil
	}
	return b.Server.RSS()
}
