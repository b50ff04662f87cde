package config

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// anyOrigin stands for all origins that there are, and nullOrigin is that of pages that have none.
const (
	anyOrigin  = "*"
	nullOrigin = "null"
)

// originForms are what --allowed-origin takes.
const originForms = "must be SCHEME://HOST[:PORT] and nothing more, https://*.HOST for all names with one label more, file://, null or *"

// canonicalOrigin returns an origin as browsers send it (RFC 6454, section 6.2): in lower
// case, without the scheme's default port. Apps have schemes of their own, with a host or without.
func canonicalOrigin(origin string) (string, error) {
	lower := strings.ToLower(origin)
	if lower == anyOrigin || lower == nullOrigin {
		return lower, nil
	}
	if strings.ContainsFunc(origin, func(r rune) bool { return r > unicode.MaxASCII }) {
		return "", fmt.Errorf("write an international host name in its ASCII form, xn--..., got %q", origin)
	}
	scheme, host, found := strings.Cut(lower, "://")
	u, err := url.Parse(lower)
	if !found || scheme == "" || err != nil || u.Scheme != scheme || u.Host != host || strings.HasSuffix(host, ":") {
		return "", fmt.Errorf("%s, got %q", originForms, origin)
	}
	web := scheme == "http" || scheme == "https"
	switch {
	case scheme == "ws" || scheme == "wss":
		return "", fmt.Errorf("pages come by http or https, write %s://%s, got %q", strings.Replace(scheme, "ws", "http", 1), host, origin)
	case host == "" && !web:
		return lower, nil
	case u.Hostname() == "":
		return "", fmt.Errorf("%s, got %q", originForms, origin)
	}
	host, err = canonicalAuthority(u, web)
	if err != nil {
		return "", fmt.Errorf("%w, got %q", err, origin)
	}
	return scheme + "://" + host, nil
}

// canonicalAuthority returns host and port as browsers write them.
func canonicalAuthority(u *url.URL, web bool) (string, error) {
	host, port := u.Host, u.Port()
	if err := checkFamily(u.Hostname(), web); err != nil {
		return "", err
	}
	if web {
		rest, family := strings.CutPrefix(strings.TrimSuffix(host, ":"+port), "*.")
		name, err := canonicalName(rest)
		if err != nil {
			return "", errors.New("the host must be a name such as example.org, or an address; an IPv6 address in brackets")
		}
		if strings.Contains(name, ":") {
			name = "[" + name + "]"
		}
		if strings.HasSuffix(u.Hostname(), ".") { // another name to browsers
			name += "."
		}
		if family {
			name = "*." + name
		}
		if host = name; port != "" {
			host += ":" + port
		}
	}
	switch {
	case port == "":
	case port == "80" && u.Scheme == "http", port == "443" && u.Scheme == "https":
		host = strings.TrimSuffix(host, ":"+port)
	default:
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || port[0] == '0' {
			return "", errors.New("the port must be a number from 1 to 65535")
		}
	}
	return host, nil
}

// checkFamily checks a host that may stand for a family: all names with one label more.
func checkFamily(host string, web bool) error {
	rest, family := strings.CutPrefix(host, "*.")
	switch {
	case strings.Contains(rest, "*"), family && !web:
		return errors.New(originForms)
	case family && rest != "localhost" && (!hostName.MatchString(rest) || endsInNumber.MatchString(rest)):
		return errors.New("a star stands for the first label of a name that has two more, such as https://*.example.org")
	}
	return nil
}
