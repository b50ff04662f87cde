package httpd

import (
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Clients knows who is behind a request, past the proxies that are trusted.
type Clients interface {
	// Client is the client's address, invalid where there is none.
	Client(r *http.Request) netip.Addr
	// Origin is the scheme, http or https, and the host as the client sees them.
	Origin(r *http.Request) (scheme, host string)
	// ByProxy tells whether a trusted proxy sent the request.
	ByProxy(r *http.Request) bool
	// TrustsPeer tells whether an address is a trusted proxy's.
	TrustsPeer(remote net.Addr) bool
}

// identity is what /whoami tells an asker about its own request, so that `beckon doctor` can find out what the proxies
// in between make of it. Everybody may ask, so it tells nothing that an asker could not know: of the headers only how
// many there are, of the host only whether it is the one that the asker names in Origin, and of an address that may be
// a proxy's only of what kind it is.
type identity struct {
	Client     client        `json:"client"`
	Proxy      bool          `json:"proxy"`     // whether the other end of the connection is a trusted proxy
	Announced  bool          `json:"announced"` // whether trusted proxies tell of clients by the PROXY protocol instead
	Scheme     string        `json:"scheme"`
	Host       string        `json:"host,omitempty"`       // if it is the one in the asker's Origin
	SameOrigin *bool         `json:"sameOrigin,omitempty"` // whether it is; only for an asker that sends an Origin
	BasePath   string        `json:"basePath"`
	Doubled    bool          `json:"doubled,omitempty"` // whether the path arrived with two slashes in a row
	Headers    []headerCount `json:"headers"`           // those of forwardingHeaders that arrived
	Time       time.Time     `json:"time"`
}

type client struct {
	Kind    string `json:"kind"` // public, private, loopback or none
	Address string `json:"address,omitempty"`
	Trusted bool   `json:"trusted"` // whether this, too, is a trusted proxy's address
}

type headerCount struct {
	Name  string `json:"name"`
	Lines int    `json:"lines"`
	Items int    `json:"items"`
}

// forwardingHeaders are what proxies tell of whom they speak for.
var forwardingHeaders = []string{
	"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "X-Real-Ip", "Via",
}

// sharedAddresses are those of carriers' networks (RFC 6598).
const sharedAddresses = "100.64.0.0/10"

// serveIdentity answers /whoami.
func (s *site) serveIdentity(w http.ResponseWriter, r *http.Request) {
	body, err := json.Marshal(s.identify(r))
	if err != nil { // cannot be: strings, numbers and a time
		writeText(w, r, http.StatusInternalServerError, "500: "+err.Error())
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		// A client that has gone away needs no answer.
		_, _ = w.Write(body)
	}
}

func (s *site) identify(r *http.Request) identity {
	clients := s.options.Clients
	who := identity{
		Proxy: clients.ByProxy(r), Announced: s.options.ProxyProtocol, BasePath: s.options.BasePath, Doubled: isDoubled(r),
		Headers: countHeaders(r.Header), Time: time.Now().UTC(),
	}
	addr := clients.Client(r)
	who.Client = client{Kind: kindOf(addr), Trusted: addr.IsValid() && clients.TrustsPeer(&net.TCPAddr{IP: addr.AsSlice()})}
	if who.Client.Kind == "public" && (who.Proxy || who.Announced || len(who.Headers) == 0) {
		who.Client.Address = addr.String() // else it may be the address of a proxy that nobody has named
	}
	var host string
	who.Scheme, host = clients.Origin(r)
	if origin := r.Header["Origin"]; len(origin) == 1 {
		_, named, _ := strings.Cut(origin[0], "://")
		same := sameHost(named, host)
		if who.SameOrigin = &same; same {
			who.Host = named
		}
	}
	return who
}

// sameHost compares what follows the scheme of an origin with a Host header, which may name the port that goes without
// saying.
func sameHost(named, host string) bool {
	named, host = strings.ToLower(named), strings.ToLower(host)
	return named != "" && slices.Contains([]string{named, named + ":80", named + ":443"}, host)
}

// kindOf says of an address what may be told of it to whoever asks.
func kindOf(addr netip.Addr) string {
	switch {
	case !addr.IsValid():
		return "none"
	case addr.IsLoopback():
		return "loopback"
	case addr.IsGlobalUnicast() && !addr.IsPrivate() && !netip.MustParsePrefix(sharedAddresses).Contains(addr):
		return "public"
	}
	return "private"
}

func countHeaders(h http.Header) []headerCount {
	counts := []headerCount{}
	for _, name := range forwardingHeaders {
		lines := h[name]
		if len(lines) == 0 {
			continue
		}
		items := 0
		for _, line := range lines {
			for item := range strings.SplitSeq(line, ",") {
				if strings.Trim(item, " \t") != "" {
					items++
				}
			}
		}
		counts = append(counts, headerCount{Name: name, Lines: len(lines), Items: items})
	}
	return counts
}
