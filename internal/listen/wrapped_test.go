package listen

import (
	"net"
	"testing"
)

// marked is a socket with something around it.
type marked struct{ net.Conn }

// What belongs below TLS is there, whatever else is around the socket.
func TestBelowTLS(t *testing.T) {
	certPath, keyPath := newCA(t).pair(t, 1, "localhost")
	for about, opts := range map[string]Options{
		"TLS":               {},
		"shared with STUN":  {SharePort: true, TakeSTUN: func(conn net.Conn) { conn.Close() }},
		"behind a proxy":    {ProxyProtocol: true, Trusts: loopback},
		"behind a stranger": {ProxyProtocol: true, Trusts: others},
	} {
		opts.Listen, opts.TLSCert, opts.TLSKey = "127.0.0.1:0", certPath, keyPath
		opts.BelowTLS = func(socket net.Conn) net.Conn { return marked{socket} }
		s := mustOpen(t, opts)
		client, err := net.Dial("tcp", s.Listeners[0].Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		conn, err := s.Listeners[0].Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		below := conn.(interface{ NetConn() net.Conn }).NetConn()
		if _, ok := below.(marked); !ok {
			t.Errorf("%s: below TLS is a %T", about, below)
		}
	}
	plain := mustOpen(t, Options{Listen: "127.0.0.1:0", BelowTLS: func(socket net.Conn) net.Conn { return marked{socket} }})
	if _, wrapped := plain.Listeners[0].(wrapped); wrapped {
		t.Error("without TLS nothing is below it")
	}
}
