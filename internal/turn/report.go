package turn

import "sync/atomic"

// Report is what a relay process tells about itself once a second, and when it has new secrets, as a line of JSON on its standard output: how many
// allocations there are, and how much of the rest there has been since it was started.
type Report struct {
	Version     int // of the secrets that are in force
	Allocations map[Transport]int
	Created     map[Transport]int
	Sent        int64 // bytes from clients to their peers
	Received    int64 // bytes from peers to clients
	Refused     map[Refusal]int
}

// tally counts what a Report tells. It is safe for concurrent use.
type tally struct {
	open, created  map[Transport]*atomic.Int64 // not written to after newTally
	refused        map[Refusal]*atomic.Int64   // the same
	sent, received atomic.Int64
}

func newTally() *tally {
	t := &tally{
		open: make(map[Transport]*atomic.Int64), created: make(map[Transport]*atomic.Int64),
		refused: make(map[Refusal]*atomic.Int64),
	}
	for _, transport := range Transports() {
		t.open[transport], t.created[transport] = new(atomic.Int64), new(atomic.Int64)
	}
	for _, reason := range Refusals() {
		t.refused[reason] = new(atomic.Int64)
	}
	return t
}

func (t *tally) refuse(reason Refusal) { t.refused[reason].Add(1) }

func (t *tally) report() Report {
	return Report{
		Allocations: values(t.open), Created: values(t.created), Refused: values(t.refused),
		Sent: t.sent.Load(), Received: t.received.Load(),
	}
}

// values are the counters that are not 0.
func values[K comparable](counters map[K]*atomic.Int64) map[K]int {
	all := make(map[K]int)
	for key, counter := range counters {
		if n := int(counter.Load()); n != 0 {
			all[key] = n
		}
	}
	return all
}
