//go:build unix

package proxies_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// authority is one for a single test: the files of its own certificate, and those of a host's that it has signed.
type authority struct {
	roots             *x509.CertPool
	rootCert, rootKey string
	cert, key         string
	both              string // certificate and key in one file
}

// newAuthority writes its files to dir.
func newAuthority(t *testing.T, dir string) *authority {
	t.Helper()
	a := &authority{
		roots: x509.NewCertPool(), both: filepath.Join(dir, "both.pem"),
		rootCert: filepath.Join(dir, "root.crt"), rootKey: filepath.Join(dir, "root.key"),
		cert: filepath.Join(dir, "host.crt"), key: filepath.Join(dir, "host.key"),
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority " + filepath.Base(dir)}, // browsers know it by this
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(10 * 365 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true,
	}
	rootKey, rootKeyPEM := testkit.NewKey(t)
	rootPEM := testkit.Sign(t, root, root, rootKey, rootKey)
	a.roots.AppendCertsFromPEM(rootPEM)
	host := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: testHost}, DNSNames: []string{testHost},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	hostKey, hostKeyPEM := testkit.NewKey(t)
	hostPEM := testkit.Sign(t, host, root, hostKey, rootKey)
	for file, content := range map[string][]byte{
		a.rootCert: rootPEM, a.rootKey: rootKeyPEM, a.cert: hostPEM, a.key: hostKeyPEM,
		a.both: append(append([]byte(nil), hostPEM...), hostKeyPEM...),
	} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return a
}
