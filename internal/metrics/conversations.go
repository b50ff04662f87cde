package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"beckon/internal/protocol"
	"beckon/internal/session"
)

// Conversations counts what clients say and what becomes of it. It is a session.Observer.
type Conversations struct {
	messages counters // by protocol.Type
	bytes    counters // by protocol.Type
	passed   counters // by protocol.Type, those of session.PassedTypes
	failed   map[protocol.Code]prometheus.Counter
	logins   counters // by session.LoginOutcome
	slowed   prometheus.Counter
	resumes  counters // by session.ResumeOutcome
	over     counters // by session.SessionEnd
	waiting  prometheus.Gauge
	relayed  prometheus.Histogram
}

var _ session.Observer = (*Conversations)(nil)

func newConversations(r prometheus.Registerer) *Conversations {
	c := &Conversations{
		messages: newCounters(counterVec(r, "beckon_received_messages_total",
			"Text messages that came from clients; what could not be understood is unknown.", "type"), protocol.Types()),
		bytes: newCounters(counterVec(r, "beckon_received_message_bytes_total",
			"Bytes of text messages that came from clients.", "type"), protocol.Types()),
		passed: newCounters(counterVec(r, "beckon_relayed_messages_total",
			"Messages for other users that were passed on; a leave is one that hangs up. Why others were not is in beckon_errors_total.", "type"), session.PassedTypes()),
		failed: make(map[protocol.Code]prometheus.Counter),
		logins: newCounters(counterVec(r, "beckon_logins_total",
			"Logins, by how they ended; why one failed is in beckon_errors_total.", "outcome"), session.LoginOutcomes()),
		slowed: counter(r, "beckon_logins_slowed_total",
			"Logins that waited, as the client's address logged in too fast (--logins-per-second-per-ip)."),
		resumes: newCounters(counterVec(r, "beckon_resumes_total",
			"Logins that named a session, by what became of it.", "outcome"), session.ResumeOutcomes()),
		over: newCounters(counterVec(r, "beckon_sessions_ended_total",
			"Sessions of beckon.v1 that ended.", "reason"), session.SessionEnds()),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "beckon_sessions_waiting", Help: "Sessions that have lost their connection and may yet be resumed.",
		}),
		relayed: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "beckon_relay_duration_seconds",
			Help:    "From when a message for another user was read until it was written to that user's socket, or waits for it.",
			Buckets: []float64{5e-6, 10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 50e-3, 250e-3, 1},
		}),
	}
	failed := counterVec(r, "beckon_errors_total", "Errors that clients were told of, failed logins included.", "code")
	for _, code := range protocol.Codes() {
		c.failed[code] = failed.WithLabelValues(string(code))
	}
	r.MustRegister(c.waiting, c.relayed)
	return c
}

// Message is session.Observer.
func (c *Conversations) Message(t protocol.Type, bytes int) {
	c.messages[t].Inc()
	c.bytes[t].Add(float64(bytes))
}

// Relayed is session.Observer.
func (c *Conversations) Relayed(took time.Duration) { c.relayed.Observe(took.Seconds()) }

// Passed is session.Observer.
func (c *Conversations) Passed(t protocol.Type) { c.passed[t].Inc() }

// Failed is session.Observer.
func (c *Conversations) Failed(code protocol.Code) {
	if counter, known := c.failed[code]; known {
		counter.Inc()
	}
}

// LoggedIn is session.Observer.
func (c *Conversations) LoggedIn(how session.LoginOutcome) { c.logins[how].Inc() }

// LoginSlowed is session.Observer.
func (c *Conversations) LoginSlowed() { c.slowed.Inc() }

// Resumed is session.Observer.
func (c *Conversations) Resumed(how session.ResumeOutcome) { c.resumes[how].Inc() }

// Waiting is session.Observer.
func (c *Conversations) Waiting(more int) { c.waiting.Add(float64(more)) }

// SessionOver is session.Observer.
func (c *Conversations) SessionOver(how session.SessionEnd) { c.over[how].Inc() }
