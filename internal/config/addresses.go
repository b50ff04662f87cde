package config

import (
	"errors"
	"fmt"
	"net"
	"path"
	"regexp"
	"strconv"
	"strings"

	"beckon/internal/address"
)

// unixPrefix begins the address of a Unix socket.
const unixPrefix = "unix:"

// checkServing checks where the server is reached.
func (c *Config) checkServing() error {
	if err := checkAddress(c.Listen); err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	if c.SocketMode == 0 {
		return errors.New("--socket-mode: nobody could connect with 0000")
	}
	base, err := canonicalPath(c.BasePath)
	if err != nil {
		return fmt.Errorf("--base-path: %w", err)
	}
	c.BasePath = base
	return c.checkProxyProtocol()
}

// checkProxyProtocol sees to it that there is somebody who may send the headers.
func (c *Config) checkProxyProtocol() error {
	if !c.ProxyProtocol {
		return nil
	}
	if len(c.TrustedProxies) == 0 {
		return errors.New("--proxy-protocol: needs --trusted-proxy, the address of the proxy that sends the header")
	}
	for _, proxy := range c.TrustedProxies {
		if proxy.String() == "unix" {
			return nil
		}
	}
	if strings.HasPrefix(c.Listen, unixPrefix) {
		return errors.New("--proxy-protocol: needs --trusted-proxy unix where --listen is a Unix socket")
	}
	return nil
}

// checkAdmin keeps the admin listener on this machine unless told otherwise.
func (c *Config) checkAdmin() error {
	if c.Admin == "" {
		if c.AdminPublic {
			return errors.New("--admin-public: needs --admin, the address to listen on")
		}
		return nil
	}
	if err := checkAddress(c.Admin); err != nil {
		return fmt.Errorf("--admin: %w", err)
	}
	if !c.AdminPublic && !isLocal(c.Admin) {
		return fmt.Errorf("--admin: must be a loopback address such as localhost:9091, since it has no password; add --admin-public if others may reach it, got %q", c.Admin)
	}
	if c.Admin == c.Listen && !strings.HasSuffix(c.Admin, ":0") {
		return fmt.Errorf("--admin: must differ from --listen, got %q for both", c.Admin)
	}
	return nil
}

// isLocal tells whether only this machine reaches an address that checkAddress accepts.
func isLocal(listen string) bool {
	if strings.HasPrefix(listen, unixPrefix) {
		return true
	}
	host, _, _ := net.SplitHostPort(listen)
	return address.IsLoopback(host)
}

// checkAddress checks HOST:PORT as net.Listen takes it, without looking up the host, or
// unix:PATH.
func checkAddress(address string) error {
	if socket, ok := strings.CutPrefix(address, unixPrefix); ok {
		if !path.IsAbs(socket) || path.Clean(socket) != socket {
			return fmt.Errorf("must be unix: and the whole path of a socket, such as unix:/run/beckon/http.sock, got %q", address)
		}
		return nil
	}
	return checkTCP(address)
}

func checkTCP(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		hint := ""
		if isPort(address) {
			hint = fmt.Sprintf(`, did you mean ":%s", or "localhost:%s" for this machine only?`, address, address)
		}
		return fmt.Errorf("must be HOST:PORT, :PORT or [IPV6]:PORT, got %q%s", address, hint)
	}
	if !isPort(port) {
		return fmt.Errorf("the port must be a number from 0 to 65535, got %q", address)
	}
	if strings.ContainsAny(host, " \t/@?#") {
		return fmt.Errorf("must be HOST:PORT without a scheme or path, got %q", address)
	}
	return nil
}

// isPort tells whether it is a port as everybody reads it: with a sign or a zero in front it is none.
func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && strconv.FormatUint(n, 10) == text
}

// segments matches the paths that look the same to browsers, proxies and the server: nothing in
// them needs to be escaped.
var segments = regexp.MustCompile(`^[A-Za-z0-9/._~-]*$`)

// canonicalPath returns "" for the root, and any other path without a slash at its end.
func canonicalPath(base string) (string, error) {
	switch {
	case base == "" || base == "/":
		return "", nil
	case !strings.HasPrefix(base, "/"):
		return "", fmt.Errorf("must begin with a slash, such as /chat, got %q", base)
	case strings.HasSuffix(base, "/"):
		return "", fmt.Errorf("must not end with a slash, write %s, got %q", strings.TrimRight(base, "/"), base)
	case !segments.MatchString(base):
		return "", fmt.Errorf("may hold letters, digits and . _ ~ - between slashes, got %q", base)
	case path.Clean(base) != base:
		return "", fmt.Errorf("must not hold //, . or .., write %s, got %q", path.Clean(base), base)
	}
	return base, nil
}
