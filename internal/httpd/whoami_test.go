package httpd

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// believing is a Clients of fixed beliefs.
type believing struct {
	client       string
	scheme, host string
	byProxy      bool
	trusted      []string
}

func (b believing) Client(*http.Request) netip.Addr {
	addr, _ := netip.ParseAddr(b.client)
	return addr
}
func (b believing) Origin(*http.Request) (scheme, host string) { return b.scheme, b.host }
func (b believing) ByProxy(*http.Request) bool                 { return b.byProxy }
func (b believing) TrustsPeer(remote net.Addr) bool {
	return slices.Contains(b.trusted, remote.(*net.TCPAddr).IP.String())
}

func askWho(t *testing.T, of Clients, headers ...string) (identity, *httptest.ResponseRecorder) {
	t.Helper()
	w := do(newSite(t, func(o *Options) { o.Clients, o.BasePath = of, "" }), "GET", "/whoami", headers...)
	var who identity
	if err := json.Unmarshal(w.Body.Bytes(), &who); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %q: %v", w.Code, w.Body, err)
	}
	return who, w
}

func TestWhoAmI(t *testing.T) {
	who, w := askWho(t, believing{client: "198.51.100.7", scheme: "https", host: "chat.example.org", byProxy: true},
		"X-Forwarded-For", "192.0.2.1, 10.0.0.1", "X-Forwarded-For", " ,10.0.0.2", "Via", "1.1 edge", "Cookie", "c=1",
		"Origin", "https://Chat.example.org")
	if who.Client != (client{Kind: "public", Address: "198.51.100.7"}) || !who.Proxy || who.Scheme != "https" ||
		who.Host != "Chat.example.org" || who.SameOrigin == nil || !*who.SameOrigin || who.Time.IsZero() {
		t.Errorf("got %+v", who)
	}
	if want := []headerCount{{"X-Forwarded-For", 2, 3}, {"Via", 1, 1}}; !slices.Equal(who.Headers, want) {
		t.Errorf("headers %v, want %v", who.Headers, want)
	}
	for _, value := range []string{"192.0.2.1", "10.0.0.", "edge", "c=1", "Cookie"} {
		if strings.Contains(w.Body.String(), value) {
			t.Errorf("%q is in %s", value, w.Body)
		}
	}
	h := w.Header()
	if h.Get("Cache-Control") != "no-store" || h.Get("Content-Type") != "application/json" ||
		h.Get("Content-Security-Policy") == "" || h.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("headers %v", h)
	}
}

// What the asker could not know is not told.
func TestWhoAmIKeepsSecrets(t *testing.T) {
	for name, c := range map[string]struct {
		of      believing
		headers []string
		client  client
		hidden  []string
	}{
		"private":   {believing{client: "10.1.2.3", byProxy: true}, nil, client{Kind: "private"}, []string{"10.1.2.3"}},
		"shared":    {believing{client: "100.64.1.2"}, nil, client{Kind: "private"}, []string{"100.64"}},
		"local v6":  {believing{client: "fd00::1"}, nil, client{Kind: "private"}, []string{"fd00"}},
		"link":      {believing{client: "fe80::1"}, nil, client{Kind: "private"}, []string{"fe80"}},
		"loopback":  {believing{client: "127.0.0.1", byProxy: true, trusted: []string{"127.0.0.1"}}, nil, client{Kind: "loopback", Trusted: true}, []string{"127.0"}},
		"none":      {believing{}, nil, client{Kind: "none"}, nil},
		"direct":    {believing{client: "192.0.2.9"}, nil, client{Kind: "public", Address: "192.0.2.9"}, nil},
		"a proxy's": {believing{client: "203.0.113.9"}, []string{"X-Forwarded-For", "192.0.2.1"}, client{Kind: "public"}, []string{"203.0.113.9", "192.0.2.1"}},
		"backend":   {believing{host: "backend.internal:9000"}, []string{"Origin", "https://chat.example.org"}, client{Kind: "none"}, []string{"backend"}},
		"no origin": {believing{host: "backend.internal:9000"}, nil, client{Kind: "none"}, []string{"backend", "sameOrigin"}},
	} {
		who, w := askWho(t, c.of, c.headers...)
		if who.Client != c.client || who.Host != "" || who.SameOrigin != nil && *who.SameOrigin {
			t.Errorf("%s: %s", name, w.Body)
		}
		for _, secret := range c.hidden {
			if strings.Contains(w.Body.String(), secret) {
				t.Errorf("%s: %q is in %s", name, secret, w.Body)
			}
		}
	}
}

func TestWhoAmIMethods(t *testing.T) {
	h := newSite(t, func(o *Options) { o.Clients = believing{} })
	if w := do(h, "POST", "/whoami"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
	if w := do(h, "HEAD", "/whoami"); w.Code != http.StatusOK || w.Body.Len() != 0 || w.Header().Get("Content-Length") == "0" {
		t.Errorf("HEAD: %d, %v", w.Code, w.Header())
	}
	if w := do(newSite(t, nil), "GET", "/whoami"); w.Code != http.StatusNotFound {
		t.Errorf("without Clients: %d", w.Code)
	}
}

func TestSameHost(t *testing.T) {
	for _, c := range []struct {
		named, host string
		want        bool
	}{
		{"a.example", "a.example", true}, {"A.example", "a.EXAMPLE", true}, {"a.example", "a.example:443", true},
		{"a.example", "a.example:80", true}, {"a.example", "a.example:8443", false}, {"a.example:8443", "a.example", false},
		{"a.example", "b.example", false}, {"", "", false},
	} {
		if got := sameHost(c.named, c.host); got != c.want {
			t.Errorf("%q and %q: %v", c.named, c.host, got)
		}
	}
}
