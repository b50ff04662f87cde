package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"beckon/internal/relay"
	"beckon/internal/turn"
)

// Relay counts what the TURN server does. It is a relay.Observer.
type Relay struct {
	allocations map[turn.Transport]prometheus.Gauge
	created     map[turn.Transport]prometheus.Counter
	sent        prometheus.Counter
	received    prometheus.Counter
	refused     map[turn.Refusal]prometheus.Counter
	restarts    prometheus.Counter
	revoked     prometheus.Counter
	notRevoked  prometheus.Counter
}

var _ relay.Observer = (*Relay)(nil)

func newRelay(r prometheus.Registerer) *Relay {
	allocations := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "beckon_turn_allocations", Help: "TURN allocations that there are, by how their clients reach the server.",
	}, []string{"transport"})
	r.MustRegister(allocations)
	created := counterVec(r, "beckon_turn_allocations_created_total", "TURN allocations that were made.", "transport")
	bytes := counterVec(r, "beckon_turn_relayed_bytes_total", "Bytes that were relayed for clients, to their peers and from them.", "direction")
	refused := counterVec(r, "beckon_turn_refused_total", "What the TURN server refused, or dropped.", "reason")
	revocations := counterVec(r, "beckon_turn_revocations_total", "Logins that were over, of which the TURN server's process was told to refuse their credentials; lost is where too many waited for that.", "outcome")
	m := &Relay{
		allocations: make(map[turn.Transport]prometheus.Gauge),
		created:     make(map[turn.Transport]prometheus.Counter),
		sent:        bytes.WithLabelValues("to_peers"),
		received:    bytes.WithLabelValues("from_peers"),
		refused:     make(map[turn.Refusal]prometheus.Counter),
		restarts:    counter(r, "beckon_turn_restarts_total", "How often the TURN server's process ended and was started again."),
		revoked:     revocations.WithLabelValues("told"),
		notRevoked:  revocations.WithLabelValues("lost"),
	}
	for _, transport := range turn.Transports() {
		m.allocations[transport] = allocations.WithLabelValues(string(transport))
		m.created[transport] = created.WithLabelValues(string(transport))
	}
	for _, reason := range turn.Refusals() {
		m.refused[reason] = refused.WithLabelValues(string(reason))
	}
	return m
}

// Allocations is relay.Observer.
func (m *Relay) Allocations(transport turn.Transport, now int) {
	if gauge, known := m.allocations[transport]; known {
		gauge.Set(float64(now))
	}
}

// Created is relay.Observer.
func (m *Relay) Created(transport turn.Transport, n int) {
	if counter, known := m.created[transport]; known {
		counter.Add(float64(n))
	}
}

// Sent is relay.Observer.
func (m *Relay) Sent(bytes int64) { m.sent.Add(float64(bytes)) }

// Received is relay.Observer.
func (m *Relay) Received(bytes int64) { m.received.Add(float64(bytes)) }

// Refused is relay.Observer.
func (m *Relay) Refused(reason turn.Refusal, n int) {
	if counter, known := m.refused[reason]; known {
		counter.Add(float64(n))
	}
}

// Restarted is relay.Observer.
func (m *Relay) Restarted() { m.restarts.Inc() }

// Revoked is relay.Observer.
func (m *Relay) Revoked(n int) { m.revoked.Add(float64(n)) }

// NotRevoked is relay.Observer.
func (m *Relay) NotRevoked(n int) { m.notRevoked.Add(float64(n)) }
