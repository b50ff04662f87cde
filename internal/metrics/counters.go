package metrics

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// counters are the counters of a closed set, by its values. Where the set leaves a value out, as "unset" is, the
// counter counts and is not shown.
type counters []prometheus.Counter

// newCounters looks up the counters of a vector with one label left.
func newCounters[E interface {
	~uint8
	fmt.Stringer
}](vec *prometheus.CounterVec, set []E) counters {
	byLabel := make(counters, 0, len(set)+1)
	for _, value := range set {
		for len(byLabel) < int(value) {
			byLabel = append(byLabel, prometheus.NewCounter(prometheus.CounterOpts{}))
		}
		byLabel = append(byLabel, vec.WithLabelValues(value.String()))
	}
	return byLabel
}

func counterVec(r prometheus.Registerer, name, help string, labels ...string) *prometheus.CounterVec {
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	r.MustRegister(vec)
	return vec
}

func counter(r prometheus.Registerer, name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	r.MustRegister(c)
	return c
}
