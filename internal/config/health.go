package config

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"beckon/internal/address"
)

// Health is what `beckon health` asks, and how.
type Health struct {
	// URL is what to ask for. Its host is of no importance where Socket is set.
	URL string
	// Socket is the path of the Unix socket to ask through, "" for TCP.
	Socket string
	// Own tells that the server is that of these settings, on this machine: whatever its certificate names, it is the
	// right one.
	Own bool
	// ServerName is what to ask a server of these settings for in TLS, "" for the URL's host.
	ServerName string
	// Proxies are who has to begin a connection with a PROXY header; empty where nobody has.
	Proxies []address.Proxy
	// Timeout is how long all of it may take.
	Timeout time.Duration
}

type healthGrammar struct {
	URL     string        `arg:"" optional:"" help:"Address of the server, http://, https:// or unix:PATH. Without it: where a server with these flags, variables and file listens."`
	Timeout time.Duration `default:"5s" placeholder:"TIME" help:"Wait no longer than that. Default: 5s."`
	grammar `embed:""`
}

const healthDescription = "Asks a running server whether it lives (/healthz), and exits with code 0 if it does, else with 1: for health checks of containers that have no curl. It reads the same flags, variables and file as the server."

// LoadHealth reads the arguments that follow "health", and the settings as [Load] does. Its errors are those of [Load].
func LoadHealth(args, environ []string, stdout io.Writer) (Health, error) {
	var g healthGrammar
	if err := load(&g, &g.grammar, programName+" "+HealthCommand, healthDescription, args, environ, stdout); err != nil {
		return Health{}, err
	}
	const shortest, longest = 10 * time.Millisecond, time.Minute
	if g.Timeout < shortest || g.Timeout > longest {
		return Health{}, newUsageError(fmt.Sprintf("--timeout: must be from %s to %s, got %s", brief(shortest), brief(longest), brief(g.Timeout)))
	}
	h, err := g.Config.health()
	if g.URL != "" {
		h, err = healthOf(g.URL)
	}
	if err != nil {
		return Health{}, newUsageError(err.Error())
	}
	h.Timeout = g.Timeout
	return h, nil
}

const healthPath = "/healthz"

// health is how to ask a server with these settings.
func (c *Config) health() (Health, error) {
	h := Health{Own: true}
	if c.ProxyProtocol {
		h.Proxies = c.TrustedProxies
	}
	u := url.URL{Scheme: "http", Host: "localhost", Path: c.BasePath + healthPath}
	if c.TLSCert != "" || len(c.ACMEDomains) > 0 {
		u.Scheme = "https"
	}
	if len(c.ACMEDomains) > 0 {
		h.ServerName = c.ACMEDomains[0]
	}
	socket, unix := strings.CutPrefix(c.Listen, unixPrefix)
	if h.Socket = socket; unix {
		h.URL = u.String()
		return h, nil
	}
	h.Socket = ""
	host, port, err := net.SplitHostPort(c.Listen)
	switch {
	case err != nil:
		return h, err // it has been checked
	case port == "0":
		return h, errors.New("with --listen on port 0 nobody knows where the server is: name its URL")
	case host == "", host == "0.0.0.0":
		host = "127.0.0.1"
	case host == "::":
		host = "::1"
	}
	u.Host = net.JoinHostPort(host, port)
	h.URL = u.String()
	return h, nil
}

// healthOf is how to ask the server that the operator names.
func healthOf(text string) (Health, error) {
	if socket, ok := strings.CutPrefix(text, unixPrefix); ok {
		return Health{Socket: socket, URL: "http://localhost" + healthPath}, checkAddress(text)
	}
	if host, port, err := net.SplitHostPort(text); err == nil && checkTCP(text) == nil {
		text = "http://" + net.JoinHostPort(cmp.Or(host, "localhost"), port)
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return Health{}, fmt.Errorf("must be a URL such as http://localhost:9000, or unix:PATH, got %q", text)
	}
	if !strings.HasSuffix(u.Path, healthPath) {
		u = u.JoinPath(healthPath)
	}
	u.RawQuery, u.Fragment = "", ""
	return Health{URL: u.String()}, nil
}
