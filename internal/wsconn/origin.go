package wsconn

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// origins decides which web pages may connect (RFC 6455 section 10.2): pages of this server's own origin and
// those that the operator named. A client without an Origin is no browser and may come in.
type origins struct {
	allowed map[string]struct{} // scheme://host:port, lower case; static
}

var errOrigin = errors.New("pages of this origin may not connect: the operator can allow it with --allowed-origin")

func newOrigins(allowed []string) origins {
	o := origins{allowed: make(map[string]struct{}, len(allowed))}
	for _, a := range allowed {
		if a == "null" {
			o.allowed[a] = struct{}{}
			continue
		}
		if u, ok := parseOrigin(a); ok {
			o.allowed[u.Scheme+"://"+u.Host] = struct{}{}
		}
	}
	return o
}

func (o origins) check(r *http.Request) error {
	lines := r.Header.Values("Origin")
	switch {
	case len(lines) == 0:
		return nil
	case len(lines) > 1:
		return errOrigin
	}
	origin := lines[0]
	u, ok := parseOrigin(origin)
	if !ok {
		if _, named := o.allowed[origin]; named {
			return nil
		}
		return errOrigin
	}
	// Behind a proxy that ends TLS the server's own scheme is unknown, so it is taken from the Origin.
	if own, ok := parseOrigin(u.Scheme + "://" + r.Host); ok && own.Host == u.Host {
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
