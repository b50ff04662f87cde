package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/wsconn"
)

// Connections counts what happens to connections. It is a wsconn.Observer.
type Connections struct {
	open     []prometheus.Gauge // by protocol.Dialect
	opened   counters           // by protocol.Dialect
	ended    []counters         // by protocol.Dialect and protocol.Ending
	refused  counters           // by wsconn.Refusal
	lasted   prometheus.Histogram
	outboxes peak
	frames   prometheus.Counter
	bytes    prometheus.Counter
}

var _ wsconn.Observer = (*Connections)(nil)

func newConnections(r prometheus.Registerer) *Connections {
	open := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "beckon_connections", Help: "WebSocket connections that are open.",
	}, []string{"dialect"})
	ended := counterVec(r, "beckon_connections_ended_total", "Connections that ended, by the first reason there was.", "dialect", "reason")
	c := &Connections{
		opened: newCounters(
			counterVec(r, "beckon_connections_opened_total", "Connections that were upgraded.", "dialect"), protocol.Dialects()),
		refused: newCounters(
			counterVec(r, "beckon_handshakes_refused_total", "Requests for a connection that were refused.", "reason"), wsconn.Refusals()),
		lasted: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "beckon_connection_duration_seconds", Help: "How long connections lasted, counted when they end.",
			Buckets: []float64{1, 10, 60, 300, 900, 3600, 4 * 3600, 24 * 3600},
		}),
		frames: counter(r, "beckon_sent_frames_total", "WebSocket frames that were written to sockets, control frames included."),
		bytes:  counter(r, "beckon_sent_bytes_total", "Bytes of WebSocket frames that were written to sockets."),
	}
	for _, d := range protocol.Dialects() {
		c.open = append(c.open, open.WithLabelValues(d.String()))
		c.ended = append(c.ended, newCounters(
			ended.MustCurryWith(prometheus.Labels{"dialect": d.String()}), protocol.Endings()))
	}
	r.MustRegister(open, c.lasted, gaugeFunc("beckon_outbox_high_water_bytes",
		"The most that waited to be sent to one client during the last minute or two, or since the scrape before.", c.outboxes.read))
	return c
}

// Opened is wsconn.Observer.
func (c *Connections) Opened(d protocol.Dialect) {
	c.open[d].Inc()
	c.opened[d].Inc()
}

// Ended is wsconn.Observer.
func (c *Connections) Ended(d protocol.Dialect, end link.End) {
	c.open[d].Dec()
	c.ended[d][end.Why].Inc()
	c.lasted.Observe(end.Lasted.Seconds())
}

// Refused is wsconn.Observer.
func (c *Connections) Refused(why wsconn.Refusal) { c.refused[why].Inc() }

// Queued is wsconn.Observer.
func (c *Connections) Queued(bytes int64) { c.outboxes.raise(bytes) }

// Sent is wsconn.Observer.
func (c *Connections) Sent(written link.Traffic) {
	c.frames.Add(float64(written.Messages))
	c.bytes.Add(float64(written.Bytes))
}
