package app_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"beckon/internal/frame"
	"beckon/internal/testkit"
)

// The budgets here are counts, which are the same on every machine; what takes how long is measured elsewhere. The
// server is a process of its own, as it is deployed: what the tests themselves use does not count.

// watched is a process whose admin listener is asked what it uses.
type watched struct {
	*process
	admin string
}

func launchWatched(t *testing.T, args ...string) *watched {
	t.Helper()
	w := &watched{process: launch(t, nil, append(args, "--listen=127.0.0.1:0", "--admin=127.0.0.1:0", "--log-format=json")...)}
	aside := regexp.MustCompile(`"address":"([^"]+)".*"message":"listening aside"`)
	for deadline := time.Now().Add(testkit.Patience); ; time.Sleep(time.Millisecond) {
		if found := aside.FindStringSubmatch(w.stderr.String()); found != nil {
			w.admin = "http://" + found[1]
			return w
		}
		if time.Now().After(deadline) {
			t.Fatalf("no admin listener: %s", w.stderr)
		}
	}
}

func (w *watched) ask(path string) string {
	w.t.Helper()
	response, err := http.Get(w.admin + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %s, %v", path, response.Status, err)
	}
	return string(body)
}

// gauges reads metrics that have no labels.
func (w *watched) gauges(names ...string) []float64 {
	w.t.Helper()
	text := "\n" + w.ask("/metrics")
	values := make([]float64, len(names))
	for i, name := range names {
		_, after, found := strings.Cut(text, "\n"+name+" ")
		line, _, _ := strings.Cut(after, "\n")
		value, err := strconv.ParseFloat(line, 64)
		if !found || err != nil {
			w.t.Fatalf("%s: %q", name, line)
		}
		values[i] = value
	}
	return values
}

// enter is a client in the lobby that hears nothing of others.
func (w *watched) enter(name string, header ...string) *testkit.Raw {
	w.t.Helper()
	conn, err := net.Dial("tcp", w.addr)
	if err != nil {
		w.t.Fatal(err)
	}
	r := testkit.Handshake(w.t, conn, header...)
	r.ExpectText("connect")
	r.Send(testkit.TextFrame(`{"type":"login","name":"` + name + `","presence":false}`))
	r.ExpectText("login")
	return r
}

var dialects = map[string][]string{"plain": nil, "beckon.v1": {"Sec-WebSocket-Protocol: beckon.v1"}}

func TestBudgetOfAnIdleUser(t *testing.T) {
	const users, mostBytes, mostHeap, mostRoutines = 2000, 2500, 2700, 0.05
	for dialect, header := range dialects {
		t.Run(dialect, func(t *testing.T) {
			w := launchWatched(t)
			w.enter("first", header...)
			first := w.usage()
			var clients []*testkit.Raw
			for i := range users {
				clients = append(clients, w.enter(fmt.Sprint("user", i), header...))
			}
			after := w.usage()
			heap, stack := (after.heap-first.heap)/users, (after.stack-first.stack)/users
			own := (after.routines - first.routines) / users
			t.Logf("%.0f bytes of heap, %.0f of stack, %.3f goroutines", heap, stack, own)
			if heap+stack > mostBytes || own > mostRoutines {
				t.Errorf("want at most %d bytes and %v goroutines", mostBytes, mostRoutines)
			}
			for _, r := range clients { // heartbeats do not change that
				r.Send(testkit.PingFrame(""))
				r.Expect(frame.Pong)
			}
			if heap := (w.usage().heap - first.heap) / users; heap > mostHeap {
				t.Errorf("%.0f bytes of heap after a ping, want at most %d", heap, mostHeap)
			}
		})
	}
}

// usage is what a server has in use once its garbage is collected, in bytes and numbers.
type usage struct{ heap, stack, routines float64 }

func (w *watched) usage() usage {
	w.t.Helper()
	for range 2 { // what is pooled goes with the second collection
		w.ask("/debug/pprof/heap?gc=1")
	}
	v := w.gauges("go_memstats_heap_alloc_bytes", "go_memstats_stack_inuse_bytes", "go_goroutines")
	return usage{v[0], v[1], v[2]}
}

func TestBudgetOfALogin(t *testing.T) {
	const logins, most = 900, 150
	for dialect, header := range dialects {
		t.Run(dialect, func(t *testing.T) {
			w := launchWatched(t)
			each := w.allocations(func(i int) {
				r := w.enter(fmt.Sprint("user", i), header...)
				r.Send(testkit.CloseFrame(testkit.CloseCode(1000, "")))
				r.Expect(frame.Close)
				r.ExpectEnd()
			}, logins)
			t.Logf("%.1f allocations", each)
			if each > most {
				t.Errorf("a user who comes and goes takes %.1f allocations, want at most %d", each, most)
			}
		})
	}
}

func TestBudgetOfARelayedMessage(t *testing.T) {
	const messages, most = 20_000, 2.7 // the recipient's frame, and gorilla's reader of a message
	for dialect, header := range dialects {
		t.Run(dialect, func(t *testing.T) {
			w := launchWatched(t)
			bob, ana := w.enter("bob", header...), w.enter("ana", header...)
			offer := testkit.TextFrame(`{"type":"offer","name":"ana","offer":"` + strings.Repeat("x", 1000) + `"}`)
			each := w.allocations(func(int) {
				bob.Send(offer)
				reply, err := ana.Read()
				for err == nil && reply.Opcode == frame.Ping { // in beckon.v1, for an acknowledgement
					ana.Send(testkit.RawFrame{FIN: true, Opcode: byte(frame.Pong), Payload: reply.Payload})
					reply, err = ana.Read()
				}
				if err != nil || reply.Opcode != frame.Text {
					t.Fatalf("got %s, %v", reply, err)
				}
			}, messages)
			t.Logf("%.2f allocations", each)
			if each > most {
				t.Errorf("a message takes %.2f allocations, want at most %v", each, most)
			}
		})
	}
}

// allocations is how many the server needs for each of n calls of f.
func (w *watched) allocations(f func(i int), n int) float64 {
	w.t.Helper()
	const warmUp = 100
	for i := range warmUp {
		f(i)
	}
	w.mallocs() // the first time is dearer
	first := w.mallocs()
	second := w.mallocs()
	for i := range n {
		f(warmUp + i)
	}
	asking := second - first
	return (w.mallocs() - second - asking) / float64(n)
}

// mallocs counts what the server has ever allocated. A processor adds up what it took of a span when the span is full: only
// after a collection is everything counted.
func (w *watched) mallocs() float64 {
	w.t.Helper()
	w.ask("/debug/pprof/heap?gc=1")
	return w.gauges("go_memstats_mallocs_total")[0]
}
