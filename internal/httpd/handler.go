package httpd

import (
	"fmt"
	"io/fs"
	"net/http"
	"runtime"

	"github.com/rs/zerolog"

	"beckon/internal/header"
)

// Options are what a handler is made of. Files, WebSocket and Ready are required.
type Options struct {
	// Files is the tree to serve; its index.html is the page at "/". It is read once, by New.
	Files fs.FS
	// WebSocket gets the upgrade requests for "/" and "/ws", the ResponseWriter unwrapped.
	WebSocket http.Handler
	// Ready tells whether new clients are welcome; it may be called from any goroutine.
	Ready func() bool
	// Health says in bounded time, and in words for anybody, what part of the server does not work; nil if all does. It
	// may be called from any goroutine, and often. Without it the server works as long as it answers.
	Health func() error
	// BasePath is what every path begins with, such as /chat; empty for the root.
	BasePath string
	// Hosts knows by which names the server may be asked for. What is asked for by others gets 421, but for probes, and
	// for upgrades, which WebSocket judges by itself. nil is for all names.
	Hosts Hosts
	// Clients is for /whoami, which is not there without it.
	Clients Clients
	// ProxyProtocol tells whether Clients knows of clients by the PROXY protocol.
	ProxyProtocol bool
	// Silence gets the upgrade requests for the subprotocol beckon.silence; nil to treat them like any other.
	Silence *Silence
	// Logger gets one line for each request, at debug level. The zero Logger writes nothing.
	Logger zerolog.Logger
	// Refusals gets one line for each request that is refused for its Host.
	Refusals zerolog.Logger
	// Requests names requests for the loggers.
	Requests Requests
}

// Hosts knows by which names the server may be asked for.
type Hosts interface {
	// Check returns nil for a request by a good name, else an error that says what the operator could do.
	Check(r *http.Request) error
}

// Requests names requests.
type Requests interface {
	Of(r *http.Request) string
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
	return single(below(options.BasePath, single(&site{options: options, assets: assets}))), nil
}

// ServeHTTP routes a request. Paths are compared as they are, but for slashes at their beginning: nothing else is
// cleaned, joined or looked up in a file system, so there is nothing to traverse.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	runtime.Gosched() // requests that come without a pause do not keep others waiting
	socket := r.URL.Path == "/" || r.URL.Path == "/ws"
	upgrade := socket && isUpgrade(r)
	silent := upgrade && s.options.Silence != nil && header.HasToken(r.Header["Sec-Websocket-Protocol"], silenceProtocol)
	switch {
	case upgrade && !silent:
		s.options.WebSocket.ServeHTTP(w, r)
		return
	case !isProbe(r.URL.Path) && s.misdirected(w, r):
		return
	case silent:
		s.options.Silence.ServeHTTP(w, r)
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

// allowed are the methods that work.
const allowed = "GET, HEAD, OPTIONS"

// serveResource answers for everything that can be read with GET.
func (s *site) serveResource(w http.ResponseWriter, r *http.Request) {
	serve := http.HandlerFunc(nil)
	switch {
	case r.URL.Path == "/healthz":
		serve = s.serveHealth
	case r.URL.Path == "/readyz":
		serve = s.serveReadiness
	case r.URL.Path == "/whoami" && s.options.Clients != nil:
		serve = s.serveIdentity
	default:
		if a, ok := s.assets[r.URL.Path]; ok {
			serve = a.ServeHTTP
		}
	}
	switch {
	case serve == nil:
		writeText(w, r, http.StatusNotFound, "404: there is nothing here")
	case r.Method == http.MethodOptions: // some load balancers ask so whether a server lives
		w.Header().Set("Allow", allowed)
		w.WriteHeader(http.StatusNoContent)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", allowed)
		writeText(w, r, http.StatusMethodNotAllowed, "405: only GET and HEAD work here")
	default:
		serve(w, r)
	}
}

func (s *site) serveHealth(w http.ResponseWriter, r *http.Request) {
	if s.options.Health != nil {
		if err := s.options.Health(); err != nil {
			writeText(w, r, http.StatusServiceUnavailable, err.Error())
			return
		}
	}
	writeText(w, r, http.StatusOK, "ok")
}

func (s *site) serveReadiness(w http.ResponseWriter, r *http.Request) {
	if !s.options.Ready() {
		writeText(w, r, http.StatusServiceUnavailable, "draining")
		return
	}
	writeText(w, r, http.StatusOK, "ready")
}
