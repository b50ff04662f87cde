package doctor

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// target is the address of a server as its users know it.
type target struct {
	secure  bool   // https and wss
	host    string // without brackets
	port    string
	path    string   // of the page: it begins and ends with a slash
	sockets bool     // the URL was a WebSocket's: the page does not matter
	assumed []string // what the URL left open, as sentences without a full stop
}

var errUserinfo = errors.New("leave out what is before the @: a user name and a password do not belong into this URL")

// parseTarget reads http, https, ws and wss URLs, and HOST[:PORT][/PATH].
func parseTarget(text string) (target, error) {
	var t target
	text = strings.TrimSpace(text)
	if !strings.Contains(text, "://") {
		text = t.assumeScheme(text) + "://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return t, fmt.Errorf("%q is no URL: write https://HOST/PATH/", text)
	}
	switch strings.ToLower(u.Scheme) {
	case "https", "wss":
		t.secure, t.port = true, "443"
	case "http", "ws":
		t.port = "80"
	default:
		return t, fmt.Errorf("%q: the scheme must be https, http, wss or ws", text)
	}
	if u.User != nil {
		return t, errUserinfo
	}
	t.host = strings.ToLower(u.Hostname())
	if strings.ContainsFunc(t.host, func(r rune) bool { return r > unicode.MaxASCII }) {
		return t, fmt.Errorf("write an international host name in its ASCII form, xn--..., got %q", t.host)
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return t, fmt.Errorf("%q: the port must be a number from 1 to 65535", text)
		}
		t.port = port
	}
	t.sockets = strings.HasPrefix(strings.ToLower(u.Scheme), "ws")
	t.readPath(u)
	return t, nil
}

// assumeScheme decides for https, unless the port or the host speaks against it.
func (t *target) assumeScheme(text string) string {
	authority, _, _ := strings.Cut(text, "/")
	host, port, err := net.SplitHostPort(authority)
	if err != nil {
		host, port = authority, ""
	}
	addr, _ := netip.ParseAddr(strings.Trim(host, "[]"))
	scheme := "https"
	if port == "" && (host == "localhost" || addr.IsLoopback()) || port != "" && !strings.HasSuffix(port, "443") {
		scheme = "http"
	}
	t.assume("%s, since the URL has no scheme", scheme)
	return scheme
}

// readPath takes the path of the page from a URL.
func (t *target) readPath(u *url.URL) {
	t.path = u.EscapedPath()
	if rest, found := strings.CutSuffix(t.path, "/ws"); found {
		t.path = rest + "/"
		t.assume("the page is at %s, and /ws is the path of its sockets", t.path)
	}
	if !strings.HasSuffix(t.path, "/") {
		t.path += "/"
		if t.path != "/" {
			t.assume("the path is %s, with a slash at its end", t.path)
		}
	}
	if u.RawQuery != "" || u.Fragment != "" {
		t.assume("what follows ? or # does not matter")
	}
}

func (t *target) assume(format string, arguments ...any) {
	t.assumed = append(t.assumed, fmt.Sprintf(format, arguments...))
}

// authority is the Host header that browsers send.
func (t target) authority() string {
	host := t.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if t.secure && t.port == "443" || !t.secure && t.port == "80" {
		return host
	}
	return host + ":" + t.port
}

func (t target) scheme() string {
	if t.secure {
		return "https"
	}
	return "http"
}

// origin is what browsers send for a page of this server (RFC 6454 section 6.2).
func (t target) origin() string { return t.scheme() + "://" + t.authority() }

// String is the URL of the page.
func (t target) String() string { return t.origin() + t.path }
