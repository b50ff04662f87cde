package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/rs/zerolog"

	"beckon/internal/auth"
	"beckon/internal/config"
	"beckon/internal/metrics"
	"beckon/internal/testkit"
)

// counted tells whether a scrape shows a line.
func counted(t *testing.T, metrics http.Handler, line string) bool {
	t.Helper()
	w := httptest.NewRecorder()
	metrics.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/metrics", nil))
	return strings.Contains(w.Body.String(), line+"\n")
}

// A fault of a handler costs its request, and is logged without what the user wrote.
func TestAFaultCostsItsRequest(t *testing.T) {
	journal := new(testkit.Journal)
	none := func() int { return 0 }
	counts := metrics.New(metrics.Options{Users: none, Rooms: none, LogLost: func() uint64 { return 0 }})
	f := faults{log: zerolog.New(journal), counts: counts.Faults}
	serverLog := new(testkit.Journal)
	server := httptest.NewUnstartedServer(f.guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/fault":
			panic(r.URL.Query().Get("word"))
		case "/abort":
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, "fine")
	})))
	server.Config.ErrorLog = log.New(serverLog, "", 0)
	server.Start()
	defer server.Close()
	get := func(path string) (string, error) {
		response, err := server.Client().Get(server.URL + path)
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return string(body), err
	}
	if _, err := get("/fault?word=hunter2"); !errors.Is(err, io.EOF) {
		t.Errorf("a fault answers with %v", err)
	}
	if _, err := get("/abort"); !errors.Is(err, io.EOF) {
		t.Errorf("an abort answers with %v", err)
	}
	if body, err := get("/"); body != "fine" || err != nil {
		t.Errorf("afterwards: %q, %v", body, err)
	}
	said := journal.String()
	if strings.Count(said, "\n") != 1 || !strings.Contains(said, `"level":"error","where":"request","fault":"panic with a string","stack":"goroutine `) ||
		!strings.Contains(said, "TestAFaultCostsItsRequest") || strings.Contains(said, "hunter2") {
		t.Errorf("logged %s", said)
	}
	if text := serverLog.String(); text != "" {
		t.Errorf("net/http says %s", text)
	}
	if !counted(t, counts.Handler(), `beckon_faults_total{where="request"} 1`) {
		t.Error("not counted")
	}
}

// A fault in what a client says costs that client its connection and frees its name; it is logged without what the
// client said, and counted.
func TestAFaultCostsItsConnection(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(strings.Repeat("s", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load([]string{"--auth-jwt-secret-file=" + secret}, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		journal, ln := new(testkit.Journal), testkit.NewListener()
		a, err := New(cfg, zerolog.New(journal))
		if err != nil {
			t.Fatal(err)
		}
		*a.tokens = auth.Verifier{} // as it has neither parser nor keys, it has a fault
		ctx, stop := context.WithCancel(t.Context())
		stopped := make(chan error)
		go func() { stopped <- a.Serve(ctx, ln) }()
		dial := func(options ...testkit.Option) *testkit.Client {
			return testkit.Dial(t, "ws://beckon.test/ws", append(options, testkit.Through(ln.Dial))...)
		}
		other := dial()
		for n, c := range []*testkit.Client{dial(), dial(testkit.V1())} {
			journal.Take()
			c.Send(`{"type":"login","name":"Hunter","token":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJIdW50ZXIifQ.c2ln"}`)
			c.ExpectClose(1011)
			synctest.Wait()
			said := journal.String()
			if strings.Count(said, `"level":"error","where":"reader","fault":"runtime error: invalid memory address`) != 1 ||
				!strings.Contains(said, "auth.(*Verifier).Verify") || !strings.Contains(said, `"reason":"fault"`) ||
				strings.Contains(said, "Hunter") || strings.Contains(said, "eyJ") {
				t.Errorf("logged %s", said)
			}
			if line := fmt.Sprintf(`beckon_faults_total{where="reader"} %d`, n+1); !counted(t, a.admin.Handler, line) {
				t.Errorf("not counted: %s", line)
			}
		}
		other.ExpectPong("here")
		if a.gate.Open() != 1 || a.hub.Users() != 0 {
			t.Errorf("%d places are taken, %d users are there", a.gate.Open(), a.hub.Users())
		}
		stop()
		other.ExpectClose(1012)
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	})
}
