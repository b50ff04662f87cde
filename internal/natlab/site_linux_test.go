package natlab_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// built is the program under test, built once.
var built struct {
	once sync.Once
	dir  string
	err  error
}

// beckon is its path: of the one that E2E_BINARY names, as in web/test, or that is built here.
func beckon(t testing.TB) string {
	t.Helper()
	if given := os.Getenv("E2E_BINARY"); given != "" {
		return given
	}
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", namePrefix); built.err != nil {
			return
		}
		if output, err := exec.Command("go", "build", "-o", built.dir, "beckon/cmd/beckon").CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w: %s", err, output)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, "beckon")
}

// site is the program in a lab, at https://beckon.test/.
type site struct {
	*process
	host  namespace
	files files
}

// newSite starts it with TLS, and with more flags. Its clients trust files.root.
func (l *lab) newSite(f files, flags ...string) *site {
	l.t.Helper()
	s := &site{host: l.server("site", siteNumber), files: f}
	s.process = launch(l.t, s.host, nil, func(string) {}, beckon(l.t), append([]string{
		"--listen=:443", "--tls-cert=" + f.cert, "--tls-key=" + f.key, "--log-format=json", "--log-level=debug",
		"--ping-interval=5s", "--pong-timeout=3s",
	}, flags...)...)
	s.awaits(`"listening"`)
	return s
}

// files are a certificate for the servers of a lab, its key, and the root that it is trusted by.
type files struct{ root, cert, key string }

// newFiles makes an authority and has it sign a certificate.
func newFiles(t testing.TB) files {
	t.Helper()
	dir := t.TempDir()
	f := files{root: filepath.Join(dir, "root.crt"), cert: filepath.Join(dir, "host.crt"), key: filepath.Join(dir, "host.key")}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of a lab"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true,
	}
	host := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{siteName, relayName}, Subject: pkix.Name{CommonName: siteName},
		NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	rootKey, _ := testkit.NewKey(t)
	hostKey, keyPEM := testkit.NewKey(t)
	for file, content := range map[string][]byte{
		f.root: testkit.Sign(t, root, root, rootKey, rootKey), f.cert: testkit.Sign(t, host, root, hostKey, rootKey), f.key: keyPEM,
	} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return f
}
