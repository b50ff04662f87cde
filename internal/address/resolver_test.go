package address

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// trusting returns a resolver that trusts a list of proxies, separated by spaces.
func trusting(t testing.TB, list string) *Resolver {
	t.Helper()
	var proxies []Proxy
	for _, entry := range strings.Fields(list) {
		p, err := ParseProxy(entry)
		if err != nil {
			t.Fatal(err)
		}
		proxies = append(proxies, p)
	}
	return New(proxies)
}

// request comes from a socket's other end; each header is one line, "Name: value".
func request(remote string, headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://chat.example/", nil)
	r.RemoteAddr = remote
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ":")
		r.Header.Add(name, value)
	}
	return r
}

// overUnix makes the request one that came in through the server's Unix socket.
func overUnix(r *http.Request) *http.Request {
	local := &net.UnixAddr{Name: "/run/beckon.sock", Net: "unix"}
	return r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, local))
}

const nobody = "invalid IP" // what the zero Addr says of itself

type clientCase struct {
	trusted string
	remote  string
	headers []string
	want    string
}

func (c clientCase) check(t *testing.T) {
	t.Helper()
	r := request(c.remote, c.headers...)
	if got := trusting(t, c.trusted).Client(r); got.String() != c.want {
		t.Errorf("got %v, want %s", got, c.want)
	}
}

func forwarded(lines ...string) []string {
	for i, line := range lines {
		lines[i] = "X-Forwarded-For: " + line
	}
	return lines
}

func TestClient(t *testing.T) {
	for name, c := range map[string]clientCase{
		"no proxy":                {"", "203.0.113.9:4711", nil, "203.0.113.9"},
		"no proxy, IPv6":          {"", "[2001:db8::9]:4711", nil, "2001:db8::9"},
		"no proxy, trusted peer":  {"10.0.0.0/8", "10.0.0.1:80", nil, "10.0.0.1"},
		"mapped peer":             {"", "[::ffff:203.0.113.9]:4711", nil, "203.0.113.9"},
		"link-local peer":         {"", "[fe80::1%eth0]:4711", nil, "fe80::1"},
		"one proxy":               {"10.0.0.1", "10.0.0.1:80", forwarded("203.0.113.9"), "203.0.113.9"},
		"one proxy, mapped peer":  {"10.0.0.1", "[::ffff:10.0.0.1]:80", forwarded("203.0.113.9"), "203.0.113.9"},
		"one proxy, mapped trust": {"::ffff:10.0.0.0/104", "10.0.0.1:80", forwarded("203.0.113.9"), "203.0.113.9"},
		"one proxy, IPv6":         {"2001:db8:1::/48", "[2001:db8:1::7]:80", forwarded("2001:db8:2::9"), "2001:db8:2::9"},
		"one proxy, link-local":   {"fe80::/10", "[fe80::1%eth0]:80", forwarded("203.0.113.9"), "203.0.113.9"},
		"two proxies":             {"10.0.0.0/8", "10.0.0.1:80", forwarded("203.0.113.9, 10.0.0.2"), "203.0.113.9"},
		"two proxies, two lines":  {"10.0.0.0/8", "10.0.0.1:80", forwarded("203.0.113.9", "10.0.0.2"), "203.0.113.9"},
		"two networks":            {"10.0.0.0/8 198.51.100.0/24", "10.0.0.1:80", forwarded("203.0.113.9, 198.51.100.4"), "203.0.113.9"},
		"second one unknown":      {"10.0.0.1", "10.0.0.1:80", forwarded("203.0.113.9, 10.0.0.2"), "10.0.0.2"},
		"client in the network":   {"10.0.0.0/8", "10.0.0.1:80", forwarded("10.7.7.7"), "10.7.7.7"},
		"all in the network":      {"10.0.0.0/8", "10.0.0.1:80", forwarded("10.7.7.7, 10.0.0.2"), "10.7.7.7"},
		"empty list":              {"10.0.0.1", "10.0.0.1:80", forwarded(""), "10.0.0.1"},
		"empty items":             {"10.0.0.0/8", "10.0.0.1:80", forwarded(", 203.0.113.9 ,\t,10.0.0.2 , ,", " , "), "203.0.113.9"},
	} {
		t.Run(name, c.check)
	}
}

func TestClientAsProxiesWriteIt(t *testing.T) {
	for item, want := range map[string]string{
		"203.0.113.9":               "203.0.113.9",
		"203.0.113.9:4711":          "203.0.113.9",
		"2001:db8::9":               "2001:db8::9",
		"2001:DB8:0::9":             "2001:db8::9",
		"[2001:db8::9]":             "2001:db8::9",
		"[2001:db8::9]:4711":        "2001:db8::9",
		"::ffff:203.0.113.9":        "203.0.113.9",
		"[::ffff:203.0.113.9]:4711": "203.0.113.9",
		"fe80::1%eth0":              "fe80::1",
		"[fe80::1%eth0]:4711":       "fe80::1",

		// What is no address is not the client's, and neither is what stands left of it.
		"unknown":             "10.0.0.1",
		"_hidden":             "10.0.0.1",
		"203.0.113.9:":        "10.0.0.1",
		"203.0.113.9:http":    "10.0.0.1",
		"203.0.113.9:99999":   "10.0.0.1",
		"203.0.113":           "10.0.0.1",
		"203.0.113.09":        "10.0.0.1",
		"203.0.113.9/32":      "10.0.0.1",
		"[203.0.113.9]":       "10.0.0.1",
		"[2001:db8::9":        "10.0.0.1",
		"2001:db8::9]":        "10.0.0.1",
		"[]":                  "10.0.0.1",
		"\"203.0.113.9\"":     "10.0.0.1",
		"for=203.0.113.9":     "10.0.0.1",
		"203.0.113.9 1.2.3.4": "10.0.0.1",
	} {
		t.Run(item, clientCase{"10.0.0.1", "10.0.0.1:80", forwarded("192.0.2.66, " + item), want}.check)
	}
}

func TestForgedHeadersAreNotBelieved(t *testing.T) {
	for name, c := range map[string]clientCase{
		"trust nobody":               {"", "203.0.113.9:4711", forwarded("192.0.2.66"), "203.0.113.9"},
		"trust nobody, not loopback": {"", "127.0.0.1:4711", forwarded("192.0.2.66"), "127.0.0.1"},
		"past the proxy":             {"10.0.0.1", "203.0.113.9:4711", forwarded("192.0.2.66"), "203.0.113.9"},
		"past the proxy, as proxy":   {"10.0.0.1", "203.0.113.9:4711", forwarded("192.0.2.66, 10.0.0.1"), "203.0.113.9"},
		"left of one's own":          {"10.0.0.1", "10.0.0.1:80", forwarded("192.0.2.66, 203.0.113.9"), "203.0.113.9"},
		"a line of its own":          {"10.0.0.1", "10.0.0.1:80", forwarded("192.0.2.66", "203.0.113.9"), "203.0.113.9"},
		"posing as a proxy":          {"10.0.0.1", "10.0.0.1:80", forwarded("192.0.2.66, 10.0.0.1, 203.0.113.9"), "203.0.113.9"},
		"garbage before":             {"10.0.0.0/8", "10.0.0.1:80", forwarded("192.0.2.66, x, 10.0.0.2"), "10.0.0.2"},
		"garbage alone":              {"10.0.0.1", "10.0.0.1:80", forwarded("<script>"), "10.0.0.1"},
		"other headers": {"10.0.0.1", "10.0.0.1:80", []string{
			"Forwarded: for=192.0.2.66", "X-Real-IP: 192.0.2.66", "X-Client-IP: 192.0.2.66", "True-Client-IP: 192.0.2.66",
			"CF-Connecting-IP: 192.0.2.66", "X-Forwarded-For-Original: 192.0.2.66",
		}, "10.0.0.1"},
		"no address at all": {"10.0.0.0/8 unix", "somewhere", forwarded("192.0.2.66"), nobody},
	} {
		t.Run(name, c.check)
	}
}

func TestClientOverUnixSocket(t *testing.T) {
	for name, c := range map[string]struct {
		trusted string
		request *http.Request
		want    string
	}{
		"trusted":               {"unix", overUnix(request("@", forwarded("203.0.113.9")...)), "203.0.113.9"},
		"trusted, no name":      {"unix", overUnix(request("", forwarded("203.0.113.9")...)), "203.0.113.9"},
		"trusted, bound peer":   {"unix", overUnix(request("/run/p.sock", forwarded("203.0.113.9")...)), "203.0.113.9"},
		"trusted, two proxies":  {"unix 10.0.0.2", overUnix(request("@", forwarded("203.0.113.9, 10.0.0.2")...)), "203.0.113.9"},
		"trusted, no header":    {"unix", overUnix(request("@")), nobody},
		"trusted, garbage":      {"unix", overUnix(request("@", forwarded("192.0.2.66, x")...)), nobody},
		"not trusted":           {"loopback private", overUnix(request("@", forwarded("192.0.2.66")...)), nobody},
		"named like a proxy":    {"10.0.0.0/8", overUnix(request("10.0.0.1:80", forwarded("192.0.2.66")...)), nobody},
		"local address unknown": {"unix", request("@", forwarded("203.0.113.9")...), "203.0.113.9"},
		"TCP is no Unix socket": {"unix", request("127.0.0.1:80", forwarded("192.0.2.66")...), "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := trusting(t, c.trusted).Client(c.request); got.String() != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

// Real servers fill in what peer goes by.
func TestClientOfARealUnixSocket(t *testing.T) {
	listener, err := net.Listen("unix", t.TempDir()+"/s")
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan netip.Addr, 1)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got <- trusting(t, "unix").Client(r)
	})}
	go server.Serve(listener)
	defer server.Close()
	conn, err := net.Dial("unix", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if addr := <-got; addr.String() != "203.0.113.9" {
		t.Errorf("got %v", addr)
	}
}

func TestGroupOfAClient(t *testing.T) {
	for name, c := range map[string]struct {
		trusted string
		request *http.Request
		want    string
		limited bool
	}{
		"client":                       {"", request("203.0.113.9:1"), "203.0.113.9/32", true},
		"IPv6":                         {"", request("[2001:db8::9]:1"), "2001:db8::/64", true},
		"behind a proxy":               {"loopback", request("127.0.0.1:1", forwarded("203.0.113.9")...), "203.0.113.9/32", true},
		"unknown proxy on the machine": {"", request("127.0.0.1:1", forwarded("203.0.113.9")...), "127.0.0.1/32", false},
		"tool on the machine":          {"10.0.0.1", request("[::1]:1"), "::/64", false},
		"mapped":                       {"", request("[::ffff:127.0.0.1]:1"), "127.0.0.1/32", false},
		"tool beside a proxy":          {"loopback", request("127.0.0.1:1"), "127.0.0.1/32", true},
		"proxy names the machine":      {"10.0.0.1", request("10.0.0.1:1", forwarded("127.0.0.1")...), "127.0.0.1/32", true},
		"forged":                       {"10.0.0.1", request("203.0.113.9:1", forwarded("127.0.0.1")...), "203.0.113.9/32", true},
		"unknown proxy, Unix socket":   {"", overUnix(request("@", forwarded("203.0.113.9")...)), "invalid Prefix", false},
		"proxy, Unix socket":           {"unix", overUnix(request("@", forwarded("2001:db8::9")...)), "2001:db8::/64", true},
		"proxy names nobody":           {"unix", overUnix(request("@")), "invalid Prefix", true},
		"no address":                   {"", request("somewhere"), "invalid Prefix", false},
	} {
		t.Run(name, func(t *testing.T) {
			group, limited := trusting(t, c.trusted).Group(c.request)
			if group.String() != c.want || limited != c.limited {
				t.Errorf("got %v, %t, want %s, %t", group, limited, c.want, c.limited)
			}
		})
	}
}

func TestTrustsPeer(t *testing.T) {
	resolver := trusting(t, "10.0.0.0/8 fe80::/10 unix")
	for _, c := range []struct {
		remote net.Addr
		want   bool
	}{
		{&net.TCPAddr{IP: net.ParseIP("10.1.2.3"), Port: 80}, true},
		{&net.TCPAddr{IP: net.ParseIP("fe80::1"), Zone: "eth0", Port: 80}, true},
		{&net.TCPAddr{IP: net.ParseIP("203.0.113.9"), Port: 80}, false},
		{&net.UnixAddr{Name: "@", Net: "unix"}, true},
	} {
		if got := resolver.TrustsPeer(c.remote); got != c.want {
			t.Errorf("%v: got %t", c.remote, got)
		}
	}
	if New(nil).TrustsPeer(&net.UnixAddr{Name: "10.1.2.3:80", Net: "unix"}) {
		t.Error("a Unix socket is trusted that is not named")
	}
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	if resolver.TrustsPeer(server.RemoteAddr()) {
		t.Error("a pipe is trusted")
	}
}

func TestClientAllocatesNothing(t *testing.T) {
	resolver := trusting(t, "10.0.0.0/8 loopback")
	r := request("10.0.0.1:80", forwarded("192.0.2.66, 203.0.113.9", "10.0.0.2")...)
	if n := testing.AllocsPerRun(100, func() { resolver.Client(r) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// What a client writes cannot make it anybody that its proxy did not see.
func FuzzClient(f *testing.F) {
	for _, seed := range []string{"", ",", "192.0.2.66", "10.0.0.1, 10.0.0.2", "[::1]:1, x", "fe80::1%a,b", "203.0.113.9,\x00"} {
		f.Add(seed)
	}
	resolver := trusting(f, "10.0.0.1")
	f.Fuzz(func(t *testing.T, forged string) {
		r := request("10.0.0.1:80")
		r.Header[forwardedFor] = []string{forged + ", 203.0.113.9"}
		if got := resolver.Client(r); got.String() != "203.0.113.9" {
			t.Errorf("one line: got %v", got)
		}
		r.Header[forwardedFor] = []string{forged, "203.0.113.9"}
		if got := resolver.Client(r); got.String() != "203.0.113.9" {
			t.Errorf("two lines: got %v", got)
		}
		r.Header[forwardedFor] = []string{forged}
		if got := resolver.Client(r); !got.IsValid() || got.Is4In6() || got.Zone() != "" {
			t.Errorf("alone: got %v", got)
		}
	})
}
