package listen

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	proxyproto "github.com/pires/go-proxyproto"
	"github.com/rs/zerolog"

	"beckon/internal/testkit"
)

// header is what a proxy puts in front.
func header(t *testing.T, version byte, source string) []byte {
	t.Helper()
	from := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(source))
	to := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 99), Port: 443}
	if from.IP.To4() == nil {
		to.IP = net.ParseIP("2001:db8::99")
	}
	raw, err := proxyproto.HeaderProxyFromAddrs(version, from, to).Format()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// behind dials and says preamble before all else.
func behind(network, address string, preamble []byte) func() (net.Conn, error) {
	return func() (net.Conn, error) {
		conn, err := net.Dial(network, address)
		if err == nil {
			_, err = conn.Write(preamble)
		}
		return conn, err
	}
}

// loopback, others and unix are whom a test trusts.
func loopback(peer net.Addr) bool { return strings.HasPrefix(peer.String(), "127.0.0.1:") }
func others(peer net.Addr) bool   { return !loopback(peer) }
func unix(peer net.Addr) bool     { return peer.Network() == "unix" }

func TestProxyProtocol(t *testing.T) {
	s := mustOpen(t, Options{Listen: "127.0.0.1:0", ProxyProtocol: true, Trusts: loopback, HeaderTimeout: patience})
	serve(t, s.Listeners[0], http.HandlerFunc(whoami))
	for _, source := range []string{"198.51.100.7:4711", "[2001:db8::7]:4711"} {
		for _, version := range []byte{1, 2} {
			dial := behind("tcp", s.Listeners[0].Addr().String(), header(t, version, source))
			if body, err := get(t, "http://beckon.test/", dial, nil); err != nil || body != source {
				t.Errorf("version %d: the client is %q, %v; want %s", version, body, err, source)
			}
		}
	}
	// A proxy that asks for itself, as health checks do.
	for about, preamble := range map[string]string{
		"UNKNOWN": "PROXY UNKNOWN\r\n",
		"LOCAL":   "\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00",
	} {
		body, err := get(t, "http://beckon.test/", behind("tcp", s.Listeners[0].Addr().String(), []byte(preamble)), nil)
		if err != nil || !strings.HasPrefix(body, "127.0.0.1:") {
			t.Errorf("%s: the client is %q, %v", about, body, err)
		}
	}
}

// A client of a Unix socket of the proxy's has no address: what it has in place of one must not pass for a socket of
// this server's, which limits per address are not for.
func TestProxyProtocolOfAUnixSocket(t *testing.T) {
	stream := &net.UnixAddr{Name: "/run/front.sock", Net: "unix"}
	datagrams := &net.UnixAddr{Name: "/run/front.sock", Net: "unixgram"}
	for _, c := range []struct{ source, target net.Addr }{
		{stream, stream}, {datagrams, datagrams}, {&net.UnixAddr{Net: "unix"}, stream}, {&net.UnixAddr{Name: "198.51.100.7:1", Net: "unix"}, stream},
	} {
		preamble, err := proxyproto.HeaderProxyFromAddrs(2, c.source, c.target).Format()
		if err != nil {
			t.Fatal(err)
		}
		s := mustOpen(t, Options{Listen: "127.0.0.1:0", ProxyProtocol: true, Trusts: loopback, HeaderTimeout: patience})
		serve(t, s.Listeners[0], http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, r.RemoteAddr+" "+r.Context().Value(http.LocalAddrContextKey).(net.Addr).Network())
		}))
		body, err := get(t, "http://beckon.test/", behind("tcp", s.Listeners[0].Addr().String(), preamble), nil)
		if err != nil || !strings.HasPrefix(body, "127.0.0.1:") || !strings.HasSuffix(body, " tcp") {
			t.Errorf("%v: the client is %q, %v", c.source, body, err)
		}
	}
	path := filepath.Join(t.TempDir(), "s")
	s := mustOpen(t, Options{Listen: "unix:" + path, SocketMode: 0o660, ProxyProtocol: true, Trusts: unix, HeaderTimeout: patience})
	serve(t, s.Listeners[0], http.HandlerFunc(whoami))
	preamble, _ := proxyproto.HeaderProxyFromAddrs(2, stream, stream).Format()
	if body, err := get(t, "http://beckon.test/", behind("unix", path, preamble), nil); err != nil || body == stream.Name {
		t.Errorf("through a Unix socket the client is %q, %v", body, err)
	}
}

func TestProxyProtocolBeforeTLS(t *testing.T) {
	authority := newCA(t)
	certPath, keyPath := authority.pair(t, 1, "localhost")
	s := mustOpen(t, Options{Listen: "127.0.0.1:0", ProxyProtocol: true, Trusts: loopback, HeaderTimeout: patience, TLSCert: certPath, TLSKey: keyPath})
	serve(t, s.Listeners[0], http.HandlerFunc(whoami))
	dial := behind("tcp", s.Listeners[0].Addr().String(), header(t, 2, "198.51.100.7:4711"))
	body, err := get(t, "https://localhost/", dial, authority.trust("localhost"))
	if err != nil || body != "198.51.100.7:4711" {
		t.Errorf("the client is %q, %v", body, err)
	}
}

func TestProxyProtocolOnUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	s := mustOpen(t, Options{Listen: "unix:" + path, SocketMode: 0o660, ProxyProtocol: true, Trusts: unix, HeaderTimeout: patience})
	serve(t, s.Listeners[0], http.HandlerFunc(whoami))
	body, err := get(t, "http://beckon.test/", behind("unix", path, header(t, 1, "198.51.100.7:4711")), nil)
	if err != nil || body != "198.51.100.7:4711" {
		t.Errorf("the client is %q, %v", body, err)
	}
}

// A stranger's header is not believed: it is what the request begins with, and that is no request.
func TestForgedProxyHeader(t *testing.T) {
	s := mustOpen(t, Options{Listen: "127.0.0.1:0", ProxyProtocol: true, Trusts: others, HeaderTimeout: patience})
	serve(t, s.Listeners[0], http.HandlerFunc(whoami))
	address := s.Listeners[0].Addr().String()
	for _, version := range []byte{1, 2} {
		conn, err := behind("tcp", address, header(t, version, "198.51.100.7:4711"))()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, "GET / HTTP/1.1\r\nHost: beckon.test\r\n\r\n")
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || response.StatusCode != http.StatusBadRequest {
			t.Errorf("version %d: %v, %v; want 400", version, response, err)
		}
	}
	if body, err := get(t, "http://"+address, nil, nil); err != nil || !strings.HasPrefix(body, "127.0.0.1:") {
		t.Errorf("without a header: %q, %v", body, err)
	}
}

func TestTrustedProxyMustSendAHeader(t *testing.T) {
	log := new(testkit.Journal)
	s := mustOpen(t, Options{Listen: "127.0.0.1:0", ProxyProtocol: true, Trusts: loopback, HeaderTimeout: patience, Log: zerolog.New(log)})
	serve(t, s.Listeners[0], http.HandlerFunc(whoami))
	for range 3 {
		if body, err := get(t, "http://"+s.Listeners[0].Addr().String(), nil, nil); err == nil {
			t.Errorf("answered with %q", body)
		}
	}
	if n := strings.Count(log.String(), "sent no PROXY header"); n != 1 {
		t.Errorf("logged %d times, want once a minute:\n%s", n, log.String())
	}
}

// A proxy that says nothing holds a connection no longer than the header timeout.
func TestProxyHeaderTimeout(t *testing.T) {
	certPath, keyPath := newCA(t).pair(t, 1, "localhost")
	s := mustOpen(t, Options{Listen: "127.0.0.1:0", ProxyProtocol: true, Trusts: loopback, HeaderTimeout: 50 * time.Millisecond, TLSCert: certPath, TLSKey: keyPath})
	serve(t, s.Listeners[0], http.HandlerFunc(whoami))
	conn, err := net.Dial("tcp", s.Listeners[0].Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "PROXY TCP4 ")
	conn.SetReadDeadline(time.Now().Add(proxyproto.DefaultReadHeaderTimeout / 2))
	if _, err := io.ReadAll(conn); err != nil {
		t.Errorf("the connection is not closed: %v", err)
	}
}

// What a connection begins with may show that a setting is wrong, on this side or on the other. The operator is told,
// once a minute.
func TestMistakesOfFirstBytes(t *testing.T) {
	certPath, keyPath := newCA(t).pair(t, 1, "localhost")
	secure := Options{TLSCert: certPath, TLSKey: keyPath}
	announced := Options{ProxyProtocol: true, Trusts: loopback, HeaderTimeout: patience}
	stranger := Options{ProxyProtocol: true, Trusts: others, HeaderTimeout: patience}
	const hello = "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"
	for name, test := range map[string]struct {
		opts  Options
		first string
		want  string // in the log
	}{
		"version 1":                     {Options{}, string(header(t, 1, "198.51.100.7:4711")), "--proxy-protocol, or have it send none"},
		"version 2":                     {Options{}, string(header(t, 2, "198.51.100.7:4711")), "--proxy-protocol, or have it send none"},
		"version 1, before TLS":         {secure, string(header(t, 1, "198.51.100.7:4711")), "--proxy-protocol, or have it send none"},
		"version 2, before TLS":         {secure, string(header(t, 2, "198.51.100.7:4711")), "--proxy-protocol, or have it send none"},
		"from a stranger":               {stranger, string(header(t, 2, "198.51.100.7:4711")), "that --trusted-proxy does not name"},
		"TLS on a plain port":           {Options{}, hello, "--tls-cert or --acme-domain"},
		"TLS behind a header":           {announced, string(header(t, 1, "198.51.100.7:4711")) + hello, "--tls-cert or --acme-domain"},
		"TLS where it belongs":          {secure, hello, ""},
		"HTTP":                          {Options{}, "GET / HTTP/1.0\r\n\r\n", ""},
		"HTTP behind a header":          {announced, string(header(t, 2, "198.51.100.7:4711")) + "GET / HTTP/1.0\r\n\r\n", ""},
		"HTTP, and a header in the end": {Options{}, "GET / HTTP/1.1\r\nHost: a\r\n\r\nPROXY TCP4\r\n\r\n", ""},
	} {
		log := new(testkit.Journal)
		test.opts.Listen, test.opts.Log = "127.0.0.1:0", zerolog.New(log).Level(zerolog.WarnLevel)
		s := mustOpen(t, test.opts)
		serve(t, s.Listeners[0], http.HandlerFunc(whoami))
		for range 3 {
			conn, err := net.Dial("tcp", s.Listeners[0].Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(conn, test.first)
			conn.(*net.TCPConn).CloseWrite()
			conn.SetReadDeadline(time.Now().Add(patience))
			io.Copy(io.Discard, conn)
			conn.Close()
		}
		lines := strings.Count(log.String(), "\n")
		if test.want == "" && lines > 0 || test.want != "" && (lines != 1 || !strings.Contains(log.String(), test.want)) {
			t.Errorf("%s: logged, where %q was due:\n%s", name, test.want, log)
		}
	}
}
