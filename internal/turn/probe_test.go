package turn

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	pion "github.com/pion/turn/v5"
	"go.uber.org/goleak"
)

// TestMain fails the whole run if a goroutine outlives the tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// relay is a TURN server that listens by every transport.
type relay struct {
	udp, tcp, tls string // host:port
	roots         *x509.CertPool
	allocated     chan struct{} // one for each allocation
	returned      chan struct{} // one for each that is over
}

// newRelay starts a relay for ana with the password secret. full makes it refuse allocations with 486.
func newRelay(t *testing.T, full bool) *relay {
	t.Helper()
	packets, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	streams, secured := listen(t), listen(t)
	certificate, roots := selfSigned(t)
	r := &relay{
		udp: packets.LocalAddr().String(), tcp: streams.Addr().String(), tls: secured.Addr().String(),
		roots: roots, allocated: make(chan struct{}, 16), returned: make(chan struct{}, 16),
	}
	generator := &pion.RelayAddressGeneratorStatic{RelayAddress: net.ParseIP("127.0.0.1"), Address: "127.0.0.1"}
	server, err := pion.NewServer(pion.ServerConfig{
		Realm: "test",
		AuthHandler: func(a *pion.RequestAttributes) (string, []byte, bool) {
			return a.Username, pion.GenerateAuthKey("ana", "test", "secret"), a.Username == "ana"
		},
		QuotaHandler:      func(string, string, net.Addr) bool { return !full },
		PacketConnConfigs: []pion.PacketConnConfig{{PacketConn: packets, RelayAddressGenerator: generator}},
		ListenerConfigs: []pion.ListenerConfig{
			{Listener: streams, RelayAddressGenerator: generator},
			{Listener: tls.NewListener(secured, &tls.Config{Certificates: []tls.Certificate{certificate}}), RelayAddressGenerator: generator},
		},
		EventHandler: pion.EventHandler{
			OnAllocationCreated: func(net.Addr, net.Addr, string, string, string, net.Addr, int) { r.allocated <- struct{}{} },
			OnAllocationDeleted: func(net.Addr, net.Addr, string, string, string) { r.returned <- struct{}{} },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return r
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln
}

// selfSigned is a certificate for 127.0.0.1, and the pool that trusts it.
func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

func probe(t *testing.T, server Server, roots *x509.CertPool) (Answer, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return Probe(ctx, server, &tls.Config{RootCAs: roots})
}

func TestServersThatWork(t *testing.T) {
	r := newRelay(t, false)
	for _, url := range []string{
		"stun:" + r.udp, "stuns:" + r.tls,
		"turn:" + r.udp, "turn:" + r.udp + "?transport=udp", "turn:" + r.tcp + "?transport=tcp",
		"turns:" + r.tls, "turns:" + r.tls + "?transport=tcp",
	} {
		answer, err := probe(t, Server{URL: url, Username: "ana", Credential: "secret"}, r.roots)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		loopback := netip.MustParseAddr("127.0.0.1")
		if answer.Mapped.Addr() != loopback || answer.Mapped.Port() == 0 {
			t.Errorf("%s: the server sees %v", url, answer.Mapped)
		}
		if strings.HasPrefix(url, "stun") {
			continue
		}
		if answer.Relayed.Addr() != loopback || answer.Relayed.Port() == 0 {
			t.Errorf("%s: the relayed address is %v", url, answer.Relayed)
		}
		expect(t, r.allocated, url+": no allocation")
		expect(t, r.returned, url+": the allocation is not given back")
	}
}

func expect(t *testing.T, event <-chan struct{}, otherwise string) {
	t.Helper()
	select {
	case <-event:
	case <-time.After(patience):
		t.Error(otherwise)
	}
}

func TestServersThatDoNotWork(t *testing.T) {
	r := newRelay(t, false)
	full := newRelay(t, true)
	closed := listen(t)
	closed.Close()
	page := answering(t, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nnot a TURN server")
	silent := answering(t, "")
	for name, c := range map[string]struct {
		server Server
		kind   Kind
		code   int
	}{
		"wrong password":    {Server{"turn:" + r.udp, "ana", "wrong"}, Rejected, 401},
		"wrong user":        {Server{"turn:" + r.tcp + "?transport=tcp", "eve", "secret"}, Rejected, 401},
		"no credentials":    {Server{"turn:" + r.udp, "", ""}, NoCredentials, 0},
		"quota":             {Server{"turn:" + full.udp, "ana", "secret"}, Rejected, 486},
		"closed over UDP":   {Server{"stun:" + closed.Addr().String(), "", ""}, Refused, 0},
		"closed over TCP":   {Server{"turn:" + closed.Addr().String() + "?transport=tcp", "ana", "secret"}, Refused, 0},
		"no TURN":           {Server{"turn:" + page + "?transport=tcp", "ana", "secret"}, Garbled, 0},
		"no TLS":            {Server{"turns:" + page, "ana", "secret"}, TLS, 0},
		"cut":               {Server{"turn:" + silent + "?transport=tcp", "ana", "secret"}, Cut, 0},
		"untrusted":         {Server{"turns:" + full.tls, "ana", "secret"}, TLS, 0},
		"DTLS":              {Server{"turns:" + r.tls + "?transport=udp", "ana", "secret"}, Unsupported, 0},
		"another scheme":    {Server{"https://example.org", "", ""}, BadURL, 0},
		"another transport": {Server{"turn:example.org?transport=sctp", "ana", "secret"}, BadURL, 0},
		"no host":           {Server{"stun:", "", ""}, BadURL, 0},
	} {
		_, err := probe(t, c.server, r.roots)
		var failure *Failure
		if !errors.As(err, &failure) || failure.Kind != c.kind || failure.Code != c.code {
			t.Errorf("%s: %v, want %s %d", name, err, c.kind, c.code)
			continue
		}
		for _, secret := range []string{"secret", "wrong"} {
			if strings.Contains(failure.Error(), secret) {
				t.Errorf("%s: the password is in %q", name, failure)
			}
		}
	}
}

// answering says something to whoever connects, once it has heard something, and hangs up.
func answering(t *testing.T, text string) string {
	t.Helper()
	ln := listen(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			conn.SetDeadline(time.Now().Add(patience))
			conn.Read(make([]byte, maxMessage))
			conn.Write([]byte(text))
			conn.Close()
		}
	}()
	t.Cleanup(func() { ln.Close(); <-done })
	return ln.Addr().String()
}

// A black hole costs the time that the caller grants, and is a timeout whatever the transport.
func TestBlackHole(t *testing.T) {
	packets, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	streams := listen(t) // the system takes connections that nobody accepts
	for _, url := range []string{
		"stun:" + packets.LocalAddr().String(), "turn:" + streams.Addr().String() + "?transport=tcp", "turns:" + streams.Addr().String(),
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
		_, err := Probe(ctx, Server{URL: url, Username: "ana", Credential: "secret"}, nil)
		cancel()
		var failure *Failure
		if !errors.As(err, &failure) || failure.Kind != Timeout {
			t.Errorf("%s: %v, want a timeout", url, err)
		}
	}
	// The request went out a second time.
	buf := make([]byte, maxMessage)
	for i := range 2 {
		packets.SetReadDeadline(time.Now().Add(patience))
		if _, _, err := packets.ReadFrom(buf); err != nil {
			t.Errorf("request %d did not come: %v", i+1, err)
		}
	}
}

func TestCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Probe(ctx, Server{URL: "stun:127.0.0.1:9"}, nil); err == nil {
		t.Error("an ended context gives an answer")
	}
}
