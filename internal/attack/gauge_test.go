//go:build linux

package attack_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"beckon/internal/testkit"
)

// What is read of the runtime.
const (
	heapInUse  = "go_memstats_heap_inuse_bytes"
	heapLive   = "go_memstats_heap_alloc_bytes"
	goroutines = "go_goroutines"
)

// reading is the server's metrics at one moment, by series as /metrics writes them.
type reading map[string]float64

// read gets the metrics.
func (s *server) read() (reading, error) {
	body, err := s.ask("/metrics")
	if err != nil {
		return nil, err
	}
	r := reading{}
	for lines := bufio.NewScanner(strings.NewReader(body)); lines.Scan(); {
		series, value, found := strings.Cut(lines.Text(), " ")
		if v, err := strconv.ParseFloat(value, 64); found && err == nil {
			r[series] = v
		}
	}
	return r, nil
}

// settled is read after garbage collections, the second for what pools held on to through the first.
func (s *server) settled() (reading, error) {
	for range 2 {
		if _, err := s.ask("/debug/pprof/heap?gc=1"); err != nil {
			return nil, err
		}
	}
	return s.read()
}

func (s *server) ask(path string) (body string, err error) {
	client := http.Client{Timeout: testkit.Patience}
	response, err := client.Get("http://" + s.admin + path)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", path, response.Status)
	}
	return string(text), err
}

// label names the series of a metric that have a label; or the one series of a metric without labels.
type label struct{ metric, name, value string }

func (l label) String() string {
	if l.name == "" {
		return l.metric
	}
	return fmt.Sprintf("%s{%s=%q}", l.metric, l.name, l.value)
}

// The metrics that tell of refusals, by what they count.
func refused(reason string) label { return label{"beckon_handshakes_refused_total", "reason", reason} }
func ended(reason string) label   { return label{"beckon_connections_ended_total", "reason", reason} }
func failed(code string) label    { return label{"beckon_errors_total", "code", code} }
func resumes(outcome string) label {
	return label{"beckon_resumes_total", "outcome", outcome}
}
func sessions(reason string) label { return label{"beckon_sessions_ended_total", "reason", reason} }

// sum adds up the series of l, whatever their other labels.
func (r reading) sum(l label) (total int) {
	if l.name == "" {
		return int(r[l.metric])
	}
	for series, value := range r {
		if strings.HasPrefix(series, l.metric+"{") && strings.Contains(series, fmt.Sprintf("%s=%q", l.name, l.value)) {
			total += int(value)
		}
	}
	return total
}

// gauge watches the heap while an attack goes on.
type gauge struct {
	server *server
	stop   chan struct{}
	done   sync.WaitGroup

	heap, routines float64 // the most that was seen; owned by watch until done
	err            error   // owned by watch until done
}

func (s *server) gauge() *gauge {
	g := &gauge{server: s, stop: make(chan struct{})}
	g.done.Go(g.watch)
	return g
}

func (g *gauge) watch() {
	for {
		r, err := g.server.read()
		if err != nil {
			g.err = err
			return
		}
		g.heap, g.routines = max(g.heap, r[heapInUse]), max(g.routines, r[goroutines])
		select {
		case <-g.stop:
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (g *gauge) finish() error {
	close(g.stop)
	g.done.Wait()
	return g.err
}
