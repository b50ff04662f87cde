package listen

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/net/dns/dnsmessage"

	"beckon/internal/testkit"
)

const (
	// pebbleModule is Let's Encrypt's ACME server for tests.
	pebbleModule = "github.com/letsencrypt/pebble/v2/cmd/pebble@v2.10.1"
	// acmePatience is how long issuing a certificate may take on a busy machine.
	acmePatience = 40 * time.Second
)

// pebble is an ACME server that looks the domains up at a name server where each leads to this
// machine, and checks the challenges in earnest.
type pebble struct {
	directory string
	caFile    string // by which directory is trusted
	http      *http.Client
	roots     string // URL of the root of what it issues
}

// startPebble starts the server. httpPort and tlsPort are where it knocks, and lasts is for how long its certificates are good.
func startPebble(t *testing.T, binary string, httpPort, tlsPort int, lasts time.Duration) *pebble {
	t.Helper()
	authority := newCA(t)
	certPath, keyPath := authority.pair(t, 1, "127.0.0.1")
	dir := t.TempDir()
	listen, manage := freeAddress(t), freeAddress(t)
	config, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": listen, "managementListenAddress": manage,
		"certificate": certPath, "privateKey": keyPath,
		"httpPort": httpPort, "tlsPort": tlsPort,
		"retryAfter": map[string]int{"authz": 1, "order": 1},
		"profiles":   map[string]any{"default": map[string]any{"description": "test", "validityPeriod": lasts / time.Second}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "config.json"), config)
	write(t, filepath.Join(dir, "ca.pem"), authority.pem)

	log := new(testkit.Journal)
	cmd := exec.Command(binary, "-config", filepath.Join(dir, "config.json"), "-dnsserver", nameServer(t))
	cmd.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0", "PEBBLE_AUTHZREUSE=0")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("pebble:\n%s", log)
		}
	})
	p := &pebble{
		directory: "https://" + listen + "/dir",
		caFile:    filepath.Join(dir, "ca.pem"),
		http:      &http.Client{Transport: &http.Transport{TLSClientConfig: authority.trust(""), DisableKeepAlives: true}, Timeout: patience},
		roots:     "https://" + manage + "/roots/0",
	}
	until(t, "pebble answers", func() bool {
		response, err := p.http.Get(p.directory)
		if err == nil {
			response.Body.Close()
		}
		return err == nil
	})
	return p
}

// buildPebble compiles the server into a directory of this test.
func buildPebble(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for attempt := 1; ; attempt++ {
		cmd := exec.Command("go", "install", pebbleModule)
		cmd.Dir = dir // outside of any module
		cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=")
		output, err := cmd.CombinedOutput()
		if err == nil {
			return filepath.Join(dir, "pebble")
		}
		if attempt == 2 { // the first may have met a hiccup of the network
			t.Fatalf("go install %s: %v\n%s", pebbleModule, err, output)
		}
	}
}

// trust is a client's configuration that believes in what the server issues.
func (p *pebble) trust(t *testing.T, domain string) *tls.Config {
	t.Helper()
	response, err := p.http.Get(p.roots)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	root, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	config := newCA(t).trust(domain)
	if !config.RootCAs.AppendCertsFromPEM(root) {
		t.Fatalf("no root: %s", root)
	}
	return config
}

// nameServer answers every question for an IPv4 address with this machine, and every other
// with nothing, over TCP (RFC 1035 section 4.2.2) as pebble asks. It returns its address.
func nameServer(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			answerOne(conn)
		}
	}()
	t.Cleanup(func() {
		ln.Close()
		<-done
	})
	return ln.Addr().String()
}

// answerOne answers one question, which begins with its length.
func answerOne(conn net.Conn) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return
	}
	query := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, query); err != nil {
		return
	}
	reply := answer(query)
	conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
}

func answer(query []byte) []byte {
	var message dnsmessage.Message
	if err := message.Unpack(query); err != nil || len(message.Questions) != 1 {
		return nil
	}
	question := message.Questions[0]
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: message.ID, Response: true, RecursionAvailable: true},
		Questions: message.Questions,
	}
	if question.Type == dnsmessage.TypeA {
		reply.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: question.Name, Class: question.Class, TTL: 1},
			Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
		}}
	}
	packed, err := reply.Pack()
	if err != nil {
		return nil
	}
	return packed
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	return "127.0.0.1:" + testkit.FreePort(t)
}

// until waits for what another process does.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for begun := time.Now(); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Since(begun) > acmePatience {
			t.Fatalf("not within %v: %s", acmePatience, what)
		}
	}
}

// running opens a set, serves on it and runs it, until the test ends.
func running(t *testing.T, opts Options) *Set {
	t.Helper()
	s := mustOpen(t, opts)
	operate(t, s)
	return s
}

// operate serves on a set and runs it, until the test ends.
func operate(t *testing.T, s *Set) {
	t.Helper()
	serve(t, s.Listeners[0], http.HandlerFunc(whoami))
	if s.Redirect != nil {
		serve(t, s.Redirect, s.RedirectHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
}

// One run of the real thing, by either kind of challenge: a certificate that comes by itself,
// is kept, and is used again after a restart.
func TestACME(t *testing.T) {
	binary := buildPebble(t)
	for name, c := range map[string]struct {
		lasts time.Duration
		test  func(t *testing.T, p *pebble, opts Options, domain string, log *testkit.Journal)
	}{"nothing can be saved": {9 * time.Second, testFullDisk}, "the clock is set": {24 * time.Hour, testClockIsSet}} {
		t.Run(name, func(t *testing.T) {
			https := freeAddress(t)
			p := startPebble(t, binary, tcpPort(t, freeAddress(t)), tcpPort(t, https), c.lasts)
			const domain = "chat.example.org"
			log := new(testkit.Journal)
			c.test(t, p, Options{Listen: https, Log: zerolog.New(log), ACME: ACME{
				Domains: []string{domain}, Cache: filepath.Join(t.TempDir(), "acme"), Directory: p.directory, CAFile: p.caFile,
			}}, domain, log)
		})
	}
	for name, redirect := range map[string]bool{"tls-alpn-01": false, "http-01": true} {
		t.Run(name, func(t *testing.T) {
			https, plain := freeAddress(t), freeAddress(t)
			tlsPort, httpPort := tcpPort(t, https), tcpPort(t, plain)
			if redirect {
				tlsPort = tcpPort(t, freeAddress(t)) // where nobody answers
			}
			p := startPebble(t, binary, httpPort, tlsPort, 24*time.Hour)
			const domain = "chat.example.org"
			log := new(testkit.Journal)
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("beckon:\n%s", log)
				}
			})
			opts := Options{Listen: https, Log: zerolog.New(log), ACME: ACME{
				Domains: []string{domain, "other.example.org"}, Cache: filepath.Join(t.TempDir(), "acme"),
				Email: "op@example.org", Directory: p.directory, CAFile: p.caFile,
			}}
			if redirect {
				opts.Redirect = plain
			}
			t.Run("first start", func(t *testing.T) {
				s := running(t, opts)
				until(t, "both certificates are there", func() bool { return strings.Count(log.String(), "certificate ready") == 2 })
				checkACME(t, s, p, domain)
			})
			info, err := os.Stat(opts.ACME.Cache)
			if err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("the cache: %v, %v", info.Mode(), err)
			}
			t.Run("restart without the authority", func(t *testing.T) {
				opts := opts
				opts.ACME.Directory = "https://" + freeAddress(t) + "/dir"
				checkACME(t, running(t, opts), p, domain)
			})
		})
	}
}

func checkACME(t *testing.T, s *Set, p *pebble, domain string) {
	t.Helper()
	address := s.Listeners[0].Addr().String()
	if want := "https://" + domain; !strings.HasPrefix(s.URL(), want) {
		t.Errorf("URL() = %s, want %s", s.URL(), want)
	}
	if _, err := get(t, "https://"+address, nil, p.trust(t, domain)); err != nil {
		t.Error(err)
	}
	for _, stranger := range []string{"evil.example.org", ""} {
		config := p.trust(t, stranger)
		config.InsecureSkipVerify = true
		if conn, err := tls.Dial("tcp", address, config); err == nil {
			conn.Close()
			t.Errorf("a handshake for %q succeeds", stranger)
		}
	}
}

func tcpPort(t *testing.T, address string) int {
	t.Helper()
	addr, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return addr.Port
}

func TestACMESettingsThatAreRefused(t *testing.T) {
	dir := t.TempDir()
	file, taken, linked := filepath.Join(dir, "file"), filepath.Join(dir, "taken"), filepath.Join(dir, "linked")
	write(t, file, []byte("hello"))
	for _, open := range []string{taken, linked} {
		if err := os.Mkdir(open, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(taken, privateFolder), []byte("hello"))
	if err := os.Symlink(dir, filepath.Join(linked, privateFolder)); err != nil {
		t.Fatal(err)
	}
	const notMine = " is no folder of the user that runs this, and would hold private keys; remove it or name another directory"
	for _, c := range []struct {
		acme ACME
		want string
	}{
		{ACME{Cache: taken}, "--acme-cache: " + taken + "/private" + notMine},
		{ACME{Cache: linked}, "--acme-cache: " + linked + "/private" + notMine},
		{ACME{Cache: file}, "--acme-cache: " + file + " cannot be made (not a directory); name a directory that this user may write to"},
		{ACME{Cache: dir + "/new", CAFile: dir + "/no"}, "--acme-ca-file: " + dir + "/no does not exist; check the path"},
		{ACME{Cache: dir + "/new", CAFile: file}, "--acme-ca-file: " + file + " holds no certificate in PEM form"},
	} {
		c.acme.Domains = []string{"chat.example.org"}
		refused(t, Options{Listen: "127.0.0.1:0", ACME: c.acme}, c.want)
	}
}

func TestDefaultCache(t *testing.T) {
	t.Setenv("STATE_DIRECTORY", "/var/lib/beckon:/var/lib/other")
	if got, err := defaultCache(); got != "/var/lib/beckon/acme" || err != nil {
		t.Errorf("under systemd: %s, %v", got, err)
	}
	t.Setenv("STATE_DIRECTORY", "")
	t.Setenv("XDG_CACHE_HOME", "/cache")
	if got, err := defaultCache(); got != "/cache/beckon/acme" || err != nil {
		t.Errorf("elsewhere: %s, %v", got, err)
	}
}
