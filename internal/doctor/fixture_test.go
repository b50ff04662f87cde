package doctor_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"beckon/internal/app"
	"beckon/internal/config"
	"beckon/internal/doctor"
)

// TestMain fails the whole run if a goroutine outlives the tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// short is for answers that never come.
const short = 300 * time.Millisecond

// patience is for those that do, on a busy machine.
const patience = 20 * time.Second

// beckon starts a server with the flags given and returns its host and port. It is stopped when the test ends.
func beckon(t *testing.T, flags ...string) string {
	t.Helper()
	cfg, err := config.Load(flags, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(cfg, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- a.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	})
	return ln.Addr().String()
}

// clientAddress is whom the proxies of these tests speak for.
const clientAddress = "198.51.100.7"

// proxy is a reverse proxy before a server that does all that it should, unless it is broken.
type proxy struct {
	request func(r *httputil.ProxyRequest)                // changes what goes to the server
	answer  func(r *http.Response)                        // changes what comes from it
	first   func(http.ResponseWriter, *http.Request) bool // answers in its place
}

// before starts the proxy and returns its URL.
func (p proxy) before(t *testing.T, backend string) string {
	t.Helper()
	target := &url.URL{Scheme: "http", Host: backend}
	reverse := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
			r.Out.Header["X-Forwarded-For"] = append(r.In.Header["X-Forwarded-For"], clientAddress)
			r.Out.Header.Set("X-Forwarded-Proto", "http")
			if p.request != nil {
				p.request(r)
			}
		},
		ModifyResponse: func(r *http.Response) error {
			if p.answer != nil {
				p.answer(r)
			}
			return nil
		},
		Transport:    &http.Transport{DisableKeepAlives: true},
		ErrorLog:     nil,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.first == nil || !p.first(w, r) {
			reverse.ServeHTTP(w, r)
		}
	}))
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL + "/"
}

// trusting are the flags of a server that believes the proxies of these tests.
var trusting = []string{"--trusted-proxy=127.0.0.1"}

// findings are those of one examination.
type findings struct {
	t      *testing.T
	report *doctor.Report
}

// examine examines a server.
func examine(t *testing.T, address string, changes ...func(*doctor.Options)) findings {
	t.Helper()
	opts := doctor.Options{URL: address, Timeout: patience}
	for _, change := range changes {
		change(&opts)
	}
	var told []doctor.Finding
	opts.Tell = func(f doctor.Finding) { told = append(told, f) }
	report, err := doctor.Examine(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(told, report.Findings) {
		t.Errorf("told %v, and the report has %v", told, report.Findings)
	}
	for _, f := range report.Findings {
		if f.Check == "" || f.Code == "" || !strings.HasSuffix(strings.TrimRight(f.Text, `"`), ".") && f.Level != doctor.Problem && f.Level != doctor.Note {
			t.Errorf("an incomplete finding: %+v", f)
		}
		if (f.Level == doctor.Problem || f.Level == doctor.Warning) && f.Remedy == "" {
			t.Errorf("no remedy for %+v", f)
		}
	}
	return findings{t, report}
}

func impatiently(o *doctor.Options) { o.Timeout = short }

// has finds the finding with a code.
func (f findings) has(code doctor.Code) doctor.Finding {
	f.t.Helper()
	for _, found := range f.report.Findings {
		if found.Code == code {
			return found
		}
	}
	f.t.Errorf("no %s among\n%s", code, f)
	return doctor.Finding{}
}

// lacks expects no finding with a code.
func (f findings) lacks(codes ...doctor.Code) {
	f.t.Helper()
	for _, found := range f.report.Findings {
		if slices.Contains(codes, found.Code) {
			f.t.Errorf("%s: %s", found.Code, found.Text)
		}
	}
}

// problems expects these problems and warnings, and no others.
func (f findings) problems(want ...doctor.Code) {
	f.t.Helper()
	var got []doctor.Code
	for _, found := range f.report.Findings {
		if found.Level == doctor.Problem || found.Level == doctor.Warning {
			got = append(got, found.Code)
		}
	}
	if !slices.Equal(got, want) {
		f.t.Errorf("problems and warnings %v, want %v:\n%s", got, want, f)
	}
}

// String is what is printed.
func (f findings) String() string {
	var b strings.Builder
	p := doctor.NewPrinter(&b, false)
	for _, found := range f.report.Findings {
		p.Finding(found)
	}
	return b.String()
}
