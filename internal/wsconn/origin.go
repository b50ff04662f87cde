package wsconn

import (
	"errors"
	"net/url"
	"strings"
)

// origins decides which web pages may connect (RFC 6455 section 10.2): pages of this server's own origin and
// those that the operator named. A client without an Origin is no browser and may come in.
type origins struct {
	allowed map[string]struct{} // keys of origin.key, or of a family of them; static
}

// anyOrigin is what the operator writes for every origin that there is.
const anyOrigin = "*"

// longestOrigin is how long an origin may be to be repeated in an answer: a name in the DNS has at most 253 characters.
const longestOrigin = 300

var errNoOrigin = errors.New("the Origin header is none that can be allowed: it must be there once, as scheme://host[:port], null or file://")

// foreignOrigin is the refusal of a page's origin.
type foreignOrigin string

// Error says what would let it in.
func (o foreignOrigin) Error() string {
	return "pages of this origin may not connect: the operator can allow it with --allowed-origin " + string(o)
}

func newOrigins(allowed []string) *origins {
	o := &origins{allowed: make(map[string]struct{}, len(allowed))}
	for _, a := range allowed {
		if a == anyOrigin {
			o.allowed[anyOrigin] = struct{}{}
		} else if named, ok := parseOrigin(a); ok {
			o.allowed[named.key()] = struct{}{}
		}
	}
	return o
}

// AllowOrigins makes these the origins, besides the page's own, whose pages may connect from now on. Connections that
// are open stay. Each is scheme://host[:port], scheme://*.host[:port] for all hosts with one label more, file:// or
// another scheme without a host, null, or * for all that there are.
func (s *Server) AllowOrigins(origins []string) { s.origins.Store(newOrigins(origins)) }

// check decides by the lines of the Origin header; scheme and host are the server's own as the client sees
// them. A proxy that ends TLS and is not trusted leaves the scheme at http, so that only https is believed.
func (o *origins) check(lines []string, scheme, host string) error {
	switch {
	case len(lines) == 0:
		return nil
	case len(lines) > 1:
		return errNoOrigin
	}
	from, ok := parseOrigin(lines[0])
	if !ok {
		return errNoOrigin
	}
	own, ok := parseOrigin(from.scheme + "://" + host)
	if ok && from.host != "" && own.host == from.host && (scheme != "https" || from.scheme == "https") {
		return nil
	}
	for _, key := range []string{from.key(), from.family(), anyOrigin} {
		if _, named := o.allowed[key]; named {
			return nil
		}
	}
	if len(lines[0]) > longestOrigin {
		return errNoOrigin
	}
	return foreignOrigin(from.String())
}

// brief is as much of the lines of an Origin header as a log has room for: what a client sends may be much.
func brief(lines []string) []string {
	const most = 2
	short := make([]string, 0, most)
	for _, line := range lines[:min(most, len(lines))] {
		short = append(short, line[:min(longestOrigin, len(line))])
	}
	return short
}

// origin is where a page comes from (RFC 6454), in lower case. ws and wss are http and https to it: libraries that are
// no browsers send the address that they connect to.
type origin struct {
	scheme string // "null" for the origin of pages that have none
	host   string // with the port, also where the scheme implies it; empty for file:// and the like
}

const nullOrigin = "null"

func (o origin) key() string { return o.scheme + "://" + o.host }

// family is the key for all origins that differ in the first label of the host.
func (o origin) family() string {
	_, rest, _ := strings.Cut(o.host, ".")
	return o.scheme + "://*." + rest
}

// String is the origin as --allowed-origin takes it.
func (o origin) String() string {
	switch {
	case o.scheme == nullOrigin:
		return nullOrigin
	case o.scheme == "http":
		return o.scheme + "://" + strings.TrimSuffix(o.host, ":80")
	case o.scheme == "https":
		return o.scheme + "://" + strings.TrimSuffix(o.host, ":443")
	}
	return o.key()
}

// parseOrigin reads scheme://host[:port], scheme:// or null. A host is what schemes of the web must have.
func parseOrigin(s string) (origin, bool) {
	s = strings.ToLower(s)
	if s == nullOrigin {
		return origin{scheme: nullOrigin}, true
	}
	u, err := url.Parse(s)
	if err != nil || u.Path != "" || u.RawQuery != "" || u.User != nil || u.Fragment != "" || !strings.Contains(s, "://") {
		return origin{}, false
	}
	scheme, port := u.Scheme, ""
	switch scheme {
	case "http", "ws":
		scheme, port = "http", "80"
	case "https", "wss":
		scheme, port = "https", "443"
	}
	if u.Hostname() == "" {
		return origin{scheme: scheme}, u.Scheme != "" && u.Host == "" && port == ""
	}
	if u.Port() == "" && port != "" {
		u.Host = strings.TrimSuffix(u.Host, ":") + ":" + port
	}
	return origin{scheme: scheme, host: u.Host}, true
}
