package doctor_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"beckon/internal/doctor"
)

const host = "chat.example.org"

// authority signs certificates.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	der  []byte
}

// newAuthority makes a root, or one that another authority has signed.
func newAuthority(t *testing.T, by *authority) *authority {
	t.Helper()
	a := &authority{t: t}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "authority " + t.Name()}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(1000 * 24 * time.Hour),
	}
	if by != nil {
		template.Subject.CommonName = "in between"
	}
	a.der, a.key = a.make(template, by)
	cert, err := x509.ParseCertificate(a.der)
	if err != nil {
		t.Fatal(err)
	}
	a.cert = cert
	return a
}

// make makes a certificate; without an authority it is signed by itself.
func (a *authority) make(template *x509.Certificate, by *authority) ([]byte, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<60))
	if err != nil {
		a.t.Fatal(err)
	}
	template.SerialNumber = serial
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	return der, key
}

// certify makes a certificate for the host that is good from now on for so long, with those that lead to the root.
func (a *authority) certify(from, until time.Duration, more ...*authority) tls.Certificate {
	a.t.Helper()
	der, key := a.make(&x509.Certificate{
		Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(until),
	}, a)
	c := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	for _, m := range more {
		c.Certificate = append(c.Certificate, m.der)
	}
	return c
}

// root is a file with the authority's certificate.
func (a *authority) root() string {
	return file(a.t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.der})))
}

// secured puts TLS before a server and returns host and port.
func secured(t *testing.T, backend string, config *tls.Config) string {
	t.Helper()
	target := &url.URL{Scheme: "http", Host: backend}
	s := httptest.NewUnstartedServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
			r.Out.Header["X-Forwarded-For"] = append(r.In.Header["X-Forwarded-For"], clientAddress)
			r.Out.Header.Set("X-Forwarded-Proto", "https")
		},
		Transport: &http.Transport{DisableKeepAlives: true},
	})
	s.TLS = config
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

const day = 24 * time.Hour

func TestCertificates(t *testing.T) {
	root := newAuthority(t, nil)
	middle := newAuthority(t, root)
	self := newAuthority(t, nil)
	selfSigned, selfKey := self.make(&x509.Certificate{
		Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}, NotBefore: time.Now().Add(-day), NotAfter: time.Now().Add(90 * day),
	}, nil)
	backend := beckon(t, trusting...)
	for name, c := range map[string]struct {
		certificate tls.Certificate
		address     string
		want        []doctor.Code
		level       doctor.Level
	}{
		"good":          {root.certify(-day, 90*day), "", nil, ""},
		"good chain":    {middle.certify(-day, 90*day, middle), "", nil, ""},
		"ends soon":     {root.certify(-day, 10*day), "", []doctor.Code{doctor.CertificateEnding}, ""},
		"expired":       {root.certify(-40*day, -day), "", []doctor.Code{doctor.CertificateExpired}, ""},
		"not yet":       {root.certify(day, 90*day), "", []doctor.Code{doctor.CertificateTooNew}, ""},
		"another host":  {root.certify(-day, 90*day), "https://other.example/", []doctor.Code{doctor.CertificateForOther}, ""},
		"no middle":     {middle.certify(-day, 90*day), "", []doctor.Code{doctor.ChainIncomplete}, ""},
		"self-signed":   {tls.Certificate{Certificate: [][]byte{selfSigned}, PrivateKey: selfKey}, "", []doctor.Code{doctor.CertificateSelfSigned}, ""},
		"own authority": {self.certify(-day, 90*day, self), "", []doctor.Code{doctor.CertificateUntrusted}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if c.address == "" {
				c.address = "https://" + host + "/"
			}
			f := examine(t, c.address, func(o *doctor.Options) {
				o.Connect = secured(t, backend, &tls.Config{Certificates: []tls.Certificate{c.certificate}})
				o.CAFile = root.root()
			})
			f.problems(c.want...)
			f.has(doctor.ResumeOK) // whatever the certificate, the rest is looked at
		})
	}
}

// A token is not sent to whoever shows a certificate that is not to be trusted: here the login would succeed.
func TestTokenIsKeptFromStrangers(t *testing.T) {
	a := newAuthority(t, nil)
	path, _ := token(t, secret, map[string]any{"exp": time.Now().Add(time.Hour).Unix()})
	address := secured(t, guarded(t, trusting...), &tls.Config{Certificates: []tls.Certificate{a.certify(-day, 90*day, a)}})
	f := examine(t, "https://"+host+"/", func(o *doctor.Options) { o.Connect, o.TokenFile = address, path })
	f.problems(doctor.CertificateUntrusted)
	f.lacks(doctor.LoginOK)
	examine(t, "https://"+host+"/", func(o *doctor.Options) { o.Connect, o.TokenFile, o.CAFile = address, path, a.root() }).has(doctor.LoginOK)
}

func TestTLSVersions(t *testing.T) {
	root := newAuthority(t, nil)
	good := root.certify(-day, 90*day)
	backend := beckon(t, trusting...)
	through := func(config *tls.Config) findings {
		config.Certificates = []tls.Certificate{good}
		return examine(t, "https://"+host+"/", func(o *doctor.Options) { o.Connect, o.CAFile = secured(t, backend, config), root.root() })
	}
	old := through(&tls.Config{MinVersion: tls.VersionTLS10, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}})
	old.problems()
	old.has(doctor.TLSOld)
	through(&tls.Config{}).lacks(doctor.TLSOld)
	if found := through(&tls.Config{MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAnyClientCert}).has(doctor.NoHTTP); !strings.Contains(found.Text, "certificate required") {
		t.Errorf("%q", found.Text)
	}
	through(&tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if !slices.Contains(hello.SupportedProtos, "h2") {
			return nil, errors.New("only h2 is spoken here")
		}
		return nil, nil
	}}).problems(doctor.TLSWithoutHTTP1)
}

func TestTLSAndNoTLS(t *testing.T) {
	plain := beckon(t)
	f := examine(t, "https://"+plain+"/")
	f.problems(doctor.TLSNotSpoken)
	if found := f.has(doctor.TLSNotSpoken); !strings.Contains(found.Remedy, "http://"+plain+"/") {
		t.Errorf("%q", found.Remedy)
	}
	root := newAuthority(t, nil)
	address := secured(t, plain, &tls.Config{Certificates: []tls.Certificate{root.certify(-day, 90*day)}})
	examine(t, "http://"+address+"/").has(doctor.TLSExpected)
	f = examine(t, "https://"+hangingUp(t)+"/")
	f.problems(doctor.TLSFailed)
}

// hangingUp takes connections and closes them.
func hangingUp(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	return ln.Addr().String()
}
