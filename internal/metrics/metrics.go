// Package metrics counts what happens, for Prometheus: it implements the Observers of wsconn, session, fault and relay,
// and serves what it counted. METRICS.md lists every metric; a test compares it with what is registered.
//
// Labels come from closed sets only, never from what clients say, and every series is there from the start.
// Counting is an atomic addition to a counter that was looked up when the Metrics were made: nothing is
// allocated, hashed or locked.
package metrics

import (
	"net/http"
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Options are what is asked at each scrape. The functions must be quick and may be called from any goroutine.
type Options struct {
	Users   func() int    // how many are logged in
	Rooms   func() int    // how many rooms have users
	LogLost func() uint64 // how many lines the log has dropped
	TURN    bool          // whether there is a TURN server
}

// Metrics are the metrics of one server.
type Metrics struct {
	Connections   *Connections   // the wsconn.Observer
	Conversations *Conversations // the session.Observer
	Faults        *Faults        // the fault.Observer
	Relay         *Relay         // the relay.Observer; nil without a TURN server

	registry *prometheus.Registry
}

// New returns metrics that count from zero.
func New(opts Options) *Metrics {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		buildInfo(),
		gaugeFunc("beckon_users", "Users who are logged in, those who may yet resume included.", opts.Users),
		gaugeFunc("beckon_rooms", "Rooms that have users, the lobby included.", opts.Rooms),
		counterFunc("beckon_log_dropped_lines_total",
			"Log lines that were dropped because whoever reads the log stood still, or could not be written to.", opts.LogLost),
	)
	m := &Metrics{
		Connections:   newConnections(registry),
		Conversations: newConversations(registry),
		Faults:        newFaults(registry),
		registry:      registry,
	}
	if opts.TURN {
		m.Relay = newRelay(registry)
	}
	return m
}

// Handler serves a scrape, in the format that the client asks for.
func (m *Metrics) Handler() http.Handler {
	const scrapersAtOnce = 4
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		Registry:            m.registry,
		EnableOpenMetrics:   true,
		MaxRequestsInFlight: scrapersAtOnce,
	})
}

func gaugeFunc(name, help string, read func() int) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(read()) })
}

func counterFunc(name, help string, read func() uint64) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(read()) })
}

// buildInfo is 1, with what the Go tool stamped into the binary as labels.
func buildInfo() prometheus.Collector {
	labels := prometheus.Labels{"version": "unknown", "revision": "unknown", "goversion": "unknown"}
	if info, ok := debug.ReadBuildInfo(); ok {
		labels["goversion"] = info.GoVersion
		if info.Main.Version != "" {
			labels["version"] = info.Main.Version
		}
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				labels["revision"] = setting.Value
			}
		}
	}
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "beckon_build_info", Help: "1, labeled with the build that runs.", ConstLabels: labels,
	}, func() float64 { return 1 })
}
