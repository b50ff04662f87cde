package process

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// The test program is also the server that the tests start: with this variable it listens on its value.
const listenVariable = "BENCH_TEST_LISTEN"

func TestMain(m *testing.M) {
	if address := os.Getenv(listenVariable); address != "" {
		listen(address)
		return
	}
	os.Exit(m.Run())
}

// listen is a server that uses a quarter of a second of processor time, then nothing.
func listen(address string) {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for used := time.Duration(0); used < 250*time.Millisecond; {
		if used, err = cpuTime(os.Getpid()); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	for {
		if _, err := ln.Accept(); err != nil {
			return
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func TestAServerIsStartedWatchedAndStopped(t *testing.T) {
	address := freeAddress(t)
	t.Setenv(listenVariable, address)
	s, err := Start(os.Args[0], address, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if s.Started <= 0 {
		t.Errorf("it started within %v", s.Started)
	}
	watched, err := Watch(s.PID)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(Patience); ; time.Sleep(10 * time.Millisecond) {
		used, err := watched.CPU()
		if err != nil {
			t.Fatal(err)
		}
		if used >= 100*time.Millisecond {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("it has used %v of processor time, want more", used)
		}
	}
	memory, err := watched.Memory()
	if err != nil {
		t.Fatal(err)
	}
	rss, err := watched.RSS()
	if err != nil {
		t.Fatal(err)
	}
	const mb = 1 << 20
	if memory.PSS > memory.RSS || memory.RSS < mb || rss < mb || max(rss, memory.RSS) > 2*min(rss, memory.RSS) {
		t.Errorf("memory is %+v, RSS %d", memory, rss)
	}
	s.Stop()
	if _, err := watched.CPU(); err == nil {
		t.Error("it is still there after Stop")
	}
}

func TestWhatCannotBeStarted(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for command, test := range map[string]struct{ address, want string }{
		"":                 {freeAddress(t), "no command"},
		"/no/such/program": {freeAddress(t), "no such file"},
		"false":            {freeAddress(t), "ended before it listened"},
		"sleep 1000000":    {ln.Addr().String(), "already"},
	} {
		if _, err := Start(command, test.address, nil); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %q", command, err, test.want)
		}
	}
	if _, err := Watch(1 << 22); err == nil {
		t.Error("a process that does not exist is watched")
	}
}

func TestTheMachineIsBusyAtLeastWithThis(t *testing.T) {
	before, err := MachineCPU()
	if err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); time.Since(begun) < 200*time.Millisecond; {
	}
	after, err := MachineCPU()
	if err != nil {
		t.Fatal(err)
	}
	if after <= before {
		t.Errorf("from %v to %v", before, after)
	}
}

func TestProcFiles(t *testing.T) {
	busy, err := readStat("cpu  100 20 30 9999 9999 1 2 3 77 77\ncpu0 1 2 3\n")
	if err != nil || busy != 1560*time.Millisecond {
		t.Errorf("the machine was busy for %v, %v", busy, err)
	}
	if _, err := readStat("something else"); err == nil {
		t.Error("something else was understood")
	}
	memory, err := readRollup(strings.NewReader("55d0-7ffe ---p 00000000 00:00 0 [rollup]\nRss:   2048 kB\nPss:   1024 kB\nPss_Anon: 7 kB\n"))
	if err != nil || memory != (Memory{RSS: 2 << 20, PSS: 1 << 20}) {
		t.Errorf("memory is %+v, %v", memory, err)
	}
	if _, err := readRollup(strings.NewReader("")); err == nil {
		t.Error("nothing was understood")
	}
}

func TestTheAdminListenerIsAsked(t *testing.T) {
	collected := false
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/heap", func(_ http.ResponseWriter, r *http.Request) { collected = r.FormValue("gc") == "1" })
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "# HELP go_goroutines Number\ngo_goroutines 12\ngo_memstats_heap_alloc_bytes 2.5e+06\n"+
			"go_memstats_stack_inuse_bytes 65536\nother{a=\"b\"} 3\n")
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	inside, err := Ask(server.URL + "/")
	if err != nil || inside != (Inside{Goroutines: 12, Heap: 2_500_000, Stacks: 65536}) {
		t.Errorf("it says %+v, %v", inside, err)
	}
	if !collected {
		t.Error("it was not asked to collect its garbage")
	}
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	if _, err := Ask(other.URL); err == nil {
		t.Error("a server without metrics was understood")
	}
}
