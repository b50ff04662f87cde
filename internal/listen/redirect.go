package listen

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// redirect sends plain HTTP to https, to the same host and path. Hosts that there is no
// certificate for are not sent anywhere: a redirect to whatever the Host header says could be
// planted in a cache for others.
type redirect struct {
	owns     func(host string) bool
	httpPort string // of its own listener
	tlsPort  string // of the https listener
}

// ServeHTTP answers with 308, which keeps the method, or with 421 and one line of text.
func (h *redirect) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Connection", "close")
	host, port := splitHost(r.Host)
	if !h.owns(host) {
		http.Error(w, "421: this server has no certificate for that host", http.StatusMisdirectedRequest)
		return
	}
	target := url.URL{
		Scheme: "https",
		Host:   authority(host, h.portFor(port), "443"),
		Path:   r.URL.Path, RawPath: r.URL.RawPath,
		RawQuery: r.URL.RawQuery,
	}
	if !strings.HasPrefix(target.Path, "/") { // OPTIONS *
		target.Path, target.RawPath = "/", ""
	}
	w.Header().Set("Location", target.String())
	w.WriteHeader(http.StatusPermanentRedirect)
}

// portFor is the port that the client reaches https at, given the one in its Host header. A
// client that came to port 80 while the listener is elsewhere was led here by something in
// front, which then has the standard port for https too.
func (h *redirect) portFor(asked string) string {
	if asked == "" && h.httpPort != "80" || h.tlsPort == "" {
		return "443"
	}
	return h.tlsPort
}

// splitHost returns the host and the port of a Host header, the host in lower case, without
// brackets and without the dot of a complete name.
func splitHost(hostport string) (host, port string) {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		host, port = strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]"), ""
	}
	return strings.TrimSuffix(strings.ToLower(host), "."), port
}
