package httpd

import (
	"fmt"
	"io/fs"
	"net/http"

	"github.com/rs/zerolog"
)

// Options are what a handler is made of. All fields but BasePath and Logger are required.
type Options struct {
	// Files is the tree to serve; its index.html is the page at "/". It is read once, by New.
	Files fs.FS
	// WebSocket gets the upgrade requests for "/" and "/ws", the ResponseWriter unwrapped.
	WebSocket http.Handler
	// Ready tells whether new clients are welcome; it may be called from any goroutine.
	Ready func() bool
	// BasePath is what every path begins with, such as /chat; empty for the root.
	BasePath string
	// Logger gets one line for each request, at debug level. The zero Logger is silent.
	Logger zerolog.Logger
}

// site is the handler.
type site struct {
	options Options
	assets  map[string]*asset
}

// New returns the handler for a whole server. It fails if a file cannot be read or has a
// name that no content type is known for.
func New(options Options) (http.Handler, error) {
	assets, err := loadAssets(options.Files)
	if err != nil {
		return nil, fmt.Errorf("httpd: %w", err)
	}
	return below(options.BasePath, &site{options: options, assets: assets}), nil
}

// ServeHTTP routes a request. Paths are compared as they are: nothing is cleaned, joined or
// looked up in a file system, so there is nothing to traverse.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	socket := r.URL.Path == "/" || r.URL.Path == "/ws"
	if socket && isUpgrade(r) {
		s.options.WebSocket.ServeHTTP(w, r)
		return
	}
	w, done := s.logged(w, r)
	defer done()
	setSecurityHeaders(w.Header(), r.URL.Path)
	if socket && (r.URL.Path == "/ws" || isMangledUpgrade(r)) {
		serveUpgradeRequired(w, r)
		return
	}
	s.serveResource(w, r)
}

// serveResource answers for everything that can be read with GET.
func (s *site) serveResource(w http.ResponseWriter, r *http.Request) {
	serve := http.HandlerFunc(nil)
	switch r.URL.Path {
	case "/healthz":
		serve = serveHealth
	case "/readyz":
		serve = s.serveReadiness
	default:
		if a, ok := s.assets[r.URL.Path]; ok {
			serve = a.ServeHTTP
		}
	}
	switch {
	case serve == nil:
		writeText(w, r, http.StatusNotFound, "404: there is nothing here")
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		writeText(w, r, http.StatusMethodNotAllowed, "405: only GET and HEAD work here")
	default:
		serve(w, r)
	}
}

func serveHealth(w http.ResponseWriter, r *http.Request) {
	writeText(w, r, http.StatusOK, "ok")
}

func (s *site) serveReadiness(w http.ResponseWriter, r *http.Request) {
	if !s.options.Ready() {
		writeText(w, r, http.StatusServiceUnavailable, "draining")
		return
	}
	writeText(w, r, http.StatusOK, "ready")
}
