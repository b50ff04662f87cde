package metrics

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"beckon/internal/fault"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/session"
	"beckon/internal/turn"
	"beckon/internal/wsconn"
)

func newMetrics() *Metrics { return New(options(true)) }

func options(turn bool) Options {
	return Options{
		Users: func() int { return 7 }, Rooms: func() int { return 3 }, LogLost: func() uint64 { return 5 }, TURN: turn,
	}
}

// scrape reads the metrics as Prometheus does.
func scrape(t testing.TB, m *Metrics) map[string]*dto.MetricFamily {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// series are the values of the given families by "name{label="value"}"; of a histogram, how much was observed.
// Those that are 0 are left out.
func series(families map[string]*dto.MetricFamily) map[string]float64 {
	values := make(map[string]float64)
	for name, family := range families {
		if !strings.HasPrefix(name, "beckon_") || name == "beckon_build_info" {
			continue
		}
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, pair := range metric.GetLabel() {
				labels = append(labels, pair.GetName()+"="+pair.GetValue())
			}
			value := metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + float64(metric.GetHistogram().GetSampleCount())
			if value != 0 {
				values[name+"{"+strings.Join(labels, ",")+"}"] = value
			}
		}
	}
	return values
}

func TestScrapeShowsWhatHappened(t *testing.T) {
	m := newMetrics()
	c, s := m.Connections, m.Conversations
	c.Opened(protocol.V1)
	c.Opened(protocol.V1)
	c.Opened(protocol.Plain)
	c.Ended(protocol.V1, link.End{Why: protocol.EndSlowReader, Lasted: time.Minute})
	c.Refused(wsconn.RefusedOrigin)
	c.Queued(500)
	c.Queued(100)
	c.Sent(link.Traffic{Messages: 2, Bytes: 250})
	c.Sent(link.Traffic{Messages: 1, Bytes: 50})
	s.Message(protocol.Offer, 1000)
	s.Message(protocol.TypeUnknown, 1)
	s.Passed(protocol.Candidate)
	s.Relayed(30 * time.Microsecond)
	s.Failed(protocol.NameTaken)
	s.Failed("no such code")
	s.LoggedIn(session.LoginJoined)
	s.LoggedIn(session.LoginFailed)
	s.LoginSlowed()
	s.Resumed(session.ResumeUnknown)
	s.Waiting(2)
	s.Waiting(-1)
	s.SessionOver(session.SessionExpired)
	m.Faults.Caught(fault.Report{Where: fault.Flusher})

	want := map[string]float64{
		"beckon_users{}":                                                       7,
		"beckon_rooms{}":                                                       3,
		"beckon_log_dropped_lines_total{}":                                     5,
		"beckon_connections{dialect=beckon.v1}":                                1,
		"beckon_connections{dialect=plain}":                                    1,
		"beckon_connections_opened_total{dialect=beckon.v1}":                   2,
		"beckon_connections_opened_total{dialect=plain}":                       1,
		"beckon_connections_ended_total{dialect=beckon.v1,reason=slow_reader}": 1,
		"beckon_connection_duration_seconds{}":                                 1,
		"beckon_handshakes_refused_total{reason=origin}":                       1,
		"beckon_outbox_high_water_bytes{}":                                     500,
		"beckon_sent_frames_total{}":                                           3,
		"beckon_sent_bytes_total{}":                                            300,
		"beckon_received_messages_total{type=offer}":                           1,
		"beckon_received_messages_total{type=unknown}":                         1,
		"beckon_received_message_bytes_total{type=offer}":                      1000,
		"beckon_received_message_bytes_total{type=unknown}":                    1,
		"beckon_relayed_messages_total{type=candidate}":                        1,
		"beckon_relay_duration_seconds{}":                                      1,
		"beckon_errors_total{code=name_taken}":                                 1,
		"beckon_logins_total{outcome=joined}":                                  1,
		"beckon_logins_total{outcome=failed}":                                  1,
		"beckon_logins_slowed_total{}":                                         1,
		"beckon_resumes_total{outcome=unknown}":                                1,
		"beckon_sessions_waiting{}":                                            1,
		"beckon_sessions_ended_total{reason=expired}":                          1,
		"beckon_faults_total{where=flusher}":                                   1,
	}
	got := series(scrape(t, m))
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %v, want %v", name, got[name], value)
		}
		delete(got, name)
	}
	for name, value := range got {
		t.Errorf("%s is %v, want 0", name, value)
	}
}

// Every value of every closed set can be counted, and changes no series but one that was there from the start.
func TestSeriesAreThereFromTheStart(t *testing.T) {
	m := newMetrics()
	before := count(scrape(t, m))
	for _, d := range protocol.Dialects() {
		m.Connections.Opened(d)
		m.Connections.Ended(d, link.End{})
		for _, why := range protocol.Endings() {
			m.Connections.Ended(d, link.End{Why: why})
		}
	}
	for _, why := range wsconn.Refusals() {
		m.Connections.Refused(why)
	}
	for _, typ := range protocol.Types() {
		m.Conversations.Message(typ, 1)
	}
	for _, typ := range session.PassedTypes() {
		m.Conversations.Passed(typ)
	}
	for _, code := range append(protocol.Codes(), "made up") {
		m.Conversations.Failed(code)
	}
	for _, how := range session.LoginOutcomes() {
		m.Conversations.LoggedIn(how)
	}
	for _, how := range session.ResumeOutcomes() {
		m.Conversations.Resumed(how)
	}
	for _, how := range session.SessionEnds() {
		m.Conversations.SessionOver(how)
	}
	for _, where := range fault.Places() {
		m.Faults.Caught(fault.Report{Where: where})
	}
	families := scrape(t, m)
	if after := count(families); after != before {
		t.Errorf("%d series, %d before anything was counted", after, before)
	}
	for _, name := range []string{"beckon_connections_ended_total", "beckon_handshakes_refused_total", "beckon_received_messages_total",
		"beckon_relayed_messages_total", "beckon_errors_total", "beckon_logins_total", "beckon_resumes_total", "beckon_sessions_ended_total",
		"beckon_faults_total"} {
		for _, metric := range families[name].GetMetric() {
			if n := metric.GetCounter().GetValue(); n != 1 {
				t.Errorf("%s%v was counted %v times", name, metric.GetLabel(), n)
			}
		}
	}
}

func count(families map[string]*dto.MetricFamily) int {
	n := 0
	for name, family := range families {
		if strings.HasPrefix(name, "beckon_") {
			n += len(family.GetMetric())
		}
	}
	return n
}

func TestScrapeInOtherFormats(t *testing.T) {
	for accept, want := range map[string]string{
		"application/openmetrics-text; version=1.0.0": "# EOF\n",
		"text/plain": "beckon_users 7\n",
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
		r.Header.Set("Accept", accept)
		newMetrics().Handler().ServeHTTP(w, r)
		body, _ := io.ReadAll(w.Body)
		if !strings.Contains(string(body), want) || !strings.HasPrefix(w.Header().Get("Content-Type"), strings.Split(accept, ";")[0]) {
			t.Errorf("%s: %s lacks %q", accept, w.Header().Get("Content-Type"), want)
		}
	}
}

func TestPeak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := new(peak)
		p.raise(5)
		read := func(want int) {
			t.Helper()
			if got := p.read(); got != want {
				t.Errorf("read %d, want %d", got, want)
			}
		}
		read(5)
		p.raise(9)
		p.raise(3)
		read(9)
		read(9)
		time.Sleep(peakWindow)
		read(9)
		p.raise(4)
		time.Sleep(peakWindow - time.Second)
		read(9)
		time.Sleep(time.Second)
		read(4)
		time.Sleep(peakWindow)
		read(0)
		p.raise(8)
		time.Sleep(time.Hour)
		read(8)
	})
}

// busy calls what every message calls.
func busy(m *Metrics) {
	m.Conversations.Message(protocol.Offer, 1000)
	m.Connections.Queued(1000)
	m.Connections.Sent(link.Traffic{Messages: 1, Bytes: 1000})
	m.Conversations.Relayed(20 * time.Microsecond)
	m.Conversations.Failed(protocol.UnknownUser)
}

func TestCountingAllocatesNothing(t *testing.T) {
	m := newMetrics()
	rare := func() {
		m.Connections.Opened(protocol.Plain)
		m.Connections.Ended(protocol.Plain, link.End{Why: protocol.EndRestart})
		m.Connections.Refused(wsconn.RefusedDraining)
		m.Conversations.LoggedIn(session.LoginJoined)
		m.Conversations.Resumed(session.ResumeDone)
		m.Conversations.Waiting(1)
		m.Conversations.SessionOver(session.SessionLeft)
	}
	if n := testing.AllocsPerRun(1000, func() { busy(m); rare() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkMessage(b *testing.B) {
	m := newMetrics()
	b.ReportAllocs()
	for b.Loop() {
		busy(m)
	}
}

func BenchmarkMessageParallel(b *testing.B) {
	m := newMetrics()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			busy(m)
		}
	})
}

func BenchmarkScrape(b *testing.B) {
	m := newMetrics()
	b.ReportAllocs()
	for b.Loop() {
		scrape(b, m)
	}
}

func TestScrapeShowsTheRelay(t *testing.T) {
	m := newMetrics()
	r := m.Relay
	r.Allocations(turn.OverTCP, 5)
	r.Allocations(turn.OverTCP, 2)
	r.Allocations("pigeon", 2)
	r.Created(turn.OverUDP, 3)
	r.Created("pigeon", 3)
	r.Sent(1000)
	r.Received(10)
	r.Received(1)
	r.Refused(turn.RefusedPeer, 4)
	r.Refused("no such reason", 4)
	r.Restarted()
	want := map[string]float64{
		"beckon_turn_allocations{transport=tcp}":                2,
		"beckon_turn_allocations_created_total{transport=udp}":  3,
		"beckon_turn_relayed_bytes_total{direction=to_peers}":   1000,
		"beckon_turn_relayed_bytes_total{direction=from_peers}": 11,
		"beckon_turn_refused_total{reason=peer}":                4,
		"beckon_turn_restarts_total{}":                          1,
	}
	got := series(scrape(t, m))
	maps.DeleteFunc(got, func(name string, _ float64) bool { return !strings.HasPrefix(name, "beckon_turn_") })
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Without a TURN server there is nothing of it.
func TestScrapeWithoutRelay(t *testing.T) {
	m := New(options(false))
	for name := range scrape(t, m) {
		if m.Relay != nil || strings.HasPrefix(name, "beckon_turn_") {
			t.Errorf("there is %s", name)
		}
	}
}
