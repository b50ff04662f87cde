package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/hub"
	"beckon/internal/ice"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/replay"
	"beckon/internal/session"
	"beckon/internal/share"
)

// conn is a link.Conn that notes how it was closed.
type conn struct{ ended protocol.Ending }

func (*conn) Enqueue([]byte)                  {}
func (*conn) EnqueueParts([][]byte)           {}
func (*conn) Offer([]byte, share.Source) bool { return true }
func (*conn) OfferParts([][]byte) bool        { return true }
func (*conn) Forward([]byte)                  {}
func (*conn) Behind() bool                    { return false }
func (*conn) Flush()                          {}
func (c *conn) Close(why protocol.Ending)     { c.ended = why }
func (*conn) Source() share.Source            { return "" }
func (*conn) TakeLogin() time.Duration        { return 0 }
func (*conn) Quota() (any, int)               { return "", 0 }
func (*conn) RemoteAddr() string              { return "192.0.2.1:1" }
func (*conn) Request() string                 { return "" }

// Probe finds the client alive.
func (*conn) Probe(time.Duration, protocol.Ending) <-chan struct{} {
	known := make(chan struct{})
	close(known)
	return known
}

func (*conn) Pause(<-chan struct{}, time.Duration) bool { return true }

// bench is an admin listener with a server to look at.
type bench struct {
	http.Handler
	sessions *session.Server
}

func newBench(hosts ...string) bench {
	ids := 0
	h := hub.New(hub.Options{NewID: func() string { ids++; return fmt.Sprint("id", ids) }})
	sessions := session.NewServer(session.Options{
		Hub: h, ICE: ice.NewStatic(nil), ResumeWindow: 15 * time.Second, Backlog: replay.Limits{Bytes: 1 << 10, Frames: 10},
	})
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("metrics")) })
	return bench{New(Options{Metrics: metrics, Hub: h, Sessions: sessions, Hosts: hosts}), sessions}
}

func (b bench) login(accept link.Accept, name, room string) (*conn, link.Receiver) {
	c := new(conn)
	r := accept(c)
	r.Text(fmt.Appendf(nil, `{"type":"login","name":%q,"room":%q}`, name, room))
	return c, r
}

// ask sends a request to localhost.
func (b bench) ask(t *testing.T, method, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	r.Host = "localhost:9091"
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w
}

func TestExamplesAreWhatIsAnswered(t *testing.T) {
	page, err := os.ReadFile("API.md")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.login(b.sessions.AcceptPlain, "Ana", "")
		b.login(b.sessions.AcceptPlain, "Bob", "")
		b.login(b.sessions.AcceptPlain, "Zoe", "Den")
		b.login(b.sessions.AcceptPlain, "Zoe", "Standup")
		example := regexp.MustCompile(`(?m)^\$ curl (?:-X (\w+) )?'?http://localhost:9091(/\S+?)'?\n(\{.*\}\n)?`)
		examples := example.FindAllStringSubmatch(string(page), -1)
		if len(examples) != 3 {
			t.Fatalf("%d examples found", len(examples))
		}
		for _, e := range examples {
			method := e[1]
			if method == "" {
				method = http.MethodGet
			}
			if w := b.ask(t, method, e[2]); w.Code >= 300 || w.Body.String() != e[3] {
				t.Errorf("%s %s: %d\n%s\nthe page shows\n%s", method, e[2], w.Code, w.Body, e[3])
			}
		}
	})
}

func TestUserStates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		_, says := b.login(b.sessions.AcceptV1, "Ana", "")
		time.Sleep(1500 * time.Millisecond)
		b.login(b.sessions.AcceptV1, "Bob", "")
		says.Closed(link.End{Why: protocol.EndConnectionLost})
		const want = `{"users":[` +
			`{"id":"id1","name":"Ana","room":"","dialect":"beckon.v1","since":"2000-01-01T00:00:00Z","state":"awaiting_resume"},` +
			`{"id":"id2","name":"Bob","room":"","dialect":"beckon.v1","since":"2000-01-01T00:00:01.5Z","state":"connected","remote":"192.0.2.1:1"}]}` + "\n"
		if got := b.ask(t, http.MethodGet, "/api/v1/users").Body.String(); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		time.Sleep(time.Minute)
	})
}

// walk reads a listing page by page.
func (b bench) walk(t *testing.T, target, field string, show func(entry map[string]any) string) []string {
	t.Helper()
	var all []string
	for after, pages := "", 0; ; pages++ {
		if pages > 100 {
			t.Fatalf("%s: no end in sight: %q", target, all)
		}
		w := b.ask(t, http.MethodGet, target+after)
		var page map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", target+after, w.Code, w.Body)
		}
		for _, entry := range page[field].([]any) {
			all = append(all, show(entry.(map[string]any)))
		}
		next, more := page["next"]
		if !more {
			return all
		}
		after = "&after=" + next.(string)
	}
}

func TestPages(t *testing.T) {
	b := newBench()
	var places, names []string
	for _, room := range []string{"", "a", "b", "c"} {
		names = append(names, room)
		for _, who := range []string{"ana", "bob", "eve"} {
			b.login(b.sessions.AcceptPlain, who, room)
			places = append(places, room+"/"+who)
		}
	}
	ofRoom := func(e map[string]any) string { return e["room"].(string) }
	place := func(e map[string]any) string { return e["room"].(string) + "/" + e["name"].(string) }
	for _, limit := range []int{1, 2, 3, 4, 5, 11, 12, 13} {
		query := fmt.Sprintf("?limit=%d", limit)
		if got := b.walk(t, "/api/v1/rooms"+query, "rooms", ofRoom); !slices.Equal(got, names) {
			t.Errorf("by %d: rooms %q", limit, got)
		}
		if got := b.walk(t, "/api/v1/users"+query, "users", place); !slices.Equal(got, places) {
			t.Errorf("by %d: users %q", limit, got)
		}
		if got := b.walk(t, "/api/v1/users"+query+"&room=B", "users", place); !slices.Equal(got, places[6:9]) {
			t.Errorf("by %d: users of a room %q", limit, got)
		}
		if got := b.walk(t, "/api/v1/users"+query+"&room=", "users", place); !slices.Equal(got, places[:3]) {
			t.Errorf("by %d: users of the lobby %q", limit, got)
		}
	}
	if got := b.ask(t, http.MethodGet, "/api/v1/users?room=elsewhere").Body.String(); got != "{\"users\":[]}\n" {
		t.Errorf("an empty room: %s", got)
	}
}

func TestDismiss(t *testing.T) {
	b := newBench()
	plain, _ := b.login(b.sessions.AcceptPlain, "Ana", "")
	v1, _ := b.login(b.sessions.AcceptV1, "Bob", "den")
	for _, id := range []string{"id1", "id2"} {
		if w := b.ask(t, http.MethodDelete, "/api/v1/users/"+id); w.Code != http.StatusNoContent || w.Body.Len() != 0 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if plain.ended != protocol.EndDismissed || v1.ended != protocol.EndDismissed {
		t.Errorf("ended by %s and %s", plain.ended, v1.ended)
	}
	if w := b.ask(t, http.MethodDelete, "/api/v1/users/id2"); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), `"code":"unknown_user"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestRefusals(t *testing.T) {
	b := newBench("Ops.example")
	roomCursor, userCursor := cursor("den"), cursor("den", "ana")
	tests := []struct {
		method, target string
		headers        []string
		status         int
		code           string
	}{
		{"GET", "/api/v1/rooms?limit=0", nil, 400, "bad_request"},
		{"GET", "/api/v1/rooms?limit=1001", nil, 400, "bad_request"},
		{"GET", "/api/v1/rooms?limit=", nil, 400, "bad_request"},
		{"GET", "/api/v1/rooms?limit=1&limit=2", nil, 400, "bad_request"},
		{"GET", "/api/v1/rooms?room=den", nil, 400, "bad_request"},
		{"GET", "/api/v1/rooms?after=", nil, 400, "bad_request"},
		{"GET", "/api/v1/rooms?after=%21", nil, 400, "bad_request"},
		{"GET", "/api/v1/rooms?after=" + userCursor, nil, 400, "bad_request"},
		{"GET", "/api/v1/rooms?after=" + roomCursor, nil, 200, ""},
		{"GET", "/api/v1/rooms?a;b", nil, 400, "bad_request"},
		{"GET", "/api/v1/users?rooms=den", nil, 400, "bad_request"},
		{"GET", "/api/v1/users?room=%00", nil, 400, "bad_request"},
		{"GET", "/api/v1/users?after=" + roomCursor, nil, 400, "bad_request"},
		{"GET", "/api/v1/users?after=" + userCursor, nil, 200, ""},
		{"GET", "/api/v1/users?room=Den&after=" + userCursor, nil, 200, ""},
		{"GET", "/api/v1/users?room=elsewhere&after=" + userCursor, nil, 400, "bad_request"},

		{"POST", "/api/v1/rooms", nil, 405, "method_not_allowed"},
		{"DELETE", "/api/v1/users", nil, 405, "method_not_allowed"},
		{"GET", "/api/v1/users/id1", nil, 405, "method_not_allowed"},
		{"OPTIONS", "/api/v1/users/id1", nil, 405, "method_not_allowed"},
		{"POST", "/metrics", nil, 405, "method_not_allowed"},
		{"HEAD", "/api/v1/rooms", nil, 200, ""},
		{"GET", "/api/v2/rooms", nil, 404, "not_found"},
		{"DELETE", "/api/v1/users/", nil, 404, "not_found"},
		{"GET", "/debug/pprof/cmdline", nil, 404, "not_found"},

		{"GET", "/metrics", []string{"Host", "localhost"}, 200, ""},
		{"GET", "/metrics", []string{"Host", "LocalHost.:80"}, 200, ""},
		{"GET", "/metrics", []string{"Host", "192.0.2.1:9091"}, 200, ""},
		{"GET", "/metrics", []string{"Host", "[2001:db8::1]:9091"}, 200, ""},
		{"GET", "/metrics", []string{"Host", "[::1]"}, 200, ""},
		{"GET", "/metrics", []string{"Host", "ops.EXAMPLE:9091"}, 200, ""},
		{"GET", "/metrics", []string{"Host", "rebound.example:9091"}, 421, "unknown_host"},
		{"GET", "/metrics", []string{"Host", "127.0.0.1.rebound.example"}, 421, "unknown_host"},
		{"GET", "/metrics", []string{"Host", "localhost.rebound.example"}, 421, "unknown_host"},
		{"GET", "/metrics", []string{"Host", ""}, 421, "unknown_host"},
		{"DELETE", "/api/v1/users/id1", []string{"Host", "rebound.example"}, 421, "unknown_host"},

		{"GET", "/metrics", []string{"Origin", "http://localhost:9091"}, 200, ""},
		{"GET", "/metrics", []string{"Origin", "http://localhost:9000"}, 403, "foreign_origin"},
		{"GET", "/metrics", []string{"Origin", "https://elsewhere.example"}, 403, "foreign_origin"},
		{"GET", "/metrics", []string{"Origin", "null"}, 403, "foreign_origin"},
		{"GET", "/metrics", []string{"Origin", "http://localhost:9091", "Origin", "https://elsewhere.example"}, 403, "foreign_origin"},
		{"GET", "/metrics", []string{"Sec-Fetch-Site", "none"}, 200, ""},
		{"GET", "/metrics", []string{"Sec-Fetch-Site", "same-origin"}, 200, ""},
		{"GET", "/metrics", []string{"Sec-Fetch-Site", "same-site"}, 403, "foreign_origin"},
		{"GET", "/debug/pprof/profile", []string{"Sec-Fetch-Site", "cross-site"}, 403, "foreign_origin"},
		{"DELETE", "/api/v1/users/id1", []string{"Origin", "https://elsewhere.example"}, 403, "foreign_origin"},
	}
	page, err := os.ReadFile("API.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		w := b.ask(t, test.method, test.target, test.headers...)
		var problem struct{ Code, Message string }
		if test.code != "" {
			if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil || problem.Message == "" {
				t.Errorf("%s %s %q: %s", test.method, test.target, test.headers, w.Body)
			}
		}
		if w.Code != test.status || problem.Code != test.code {
			t.Errorf("%s %s %q: %d %s, want %d %s", test.method, test.target, test.headers, w.Code, w.Body, test.status, test.code)
		}
		if (test.status == http.StatusMethodNotAllowed) != (w.Header().Get("Allow") != "") {
			t.Errorf("%s %s: Allow %q", test.method, test.target, w.Header().Get("Allow"))
		}
		for name := range w.Header() {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s %s: %s is sent", test.method, test.target, name)
			}
		}
		if !strings.Contains(string(page), "`"+test.code+"`") && test.code != "" {
			t.Errorf("API.md does not list %s", test.code)
		}
	}
}

func TestAllow(t *testing.T) {
	b := newBench()
	for target, want := range map[string]string{
		"/metrics":             "GET, HEAD",
		"/api/v1/users/x":      "DELETE",
		"/debug/pprof/symbol":  "GET, HEAD, POST",
		"/debug/pprof/profile": "GET, HEAD",
	} {
		if got := b.ask(t, http.MethodPatch, target).Header().Get("Allow"); got != want {
			t.Errorf("%s: Allow %q, want %q", target, got, want)
		}
	}
}

func TestWhatIsServed(t *testing.T) {
	b := newBench()
	for target, want := range map[string]string{
		"/":                               "/api/v1/users\n",
		"/metrics":                        "metrics",
		"/debug/pprof/":                   "Types of profiles available",
		"/debug/pprof/goroutine?debug=1":  "goroutine profile: total",
		"/debug/pprof/trace?seconds=0.01": "go 1.",
		"/debug/pprof/symbol":             "num_symbols: 1",
	} {
		w := b.ask(t, http.MethodGet, target)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %.200s, want %q", target, w.Code, w.Body, want)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s %q", target, name, got)
			}
		}
	}
}
