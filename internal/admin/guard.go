package admin

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// guard keeps web pages out. A page can make a browser send requests here in two ways: as requests to another
// origin, which browsers mark (Origin, RFC 6454; Sec-Fetch-Site, W3C Fetch Metadata), or as requests to its
// own name after that name has come to mean this address (DNS rebinding), which the Host shows.
type guard struct {
	hosts map[string]bool // in lower case; static
	next  http.Handler
}

func newGuard(hosts []string, next http.Handler) *guard {
	g := &guard{hosts: map[string]bool{"localhost": true}, next: next}
	for _, host := range hosts {
		g.hosts[canonical(host)] = true
	}
	return g
}

// ServeHTTP is http.Handler.
func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	switch {
	case !g.knows(r.Host):
		refuse(w, http.StatusMisdirectedRequest, "unknown_host",
			"this listener is not known by that name: ask for it by IP address, as localhost, or by the name that it listens on")
	case foreign(r):
		refuse(w, http.StatusForbidden, "foreign_origin",
			"web pages may not use this listener: type the address, or use curl")
	default:
		g.next.ServeHTTP(w, r)
	}
}

// knows tells whether a Host field names this listener in a way that no web page of others can.
func (g *guard) knows(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil { // no port
		host = strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]")
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return g.hosts[canonical(host)]
}

// canonical is a host name in the form in which equal names are equal.
func canonical(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

// foreign tells whether a browser sent r for a page of another origin.
func foreign(r *http.Request) bool {
	for _, site := range r.Header.Values("Sec-Fetch-Site") {
		if site != "same-origin" && site != "none" {
			return true
		}
	}
	for _, origin := range r.Header.Values("Origin") {
		if u, err := url.Parse(origin); err != nil || u.Host == "" || !strings.EqualFold(u.Host, r.Host) {
			return true
		}
	}
	return false
}
