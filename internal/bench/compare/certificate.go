package compare

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// certificate is files with a certificate of our own for 127.0.0.1, and its key.
type certificate struct {
	folder, cert, key string
}

// newCertificate makes one of the kind that ACME clients ask for, with a P-256 key.
func newCertificate() (certificate, error) {
	folder, err := os.MkdirTemp("", "beckon-bench-")
	if err != nil {
		return certificate{}, err
	}
	c := certificate{folder: folder, cert: filepath.Join(folder, "cert.pem"), key: filepath.Join(folder, "key.pem")}
	if err := c.write(); err != nil {
		c.remove()
		return certificate{}, err
	}
	return c, nil
}

func (c certificate) write() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := writePEM(c.cert, "CERTIFICATE", cert); err != nil {
		return err
	}
	return writePEM(c.key, "PRIVATE KEY", secret)
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

func (c certificate) remove() { os.RemoveAll(c.folder) }
