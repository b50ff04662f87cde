package wsconn

import (
	"errors"
	"net/url"
	"strings"
)

// origins decides which web pages may connect (RFC 6455 section 10.2): pages of this server's own origin and
// those that the operator named. A client without an Origin is no browser and may come in.
type origins struct {
	allowed map[string]struct{} // scheme://host:port, lower case; static
}

var errOrigin = errors.New("pages of this origin may not connect: the operator can allow it with --allowed-origin")

func newOrigins(allowed []string) *origins {
	o := &origins{allowed: make(map[string]struct{}, len(allowed))}
	for _, a := range allowed {
		if u, ok := parseOrigin(a); ok {
			o.allowed[u.Scheme+"://"+u.Host] = struct{}{}
		}
	}
	return o
}

// AllowOrigins makes these the origins, besides the page's own, whose pages may connect from now on. Connections that
// are open stay.
func (s *Server) AllowOrigins(origins []string) { s.origins.Store(newOrigins(origins)) }

// check decides by the lines of the Origin header; scheme and host are the server's own as the client sees
// them. A proxy that ends TLS and is not trusted leaves the scheme at http, so that only https is believed.
func (o *origins) check(lines []string, scheme, host string) error {
	switch {
	case len(lines) == 0:
		return nil
	case len(lines) > 1:
		return errOrigin
	}
	u, ok := parseOrigin(lines[0])
	if !ok {
		return errOrigin
	}
	own, ok := parseOrigin(u.Scheme + "://" + host)
	if ok && own.Host == u.Host && (scheme != "https" || u.Scheme == "https") {
		return nil
	}
	if _, named := o.allowed[u.Scheme+"://"+u.Host]; named {
		return nil
	}
	return errOrigin
}

// parseOrigin reads scheme://host[:port] and returns it in lower case with the port that the scheme implies.
func parseOrigin(s string) (*url.URL, bool) {
	u, err := url.Parse(strings.ToLower(s))
	if err != nil || u.Host == "" || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || u.Fragment != "" {
		return nil, false
	}
	if u.Port() == "" {
		host := strings.TrimSuffix(u.Host, ":")
		switch u.Scheme {
		case "http":
			u.Host = host + ":80"
		case "https":
			u.Host = host + ":443"
		}
	}
	return u, true
}
