package listen

import (
	"bytes"
	"crypto/tls"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
)

func TestTLS(t *testing.T) {
	authority := newCA(t)
	certPath, keyPath := authority.pair(t, 1, "*.example.org", "chat.example.org")
	s := mustOpen(t, Options{Listen: "127.0.0.1:0", TLSCert: certPath, TLSKey: keyPath})
	serve(t, s.Listeners[0], http.HandlerFunc(whoami))
	address := s.Listeners[0].Addr().String()
	_, port, _ := net.SplitHostPort(address)
	if got, want := s.URL(), "https://chat.example.org:"+port; got != want {
		t.Errorf("URL() = %s, want %s", got, want)
	}
	if body, err := get(t, "https://"+address, nil, authority.trust("chat.example.org")); err != nil || body == "" {
		t.Errorf("https: %q, %v", body, err)
	}
	if _, err := get(t, "https://"+address, nil, newCA(t).trust("chat.example.org")); err == nil {
		t.Error("a client that does not know the authority is content")
	}
	for _, c := range []struct {
		about  string
		change func(*tls.Config)
		want   string // the protocol agreed upon, or "refused"
	}{
		{"nothing offered", func(*tls.Config) {}, ""},
		{"HTTP/1.1", func(c *tls.Config) { c.NextProtos = []string{"http/1.1"} }, "http/1.1"},
		{"a browser", func(c *tls.Config) { c.NextProtos = []string{"h2", "http/1.1"} }, "http/1.1"},
		{"TLS 1.2", func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, ""},
		{"TLS 1.1", func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }, "refused"},
		{"a challenge of ACME", func(c *tls.Config) { c.NextProtos = []string{"acme-tls/1"} }, "refused"},
	} {
		config := authority.trust("chat.example.org")
		c.change(config)
		got := "refused"
		if conn, err := tls.Dial("tcp", address, config); err == nil {
			got = conn.ConnectionState().NegotiatedProtocol
			conn.Close()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.about, got, c.want)
		}
	}
}

// serial shakes hands through memory and returns the serial number of the certificate.
func serial(t *testing.T, authority *ca, id identity) int64 {
	t.Helper()
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	server, client := tls.Server(far, id.config()), tls.Client(near, authority.trust("localhost"))
	done := make(chan error, 1)
	go func() { done <- server.Handshake() }()
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return client.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

// bench is a pair of files in use, in a bubble of virtual time.
type bench struct {
	authority         *ca
	certPath, keyPath string
	pair              *keyPair
	log               bytes.Buffer
}

func onBench(t *testing.T, test func(t *testing.T, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{authority: newCA(t)}
		b.certPath, b.keyPath = b.authority.pair(t, 1, "localhost")
		var err error
		if b.pair, err = newKeyPair(b.certPath, b.keyPath, zerolog.New(&b.log)); err != nil {
			t.Fatal(err)
		}
		b.expect(t, 1)
		test(t, b)
	})
}

// replace writes a new pair, or parts of it: the file is made anew, as tools do.
func (b *bench) replace(t *testing.T, serial int64, withCert, withKey bool) {
	t.Helper()
	cert, key := b.authority.issue(t, serial, "localhost")
	for path, content := range map[string][]byte{b.certPath: cert, b.keyPath: key} {
		if path == b.certPath && !withCert || path == b.keyPath && !withKey {
			continue
		}
		write(t, path+".new", content)
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
}

func (b *bench) expect(t *testing.T, want int64) {
	t.Helper()
	if got := serial(t, b.authority, b.pair); got != want {
		t.Fatalf("certificate %d is in use, want %d", got, want)
	}
}

func TestCertificateIsReloadedWhenItChanges(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		time.Sleep(recheckInterval)
		b.expect(t, 1)
		b.replace(t, 2, true, true)
		time.Sleep(recheckInterval - time.Nanosecond)
		b.expect(t, 1) // the files are looked at once a second
		time.Sleep(time.Nanosecond)
		b.expect(t, 2)
		if n := strings.Count(b.log.String(), "certificate loaded"); n != 2 {
			t.Errorf("%d loads are logged:\n%s", n, b.log.String())
		}
	})
}

func TestCertificateIsReloadedOnDemand(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		b.replace(t, 2, true, true)
		if err := (&Set{identity: b.pair}).Reload(); err != nil {
			t.Fatal(err)
		}
		b.expect(t, 2)
	})
}

// Tools write the certificate and its key one after the other: between the two, and after a
// mishap, the old pair stays.
func TestBrokenPairKeepsTheOldOne(t *testing.T) {
	onBench(t, func(t *testing.T, b *bench) {
		cert, key := b.authority.issue(t, 2, "localhost")
		write(t, b.certPath, cert)
		time.Sleep(recheckInterval)
		b.expect(t, 1)
		if !strings.Contains(b.log.String(), `"level":"error"`) || !strings.Contains(b.log.String(), "the old one stays") {
			t.Errorf("nothing is logged:\n%s", b.log.String())
		}
		logged := b.log.Len()
		time.Sleep(time.Minute)
		b.expect(t, 1)
		if b.log.Len() != logged {
			t.Errorf("the same mishap is logged again:\n%s", b.log.String()[logged:])
		}
		err := b.pair.reload()
		if want := "--tls-key: " + b.keyPath + " is not the key of the certificate in " + b.certPath; err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("reload: %v, want %s", err, want)
		}
		b.expect(t, 1)
		write(t, b.keyPath, key)
		time.Sleep(recheckInterval)
		b.expect(t, 2)

		if err := os.Remove(b.certPath); err != nil {
			t.Fatal(err)
		}
		time.Sleep(recheckInterval)
		b.expect(t, 2)
		b.replace(t, 3, true, true)
		time.Sleep(recheckInterval)
		b.expect(t, 3)
	})
}

func TestPairsThatAreRefused(t *testing.T) {
	authority := newCA(t)
	certPath, keyPath := authority.pair(t, 1, "localhost")
	_, otherKey := authority.pair(t, 2, "localhost")
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		write(t, path, []byte(content))
		return path
	}
	marked := func(name, path string) string {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return file(name, "\ufeff"+string(content))
	}
	markedCert, markedKey := marked("marked-cert", certPath), marked("marked-key", keyPath)
	text := file("text", "hello\n")
	encrypted := file("encrypted", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n")
	damaged := file("damaged", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")
	for _, c := range []struct{ cert, key, want string }{
		{certPath, "", "--tls-cert: needs --tls-key, the file with its private key"},
		{"", keyPath, "--tls-key: needs --tls-cert, the file with the certificate"},
		{dir + "/no", keyPath, "--tls-cert: " + dir + "/no does not exist; check the path"},
		{certPath, dir + "/no", "--tls-key: " + dir + "/no does not exist; check the path"},
		{dir, keyPath, "--tls-cert: " + dir + " cannot be read: is a directory"},
		{text, keyPath, "--tls-cert: " + text + " holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"},
		{certPath, text, "--tls-key: " + text + " holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)"},
		{markedCert, keyPath, "--tls-cert: " + markedCert + " begins with a byte order mark (EF BB BF): save it as UTF-8 without one"},
		{certPath, markedKey, "--tls-key: " + markedKey + " begins with a byte order mark (EF BB BF): save it as UTF-8 without one"},
		{keyPath, certPath, "--tls-cert: " + keyPath + " holds a private key; are the two files mixed up?"},
		{certPath, encrypted, "--tls-key: " + encrypted + " is encrypted; decrypt it with openssl pkey -in FILE -out FILE"},
		{certPath, otherKey, "--tls-key: " + otherKey + " is not the key of the certificate in " + certPath + "; the server's own certificate must come first in that file"},
	} {
		refused(t, Options{Listen: "127.0.0.1:0", TLSCert: c.cert, TLSKey: c.key}, c.want)
	}
	_, err := Open(Options{Listen: "127.0.0.1:0", TLSCert: damaged, TLSKey: keyPath})
	if err == nil || !strings.HasPrefix(err.Error(), "--tls-cert: "+damaged+" and "+keyPath+" cannot be used: ") {
		t.Errorf("a damaged certificate: %v", err)
	}
	refused(t, Options{Listen: "127.0.0.1:0", Redirect: "127.0.0.1:0"},
		"--http-redirect: there is no https to redirect to: add --tls-cert and --tls-key, or --acme-domain")
	refused(t, Options{Listen: "127.0.0.1:0", TLSCert: certPath, TLSKey: keyPath, ACME: ACME{Domains: []string{"a.example"}}},
		"--acme-domain: the certificate comes from --tls-cert already; drop one of the two")
	if got := explainFile("key.pem", os.ErrPermission).Error(); !strings.HasPrefix(got, "key.pem cannot be read by this user; ") {
		t.Errorf("no permission: %s", got)
	}
}

func TestKeyThatAnybodyMayRead(t *testing.T) {
	certPath, keyPath := newCA(t).pair(t, 1, "localhost")
	for mode, warns := range map[os.FileMode]bool{0o600: false, 0o640: false, 0o644: true} {
		if err := os.Chmod(keyPath, mode); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		mustOpen(t, Options{Listen: "127.0.0.1:0", TLSCert: certPath, TLSKey: keyPath, Log: zerolog.New(&log)})
		if got := strings.Contains(log.String(), "private key"); got != warns {
			t.Errorf("mode %o: warning %v, want %v", mode, got, warns)
		}
	}
}
