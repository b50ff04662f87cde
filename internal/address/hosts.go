package address

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
)

// Hosts decides by which names a server may be asked for. A page of evil.example can make evil.example mean the
// server's address (DNS rebinding), and then is of the server's own origin to the visitor's browser, which reaches
// servers that the attacker does not. The Host header gives it away, where the server knows its own names.
//
// It is safe for concurrent use.
type Hosts struct {
	clients *Resolver
	named   atomic.Pointer[map[string]struct{}]
	owns    func(host string) bool // nil without certificates; static from the first request on
}

// unknownHost is the refusal of a host, which is empty if it is too odd to be repeated.
type unknownHost string

// Error says what would let the host in.
func (h unknownHost) Error() string {
	if h == "" {
		return "this server does not go by the name in the Host header: the operator can name its own with --allowed-host"
	}
	return "this server does not go by that name: the operator can allow it with --allowed-host " + string(h)
}

// NewHosts returns Hosts for requests that come through the proxies that clients trusts.
func NewHosts(clients *Resolver, named []string) *Hosts {
	h := &Hosts{clients: clients}
	h.Allow(named)
	return h
}

// Allow makes these the names that the operator gave, from now on: in lower case, *.example.org for all that have one
// label more. Without any, and without certificates, all names are good.
func (h *Hosts) Allow(names []string) {
	named := make(map[string]struct{}, len(names))
	for _, name := range names {
		named[name] = struct{}{}
	}
	h.named.Store(&named)
}

// Certify adds the names that there are certificates for, as owns tells of a name in lower case. It comes before the
// first request. They count for who speaks TLS with this server: what comes through a proxy that is trusted, or without
// TLS, has been asked for by names of its own.
func (h *Hosts) Certify(owns func(host string) bool) { h.owns = owns }

// Check returns nil for a request that asks for this server by a good name, and else an error that tells the operator
// what to do. Good are, whatever is allowed, IP addresses and localhost, which no page of others can have, and no Host
// at all, as no browser sends that.
func (h *Hosts) Check(req *http.Request) error {
	named := *h.named.Load()
	certified := h.owns != nil && req.TLS != nil && !h.clients.ByProxy(req)
	if len(named) == 0 && !certified {
		return nil
	}
	_, authority := h.clients.Origin(req)
	host := hostOf(authority)
	switch {
	case isSafe(host), isNamed(named, host), certified && h.owns(host):
		return nil
	case !isHost(host) || len(host) > longestHost:
		return unknownHost("")
	}
	return unknownHost(host)
}

// isSafe tells whether a host is one that no page of others can have as its name.
func isSafe(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost")
}

func isNamed(named map[string]struct{}, host string) bool {
	_, rest, _ := strings.Cut(host, ".")
	_, one := named[host]
	_, family := named["*."+rest]
	return one || family
}

// longestHost is the longest name in the DNS.
const longestHost = 253

// hostOf is the host in a Host header: in lower case, without port, brackets and the dot of a complete name.
func hostOf(authority string) string {
	host, _, err := net.SplitHostPort(authority)
	if err != nil { // no port
		host = strings.TrimSuffix(strings.TrimPrefix(authority, "["), "]")
	}
	return strings.TrimSuffix(strings.ToLower(host), ".")
}
