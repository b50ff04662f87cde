package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"beckon/internal/fault"
)

// Faults counts panics that were caught. It is a fault.Observer.
type Faults struct {
	caught counters // by fault.Place
}

var _ fault.Observer = (*Faults)(nil)

func newFaults(r prometheus.Registerer) *Faults {
	return &Faults{caught: newCounters(counterVec(r, "beckon_faults_total",
		"Faults in the server that were caught, by what they cost: should be 0. The log has their stacks.", "where"), fault.Places())}
}

// Caught is fault.Observer.
func (f *Faults) Caught(r fault.Report) { f.caught[r.Where].Inc() }
