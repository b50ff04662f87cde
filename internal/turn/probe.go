package turn

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"time"
)

// Server is one STUN or TURN server as a browser is told of it: one URL of an RTCIceServer, with the credentials that
// go with it (webrtc-pc section 4.2.4).
type Server struct {
	URL        string // stun:, stuns:, turn: or turns: (RFC 7064, RFC 7065)
	Username   string
	Credential string
}

// Answer is what a server that works says.
type Answer struct {
	Mapped  netip.AddrPort // where the server sees the asker
	Relayed netip.AddrPort // where others reach the asker through it; invalid for STUN
}

// Probe asks a server for a binding, or, if its URL says turn, for an allocation, which it gives back at once. It takes
// as long as ctx allows; config is for TLS, its ServerName is set from the URL. It starts no goroutine that outlives it.
//
// Its errors are *[Failure].
func Probe(ctx context.Context, server Server, config *tls.Config) (Answer, error) {
	target, err := parseURL(server.URL)
	if err != nil {
		return Answer{}, err
	}
	if target.relays && (server.Username == "" || server.Credential == "") {
		return Answer{}, &Failure{Kind: NoCredentials}
	}
	conn, err := target.dial(ctx, config)
	if err != nil {
		return Answer{}, explain(ctx, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(0, 1)) })
	defer stop()
	peer := &peer{conn: conn, datagrams: target.transport == "udp"}
	var answer Answer
	if target.relays {
		answer, err = peer.allocate(ctx, server)
	} else {
		answer, err = peer.bind(ctx)
	}
	if err != nil {
		return Answer{}, explain(ctx, err)
	}
	return answer, nil
}

// dial connects by the transport of the URL, with TLS where it says so.
func (u address) dial(ctx context.Context, config *tls.Config) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, u.transport, net.JoinHostPort(u.host, u.port))
	if err != nil || !u.secure {
		return conn, err
	}
	own := &tls.Config{}
	if config != nil {
		own = config.Clone()
	}
	own.ServerName = u.host
	secured := tls.Client(conn, own)
	if err := secured.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, &Failure{Kind: TLS, err: err}
	}
	return secured, nil
}
