package turn

import (
	"errors"
	"net"
	"strings"
)

// The ports of servers whose URL names none (RFC 7064 section 3.2, RFC 7065 section 3).
const (
	defaultPort       = "3478"
	defaultSecurePort = "5349"
)

// address is where and how a server is reached.
type address struct {
	host, port string
	transport  string // udp or tcp
	secure     bool   // TLS
	relays     bool   // TURN
}

var errURL = errors.New("want stun:HOST:PORT or turn:HOST:PORT?transport=udp or tcp")

// parseURL reads the URL of a server. DTLS, which turns: with UDP would be, is a Failure of the kind Unsupported.
func parseURL(url string) (address, error) {
	scheme, rest, _ := strings.Cut(url, ":")
	a := address{transport: "udp", port: defaultPort}
	switch strings.ToLower(scheme) {
	case "stun":
	case "stuns":
		a.secure = true
	case "turn":
		a.relays = true
	case "turns":
		a.relays, a.secure = true, true
	default:
		return a, &Failure{Kind: BadURL, err: errURL}
	}
	if a.secure {
		a.transport, a.port = "tcp", defaultSecurePort
	}
	rest, query, _ := strings.Cut(rest, "?")
	switch transport, asked := strings.CutPrefix(strings.ToLower(query), "transport="); {
	case query == "":
	case !asked || transport != "udp" && transport != "tcp":
		return a, &Failure{Kind: BadURL, err: errURL}
	default:
		a.transport = transport
	}
	if a.secure && a.transport == "udp" {
		return a, &Failure{Kind: Unsupported}
	}
	a.host = strings.Trim(rest, "[]")
	if host, port, err := net.SplitHostPort(rest); err == nil {
		a.host, a.port = host, port
	}
	if a.host == "" || a.port == "" {
		return a, &Failure{Kind: BadURL, err: errURL}
	}
	return a, nil
}
