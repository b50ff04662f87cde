package httpd

import (
	"net/http"
	"net/url"
	"strings"
)

// below serves h under a base path such as /chat: what follows it is the path that h sees. The base path
// itself, its slash lost, is sent to where it stands. With an empty base it is h.
func below(base string, h http.Handler) http.Handler {
	if base == "" {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, found := strings.CutPrefix(r.URL.Path, base)
		switch {
		case found && rest == "":
			setSecurityHeaders(w.Header(), "/")
			target := url.URL{Path: base + "/", RawQuery: r.URL.RawQuery}
			http.Redirect(w, r, target.String(), http.StatusPermanentRedirect)
		case found && rest[0] == '/':
			inner := *r
			inner.URL = new(url.URL)
			*inner.URL = *r.URL
			inner.URL.Path, inner.URL.RawPath = rest, ""
			h.ServeHTTP(w, &inner)
		default:
			setSecurityHeaders(w.Header(), "/")
			writeText(w, r, http.StatusNotFound, "404: there is nothing here, everything is below "+base+"/")
		}
	})
}
