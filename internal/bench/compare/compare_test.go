package compare

import (
	"crypto/tls"
	"os"
	"slices"
	"strings"
	"testing"

	"beckon/internal/bench/report"
)

// measured is a comparison in which every step has given every number that the scenarios know, made up.
func measured(t *testing.T, quick bool) *comparison {
	t.Helper()
	c := &comparison{Options: Options{Rounds: 1, Quick: quick}, samples: map[string][]float64{}}
	keys := []string{"cpu_per_million", "p99", "rss_per_user", "p99_ratio", "rss_per_reader", "dropped_4008", "cpu", "bytes", "cpu_per_visit", "started"}
	for _, s := range c.steps() {
		for _, contender := range s.contenders {
			for _, key := range keys {
				name := s.name + "/" + contender + "/" + key
				c.samples[name] = append(c.samples[name], 4, 2, 3)
			}
			c.results = append(c.results, report.Result{Scenario: s.name, Server: contender,
				Plots: []report.Plot{{Lines: []report.Line{{Label: "x", Points: []report.Point{{X: 1, Y: 1}}}}}}})
		}
	}
	return c
}

// TestEveryRowIsMeasured holds the budget against the steps: no row may ask for what no step measures.
func TestEveryRowIsMeasured(t *testing.T) {
	for _, quick := range []bool{false, true} {
		c := measured(t, quick)
		rows, missing := c.budget(1 << 20)
		if missing != nil {
			t.Errorf("quick=%t: missing %v", quick, missing)
		}
		if len(rows) < 20 {
			t.Errorf("quick=%t: %d rows", quick, len(rows))
		}
		for _, r := range rows {
			if r.Unit == report.Ratio && r.Number != 1 && !strings.HasSuffix(r.What, "to before") {
				t.Errorf("%s is %v of equal numbers", r.What, r.Number)
			}
		}
		for _, p := range c.plots() {
			if len(p.Lines) < 2 || len(p.Lines[0].Points) == 0 {
				t.Errorf("quick=%t: %s has the lines %v", quick, p.Title, p.Lines)
			}
		}
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	c := measured(t, true)
	all, _ := c.budget(1)
	gone := []string{v1 + ", relayed message: CPU, to npm peer", plain + ", relayed message: CPU, to npm peer"}
	for what, spoil := range map[string]func(key string){
		"not measured": func(key string) { delete(c.samples, key) },
		"zero":         func(key string) { c.samples[key] = []float64{0} },
	} {
		spoil(flatOut + "/" + peer + "/cpu_per_million")
		if rows, missing := c.budget(1); len(rows) != len(all)-2 || !slices.Equal(missing, gone) {
			t.Errorf("%s: %d rows of %d, missing %q", what, len(rows), len(all), missing)
		}
	}
}

func TestMedians(t *testing.T) {
	for want, numbers := range map[float64][]float64{7: {7}, 3: {9, 1, 3}, 2.5: {4, 1, 2, 3}} {
		c := &comparison{samples: map[string][]float64{"step/who/key": numbers}}
		given := slices.Clone(numbers)
		got, err := c.median("step", "who", "key")
		if err != nil || got != want {
			t.Errorf("the median of %v is %v, %v, want %v", numbers, got, err, want)
		}
		if !slices.Equal(given, numbers) {
			t.Errorf("%v became %v", given, numbers)
		}
	}
}

func TestContendersAreStartedOnAProcessorAndReached(t *testing.T) {
	c := &comparison{Options: Options{Beckon: "bin/beckon", Floor: "bin/floor", Node: "node", Peers: "peers", Processor: "3"}}
	c.certificate = certificate{cert: "c.pem", key: "k.pem"}
	for name, want := range map[string]string{
		v1: "taskset -c 3 bin/beckon --listen 127.0.0.1:", plain: "taskset -c 3 bin/beckon --listen 127.0.0.1:",
		floor: "taskset -c 3 bin/floor -listen 127.0.0.1:", tutorial: "taskset -c 3 node peers/tutorial.mjs ",
		peer: "taskset -c 3 node peers/node_modules/peer/dist/bin/peerjs.js --host 127.0.0.1 --port ",
	} {
		b, err := c.bench(name, false)
		if err != nil || !strings.HasPrefix(b.Command, want) || b.Target.URL.Scheme != "ws" {
			t.Errorf("%s is %+v, %v, want %s", name, b, err, want)
			continue
		}
		if _, port, _ := strings.Cut(b.Target.Address(), ":"); !strings.Contains(b.Command, port) {
			t.Errorf("%s is started as %s and looked for at port %s", name, b.Command, port)
		}
	}
	b, err := c.bench(v1, true)
	if err != nil || b.Target.URL.Scheme != "wss" || !strings.HasSuffix(b.Command, " --tls-cert c.pem --tls-key k.pem") {
		t.Errorf("with TLS: %+v, %v", b, err)
	}
	if _, err := c.bench("nobody", false); err == nil {
		t.Error("a contender that does not exist has a command")
	}
}

func TestCertificate(t *testing.T) {
	c, err := newCertificate()
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		t.Fatal(err)
	}
	if err := pair.Leaf.VerifyHostname("127.0.0.1"); err != nil {
		t.Error(err)
	}
	c.remove()
	if _, err := os.Stat(c.folder); !os.IsNotExist(err) {
		t.Errorf("after remove: %v", err)
	}
}

func TestRoundsAreNeeded(t *testing.T) {
	if _, err := Run(Options{}); err == nil {
		t.Error("no rounds were enough")
	}
}
