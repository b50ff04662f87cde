package ice

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"beckon/internal/invisible"
)

// ParseServer reads one ICE server as an operator writes it:
//
//	stun:HOST[:PORT]                                      RFC 7064 (also stuns:)
//	turn:[USER:SECRET@]HOST[:PORT][?transport=udp|tcp]    RFC 7065 (also turns:)
//
// The "USER:SECRET@" part is this project's own: RFC 7065 leaves credentials out of the URI,
// but browsers use no TURN server without them; see [Server.LacksCredentials]. Both are
// percent-decoded; in a list, where a comma ends a server, one in them is written %2C. HOST is a DNS name, an IPv4 address or an IPv6 address in
// brackets. Scheme, host and transport are returned in lower case.
//
// Errors say what to write instead and never contain the secret.
func ParseServer(s string) (Server, error) {
	server, err := parseServer(s)
	if err != nil {
		if isTorn(s) {
			err = fmt.Errorf("%w (a comma ends a server: in a user name or a secret write %%2C)", err)
		}
		return Server{}, fmt.Errorf("%q: %w", redact(s), err)
	}
	return server, nil
}

// isTorn tells what may be a piece of a TURN server with a comma in its secret: what has a user name but no host, a
// host but no scheme, or neither.
func isTorn(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	if !isScheme(scheme) {
		return s != "" && !ok || strings.Contains(s, "@")
	}
	return strings.HasPrefix(strings.ToLower(scheme), "turn") && !strings.Contains(rest, "@") && strings.Contains(rest, ":") && !strings.Contains(rest, "[")
}

func isScheme(s string) bool {
	return slices.Contains([]string{"stun", "stuns", "turn", "turns"}, strings.ToLower(s))
}

func parseServer(s string) (Server, error) {
	scheme, rest, ok := strings.Cut(s, ":")
	scheme = strings.ToLower(scheme)
	switch {
	case !ok:
		return Server{}, errors.New("want stun:HOST:PORT or turn:USER:SECRET@HOST:PORT")
	case !isScheme(scheme):
		return Server{}, errors.New("the scheme must be stun, stuns, turn or turns")
	case strings.HasPrefix(rest, "//"):
		return Server{}, fmt.Errorf("no // after %s:, write %s:HOST:PORT", scheme, scheme)
	}
	if strings.HasPrefix(scheme, "stun") {
		return parseSTUN(scheme, rest)
	}
	return parseTURN(scheme, rest)
}

func parseSTUN(scheme, rest string) (Server, error) {
	if strings.Contains(rest, "@") {
		return Server{}, fmt.Errorf("%s: takes no user name and secret, only turn: does", scheme)
	}
	if strings.Contains(rest, "?") {
		return Server{}, fmt.Errorf("%s: takes no ?transport=, only turn: does", scheme)
	}
	hostPort, err := parseHostPort(rest)
	if err != nil {
		return Server{}, err
	}
	return Server{URLs: []string{scheme + ":" + hostPort}}, nil
}

func parseTURN(scheme, rest string) (Server, error) {
	var username, credential string
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		var err error
		if username, credential, err = parseUserinfo(rest[:at]); err != nil {
			return Server{}, err
		}
		rest = rest[at+1:]
	}
	address, query, hasQuery := strings.Cut(rest, "?")
	hostPort, err := parseHostPort(address)
	if err != nil {
		return Server{}, err
	}
	uri := scheme + ":" + hostPort
	if hasQuery {
		query = strings.ToLower(query)
		if query != "transport=udp" && query != "transport=tcp" {
			return Server{}, errors.New("after ? only transport=udp or transport=tcp may follow")
		}
		uri += "?" + query
	}
	return Server{URLs: []string{uri}, Username: username, Credential: credential}, nil
}

// parseUserinfo splits "USER:SECRET" and percent-decodes both. Its errors quote neither.
func parseUserinfo(userinfo string) (username, credential string, err error) {
	user, secret, ok := strings.Cut(userinfo, ":")
	if !ok || user == "" || secret == "" {
		return "", "", errors.New("before the @ both are needed: USER:SECRET")
	}
	if found := invisible.In(user); found != "" {
		return "", "", fmt.Errorf("the user name %s", found)
	}
	if found := invisible.In(secret); found != "" {
		return "", "", fmt.Errorf("the secret %s", found)
	}
	username, err = url.PathUnescape(user)
	if err != nil {
		return "", "", errors.New("a % in the user name must be written %25")
	}
	credential, err = url.PathUnescape(secret)
	if err != nil {
		return "", "", errors.New("a % in the secret must be written %25")
	}
	if !utf8.ValidString(username) || !utf8.ValidString(credential) { // clients are told by JSON
		return "", "", errors.New("the user name and the secret must be UTF-8 text")
	}
	return username, credential, nil
}

// parseHostPort checks "HOST" or "HOST:PORT" and returns it in lower case.
func parseHostPort(s string) (string, error) {
	host, port, hasPort := s, "", false
	if end := strings.LastIndex(s, "]"); strings.HasPrefix(s, "[") {
		if end < 0 {
			return "", errors.New("the ] of the IPv6 address is missing")
		}
		host, port, hasPort = s[:end+1], strings.TrimPrefix(s[end+1:], ":"), end+1 < len(s)
		if hasPort && s[end+1] != ':' {
			return "", errors.New("after the IPv6 address only :PORT may follow")
		}
	} else {
		host, port, hasPort = strings.Cut(s, ":")
		if strings.Contains(port, ":") {
			return "", errors.New("an IPv6 address is written in brackets: [2001:db8::1]:3478")
		}
	}
	if err := checkHost(host); err != nil {
		return "", err
	}
	host = strings.ToLower(host)
	if !hasPort {
		return host, nil
	}
	if err := checkPort(port); err != nil {
		return "", err
	}
	return host + ":" + port, nil
}

func checkPort(port string) error {
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || port[0] == '0' || port[0] == '+' {
		return errors.New("the port must be a number from 1 to 65535")
	}
	return nil
}

func checkHost(host string) error {
	if host == "" {
		return errors.New("the host is missing")
	}
	if strings.HasPrefix(host, "[") {
		addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
		if err != nil || !addr.Is6() || addr.Zone() != "" || strings.Count(host, "[") != 1 || strings.Count(host, "]") != 1 {
			return errors.New("the brackets must hold an IPv6 address without a zone")
		}
		return nil
	}
	if len(host) > 253 {
		return errors.New("the host name is longer than 253 characters")
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	for _, label := range labels {
		if !isLabel(label) {
			return errors.New("the host must be a DNS name, an IPv4 address or an IPv6 address in brackets")
		}
	}
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" {
		if _, err := netip.ParseAddr(host); err != nil {
			return errors.New("the host looks like an IPv4 address but is none")
		}
	}
	return nil
}

// isLabel tells whether s is one label of a DNS name in its ASCII form (RFC 1123, section
// 2.1; the underscore is let through, as resolvers do).
func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for _, c := range []byte(s) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// redact hides whatever may be a credential: all between the scheme and the last @, or, in
// a URI without one, all that stands where a port should and is none. What has no scheme may
// be a piece of one.
func redact(s string) string {
	scheme, rest, ok := strings.Cut(s, ":")
	if at := strings.LastIndex(s, "@"); at >= 0 && !isScheme(scheme) {
		return mask + s[at:]
	}
	if !ok && s != "" {
		return mask
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		return scheme + ":" + mask + rest[at:]
	}
	host, after, hasPort := strings.Cut(rest, ":")
	port, _, _ := strings.Cut(after, "?")
	if hasPort && !strings.HasPrefix(host, "[") && strings.Trim(port, "0123456789") != "" {
		return scheme + ":" + host + ":" + mask
	}
	return s
}
