package app_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// turnFlags make a TURN server on free ports of this machine alone.
var turnFlags = []string{"--listen=127.0.0.1:0", "--turn", "--turn-listen=127.0.0.1:0"}

func with(flags []string, more ...string) []string {
	return append(flags[:len(flags):len(flags)], more...)
}

// selfSigned writes a certificate for 127.0.0.1 and maybe names, and its key, and returns the paths.
func selfSigned(t *testing.T, names ...string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: names, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// urls lists all URLs of a login reply, each with its credentials.
func urls(t *testing.T, f testkit.Frame) map[string]iceServer {
	t.Helper()
	all := map[string]iceServer{}
	for _, s := range iceServers(t, f) {
		list, many := s.URLs.([]any)
		if !many {
			list = []any{s.URLs}
		}
		for _, url := range list {
			all[fmt.Sprint(url)] = s
		}
	}
	return all
}

// The ICE list is the server's own and what the operator adds; what it promises is there.
func TestTURNBuiltIn(t *testing.T) {
	p := launch(t, nil, with(turnFlags, "--ice-server=stun:192.0.2.1", "--ice-server=turn:192.0.2.1", "--relay-only", "--turn-credential-ttl=1h")...)
	welcome := p.open().Login("ana")
	welcome.Frame.ExpectKeys("success", "id", "name", "room", "users", "iceServers", "iceTtl", "iceTransportPolicy")
	all := urls(t, welcome.Frame)
	if _, added := all["stun:192.0.2.1"]; !added || len(all) != 4 || welcome.Frame.Number("iceTtl") != 3600 {
		t.Errorf("%v", welcome.Frame.JSON)
	}
	delete(all, "stun:192.0.2.1")
	for url, s := range all {
		if err := allocates(t, url, s); err != nil {
			t.Errorf("%s: %v", url, err)
		}
		if _, id, _ := strings.Cut(s.Username, ":"); strings.HasPrefix(url, "turn:") && id != welcome.Self.ID {
			t.Errorf("%s: the credentials are for %q", url, id)
		}
		s.Credential += "x"
		if err := allocates(t, url, s); strings.HasPrefix(url, "turn:") && err == nil {
			t.Errorf("%s lets everybody in", url)
		}
	}
	p.expectExit(syscall.SIGTERM)
}

func kill(t *testing.T, pid int) {
	t.Helper()
	process, err := os.FindProcess(pid)
	if err == nil {
		err = process.Kill()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// The TURN server's process dies, and is back at the same ports; the others notice nothing.
func TestTURNServerIsStartedAgain(t *testing.T) {
	p := launch(t, nil, turnFlags...)
	ana, bob := p.pair("ana", "bob")
	bob.Send(`{"type":"ice"}`)
	all := urls(t, bob.Expect("ice"))
	pid := regexp.MustCompile(`"pid":(\d+)`)
	for n := range 2 {
		var process int
		fmt.Sscan(pid.FindAllStringSubmatch(p.stderr.String(), -1)[n][1], &process)
		kill(t, process)
		p.await(`"pid":`, n+2)
		ana.Say(testkit.Message{"type": "offer", "name": "bob", "offer": n})
		bob.ExpectRelay("offer", "ana")
		for url, s := range all {
			if err := allocates(t, url, s); err != nil {
				t.Errorf("%s: %v", url, err)
			}
		}
	}
}

func TestTURNThatCannotBe(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	cert, key := selfSigned(t)
	secured := with(turnFlags, "--tls-cert="+cert, "--tls-key="+key)
	for _, c := range []struct {
		flags []string
		want  string
	}{
		{[]string{"--listen=127.0.0.1:0", "--turn", "--turn-listen=" + taken.Addr().String()},
			"beckon: --turn-listen: " + taken.Addr().String() + ": the address is in use; stop what listens there or choose another, such as --turn-listen :3479\n"},
		{with(secured, "--turns-listen="+taken.Addr().String()),
			"beckon: --turns-listen: " + taken.Addr().String() + ": the address is in use; stop what listens there or choose another, such as --turns-listen :5350\n"},
		{with(secured, "--turn-host=turn.example.org"),
			"beckon: --turn-host: the certificate is not for turn.example.org: get one for it, too, or name a host that it is for\n"},
		{with(turnFlags, "--turn-secret-file=/nowhere/secrets"), "beckon: --turn-secret-file: open /nowhere/secrets: no such file or directory\n"},
	} {
		code, _, stderr := runToEnd(t, nil, c.flags...)
		if code != 1 || !strings.HasSuffix(stderr, c.want) {
			t.Errorf("%q: exit code %d, %s\nwant %s", c.flags, code, stderr, c.want)
		}
	}
}

// Whoever has credentials made with a secret that is in the file, wherever, is let in.
func TestTURNSecretsRotate(t *testing.T) {
	file := secretFile(t, firstSecret)
	p := launch(t, nil, with(turnFlags, "--turn-secret-file="+file)...)
	user := p.user("ana")
	fresh := func() (url string, s iceServer) {
		user.Send(`{"type":"ice"}`)
		for url, s := range urls(t, user.Expect("ice")) {
			if strings.HasSuffix(url, "=udp") {
				return url, s
			}
		}
		t.Fatal("there is no TURN server")
		return "", iceServer{}
	}
	_, old := fresh()
	for n, secrets := range []string{secondSecret + "\n" + firstSecret, secondSecret} {
		if err := os.WriteFile(file, []byte(secrets), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := p.command.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		p.await("reloaded", n+1)
		url, now := fresh()
		if err := allocates(t, url, now); err != nil || now.Credential == old.Credential {
			t.Errorf("the new secret: %v", err)
		}
		known := strings.Contains(secrets, firstSecret)
		if err := allocates(t, url, old); known != (err == nil) {
			t.Fatalf("the old secret in %q: %v", secrets, err)
		}
	}
}

// TURN over TLS shares the site's port; the doctor finds all that clients are told of.
func TestTURNOverTLS(t *testing.T) {
	cert, key := selfSigned(t)
	p := launch(t, nil, with(turnFlags, "--turns-listen=127.0.0.1:0", "--tls-cert="+cert, "--tls-key="+key)...)
	code, report, _ := runToEnd(t, nil, "doctor", "--json", "--ca-file="+cert, "https://"+p.addr+"/")
	var found struct {
		Findings []struct{ Code, Text string }
	}
	if err := json.Unmarshal([]byte(report), &found); err != nil || code != 0 {
		t.Errorf("exit code %d, %v: %s", code, err, report)
	}
	for _, scheme := range []string{"stun:", "turn:", "turn:", "turns:127.0.0.1:" + p.port(), "turns:"} {
		n := 0
		for i, f := range found.Findings {
			if f.Code == "ice_ok" && strings.HasPrefix(f.Text, scheme) {
				found.Findings[i].Code = ""
				n++
				break
			}
		}
		if n == 0 {
			t.Errorf("%s does not work: %s", scheme, report)
		}
	}
	for _, f := range found.Findings {
		if strings.HasPrefix(f.Code, "ice") {
			t.Errorf("the doctor says, too: %s", f.Text)
		}
	}
	p.expectExit(syscall.SIGTERM)
}

func (p *process) port() string {
	_, port, _ := net.SplitHostPort(p.addr)
	return port
}

// Streams that are not the site's count like its connections.
func TestTURNStreamsCountForTheirAddress(t *testing.T) {
	cert, key := selfSigned(t)
	p := launch(t, nil, with(turnFlags, "--tls-cert="+cert, "--tls-key="+key,
		"--trusted-proxy=127.0.0.1", "--proxy-protocol", "--max-connections-per-ip=2")...)
	bind := func(client string) (conn net.Conn, answered bool) {
		raw, err := net.Dial("tcp", p.addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { raw.Close() })
		raw.SetDeadline(time.Now().Add(testkit.Patience))
		fmt.Fprintf(raw, "PROXY TCP4 %s 192.0.2.1 50000 443\r\n", client)
		pem, err := os.ReadFile(cert)
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		conn = tls.Client(raw, &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"})
		io.WriteString(conn, "\x00\x01\x00\x00\x21\x12\xa4\x42twelve bytes")
		head := make([]byte, 20)
		_, err = io.ReadFull(conn, head)
		return conn, err == nil && bytes.HasSuffix(head, []byte("twelve bytes"))
	}
	first, one := bind("198.51.100.7")
	if _, two := bind("198.51.100.7"); !one || !two {
		t.Fatal("no answer to the first two")
	}
	if _, three := bind("198.51.100.7"); three {
		t.Error("three streams of an address that may have two connections")
	}
	if _, other := bind("198.51.100.8"); !other {
		t.Error("another address is refused")
	}
	first.Close()
	for end := time.Now().Add(testkit.Patience); ; time.Sleep(20 * time.Millisecond) {
		if _, again := bind("198.51.100.7"); again {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the place of a stream that has ended is not free")
		}
	}
}

// What the TURN server's process does is counted here.
func TestTURNIsCounted(t *testing.T) {
	p := launch(t, nil, with(turnFlags, "--admin=127.0.0.1:0")...)
	p.await("listening aside", 1)
	admin := regexp.MustCompile(`"address":"([^"]+)"[^}]*"listening aside"`).FindStringSubmatch(p.stderr.String())[1]
	for url, s := range urls(t, p.open().Login("ana").Frame) {
		if err := allocates(t, url, s); err != nil {
			t.Errorf("%s: %v", url, err)
		}
		s.Credential += "x"
		allocates(t, url, s)
	}
	for _, want := range []string{
		`beckon_turn_allocations_created_total{transport="udp"} 1`, `beckon_turn_allocations_created_total{transport="tcp"} 1`,
		`beckon_turn_refused_total{reason="credentials"} 2`, `beckon_turn_restarts_total 0`,
	} {
		for end := time.Now().Add(testkit.Patience); ; time.Sleep(50 * time.Millisecond) {
			response, err := http.Get("http://" + admin + "/metrics")
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(response.Body)
			response.Body.Close()
			if err == nil && bytes.Contains(text, []byte(want+"\n")) {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("there is no %s: %v\n%s", want, err, regexp.MustCompile(`(?m)^beckon_turn.*$`).FindAll(text, -1))
			}
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// The hosts of the URLs are those by which others reach this machine.
func TestTURNHosts(t *testing.T) {
	cert, key := selfSigned(t)
	addresses := []string{"--turn-public-ip=203.0.113.1", "--turn-public-ip=2001:db8::1"}
	for _, c := range []struct{ flags, hosts []string }{
		{nil, []string{"127.0.0.1"}},
		{addresses[:1], []string{"203.0.113.1"}},
		{addresses, []string{"203.0.113.1", "[2001:db8::1]"}},
		{append(addresses, "--turn-host=turn.example.org"), []string{"turn.example.org"}},
		{append(addresses, "--turn-host=2001:db8::2"), []string{"[2001:db8::2]"}},
		{append(addresses, "--tls-cert="+cert, "--tls-key="+key), []string{"203.0.113.1", "[2001:db8::1]", "127.0.0.1"}},
	} {
		p := launch(t, nil, with(turnFlags, c.flags...)...)
		p.await(`"urls"`, 1)
		hosts := map[string]bool{}
		for _, m := range regexp.MustCompile(`"(stun|turns?):(\[.*?\]|[^"]*?):\d+`).FindAllStringSubmatch(p.stderr.String(), -1) {
			hosts[m[2]] = true
			if secure := m[1] == "turns"; secure != (m[2] == "127.0.0.1") && c.flags != nil {
				t.Errorf("%q: %s", c.flags, m[0])
			}
		}
		if got := slices.Sorted(maps.Keys(hosts)); !slices.Equal(got, slices.Sorted(slices.Values(c.hosts))) {
			t.Errorf("%q: %q, want %q", c.flags, got, c.hosts)
		}
	}
}

// Without a word on it, the relay is at the address from which this machine would reach others; one that could reach
// nobody has none.
func TestTURNFindsItsAddress(t *testing.T) {
	var want []string
	for _, far := range []string{"192.0.2.1:9", "[2001:db8::1]:9"} {
		conn, err := net.Dial("udp", far)
		if err != nil {
			continue
		}
		ip := conn.LocalAddr().(*net.UDPAddr).IP
		conn.Close()
		if !ip.IsLoopback() && !ip.IsLinkLocalUnicast() && (ip.To4() != nil || !ip.IsPrivate()) {
			want = append(want, `"`+ip.String()+`"`)
		}
	}
	flags := []string{"--listen=127.0.0.1:0", "--turn", "--turn-listen=:0"}
	if want == nil {
		code, _, stderr := runToEnd(t, nil, flags...)
		if code != 1 || !strings.HasPrefix(stderr, "beckon: --turn-public-ip: this machine has no route to the internet") {
			t.Errorf("exit code %d: %s", code, stderr)
		}
		return
	}
	p := launch(t, nil, flags...)
	p.await(`"public_ip":[`+strings.Join(want, ",")+`]`, 1)
	p.await("--turn-public-ip", len(want))
}

// Behind a proxy that ends TLS there is no TURN over TLS, and the log says why.
func TestTURNWithoutTLS(t *testing.T) {
	cert, key := selfSigned(t)
	for text, flags := range map[string][]string{
		"since TLS does not end here":                    turnFlags,
		"which a --trusted-proxy or a Unix socket is in": with(turnFlags, "--tls-cert="+cert, "--tls-key="+key, "--trusted-proxy=127.0.0.1"),
	} {
		p := launch(t, nil, flags...)
		p.await(text, 1)
		if strings.Contains(p.stderr.String(), `"turns:`) {
			t.Errorf("there is one: %s", p.stderr)
		}
	}
}

// Whoever logs out loses the use of the TURN server with the login; whoever is only away for a moment does not.
func TestTURNEndsWithTheLogin(t *testing.T) {
	p := launch(t, nil, with(turnFlags, "--resume-window=1h")...)
	refused := func(all map[string]iceServer) {
		t.Helper()
		for url, s := range all {
			if !strings.HasPrefix(url, "turn:") {
				continue
			}
			for end := time.Now().Add(testkit.Patience); allocates(t, url, s) == nil; {
				if time.Now().After(end) {
					t.Fatalf("%s is open to who has left", url)
				}
			}
		}
	}
	accepted := func(all map[string]iceServer) {
		t.Helper()
		for url, s := range all {
			if err := allocates(t, url, s); err != nil {
				t.Errorf("%s: %v", url, err)
			}
		}
	}
	ana, bob, eve := p.open(), p.open(testkit.V1()), p.open(testkit.V1())
	anas, bobs, eves := urls(t, ana.Login("ana").Frame), urls(t, bob.Login("bob").Frame), urls(t, eve.Login("eve").Frame)
	ana.ExpectJoined("bob")
	ana.ExpectJoined("eve")
	accepted(anas)
	ana.Send(`{"type":"leave"}`)
	refused(anas)
	accepted(urls(t, ana.Login("ana").Frame))
	bob.Drop()
	eve.Send(`{"type":"leave"}`)
	refused(eves)
	accepted(bobs) // the session may be resumed
}
