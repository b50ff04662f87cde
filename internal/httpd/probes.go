package httpd

import (
	"net/http"
	"strings"
)

// isProbe tells whether a path asks how the server is. Who watches it may know it by any name.
func isProbe(path string) bool { return path == "/healthz" || path == "/readyz" }

// Probes answers /healthz and /readyz, also below the base path, as site does, and leaves all else to next: for
// listeners beside the site's own.
func Probes(site http.Handler, base string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, base)
		if !isProbe(path) {
			next.ServeHTTP(w, r)
			return
		}
		site.ServeHTTP(w, at(base+path, r))
	})
}
