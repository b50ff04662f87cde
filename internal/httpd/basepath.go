package httpd

import (
	"net/http"
	"net/url"
	"strings"
)

// below serves h under a base path such as /chat: what follows it is the path that h sees. The base path
// itself, its slash lost, is sent to where it stands; not so an upgrade, as WebSockets follow no redirects. With an
// empty base it is h.
func below(base string, h http.Handler) http.Handler {
	if base == "" {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, found := strings.CutPrefix(r.URL.Path, base)
		if found && rest == "" && isUpgrade(r) {
			rest = "/"
		}
		switch {
		case found && rest == "":
			setSecurityHeaders(w.Header(), "/")
			target := url.URL{Path: base + "/", RawQuery: r.URL.RawQuery}
			http.Redirect(w, r, target.String(), http.StatusPermanentRedirect)
		case found && rest[0] == '/':
			h.ServeHTTP(w, at(rest, r))
		default:
			setSecurityHeaders(w.Header(), "/")
			writeText(w, r, http.StatusNotFound, "404: there is nothing here, everything is below "+base+"/")
		}
	})
}

// at is a request for another path.
func at(path string, r *http.Request) *http.Request {
	inner := *r
	inner.URL = new(url.URL)
	*inner.URL = *r.URL
	inner.URL.Path, inner.URL.RawPath = path, ""
	return &inner
}

// single serves h with one slash at the beginning of paths where several came: a proxy that takes "/chat" away from
// "/chat/ws" and puts "/" in its place leaves "//ws".
func single(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "//") {
			r = at("/"+strings.TrimLeft(r.URL.Path, "/"), r)
		}
		h.ServeHTTP(w, r)
	})
}

// isDoubled tells whether a request came with two slashes in a row in its path.
func isDoubled(r *http.Request) bool {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	return strings.HasPrefix(path, "/") && strings.Contains(path, "//")
}
