// Package address finds out who a request comes from when proxies may stand in between: the client's address,
// the unit by which addresses are limited, and the origin that the client sees.
//
// X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host can be written by anybody. They are believed only as
// far as trusted proxies vouch for them, and by default none is trusted. No other header (Forwarded, X-Real-IP)
// is ever looked at: where two could tell, the one that the proxy does not overwrite is the forger's.
package address

import (
	"iter"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

const (
	forwardedFor   = "X-Forwarded-For"
	forwardedProto = "X-Forwarded-Proto"
	forwardedHost  = "X-Forwarded-Host"
)

// Resolver finds the client behind the proxies that it trusts. It is safe for concurrent use.
type Resolver struct {
	trusted []netip.Prefix // IPv4 as IPv4; static
	unix    bool           // static
}

// New returns a resolver that trusts the given proxies, and nobody else.
func New(trusted []Proxy) *Resolver {
	r := &Resolver{}
	for _, p := range trusted {
		r.trusted = append(r.trusted, p.prefixes...)
		r.unix = r.unix || p.unix
	}
	return r
}

// Client returns the address of the client that made the request, IPv4 never mapped into IPv6 and always
// without a zone. It is the socket's other end, unless that is a trusted proxy: then X-Forwarded-For is read
// from the right, all of its lines joined, and the first address that is no trusted proxy's is the client's.
// Where the list ends before that, or turns into something that is no address, the last one read counts.
//
// The zero Addr means that there is no address: a Unix socket whose proxy is not trusted or names nobody.
func (r *Resolver) Client(req *http.Request) netip.Addr {
	client, _ := r.walk(req)
	return client
}

// Group returns the group of addresses that the client belongs to, see [Group], and whether limits per address are
// for it. They are not for who connects from the machine itself without being a trusted proxy: that is a tool, or a
// proxy that nobody has told the server about yet, with all its clients behind it. Nor are they for who has no
// address.
func (r *Resolver) Group(req *http.Request) (group netip.Prefix, limited bool) {
	client, proxies := r.walk(req)
	_, unix := peer(req)
	local := unix || !client.IsValid() || client.IsLoopback()
	return Group(client), proxies > 0 || !local
}

// TrustsPeer tells whether the other end of a socket is a trusted proxy's, for what is not a header: whether it may
// begin the connection with the PROXY protocol.
func (r *Resolver) TrustsPeer(remote net.Addr) bool {
	if remote.Network() == "unix" {
		return r.unix
	}
	return r.trusts(parsePeer(remote.String()))
}

// ByProxy tells whether a trusted proxy sent the request, for headers that say nothing of the client.
func (r *Resolver) ByProxy(req *http.Request) bool {
	addr, unix := peer(req)
	return unix && r.unix || !unix && r.trusts(addr)
}

// walk goes from the socket's other end toward the client, as far as the proxies can be trusted. It returns
// where it came to, and by how many trusted proxies the request was passed on.
func (r *Resolver) walk(req *http.Request) (client netip.Addr, proxies int) {
	client, _ = peer(req)
	if !r.ByProxy(req) {
		return client, 0
	}
	for item := range fromRight(req.Header[forwardedFor]) {
		addr, ok := parseForwarded(item)
		if !ok {
			break
		}
		client = addr
		proxies++
		if !r.trusts(addr) {
			break
		}
	}
	return client, max(1, proxies)
}

func (r *Resolver) trusts(addr netip.Addr) bool {
	for _, prefix := range r.trusted {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// peer is the socket's other end, or tells that it is a Unix socket. What that one's address looks like must
// not matter: a local process may bind its end to a file called 10.0.0.1:80.
func peer(req *http.Request) (addr netip.Addr, unix bool) {
	if local, ok := req.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		unix = local.Network() == "unix"
	} else {
		unix = req.RemoteAddr == "" || req.RemoteAddr == "@"
	}
	if unix {
		return netip.Addr{}, true
	}
	return parsePeer(req.RemoteAddr), false
}

// parsePeer reads the address of a TCP socket's end; the zero Addr is what it makes of anything else.
func parsePeer(s string) netip.Addr {
	addrPort, err := netip.ParseAddrPort(s)
	if err != nil {
		return netip.Addr{}
	}
	return canonical(addrPort.Addr())
}

// parseForwarded reads one item of X-Forwarded-For: an address, and what some proxies make of it, a port after
// it or brackets around IPv6.
func parseForwarded(item string) (addr netip.Addr, ok bool) {
	if addr, err := netip.ParseAddr(item); err == nil {
		return canonical(addr), true
	}
	if addrPort, err := netip.ParseAddrPort(item); err == nil {
		return canonical(addrPort.Addr()), true
	}
	if !strings.HasPrefix(item, "[") || !strings.HasSuffix(item, "]") {
		return netip.Addr{}, false
	}
	addr, err := netip.ParseAddr(item[1 : len(item)-1])
	return canonical(addr), err == nil && addr.Is6()
}

// canonical gives equal addresses one form. A zone means something only on the machine that wrote it.
func canonical(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }

// fromRight yields the items of a header's comma-separated lists (RFC 9110, section 5.6.1), the last line's last
// one first. Empty ones are left out.
func fromRight(lines []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := len(lines) - 1; i >= 0; i-- {
			for rest, more := lines[i], true; more; {
				var item string
				if comma := strings.LastIndexByte(rest, ','); comma >= 0 {
					rest, item = rest[:comma], rest[comma+1:]
				} else {
					item, more = rest, false
				}
				if item = strings.Trim(item, " \t"); item != "" && !yield(item) {
					return
				}
			}
		}
	}
}
