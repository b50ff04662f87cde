package listen

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

const (
	// challengePath begins the paths of http-01 challenges.
	challengePath = "/.well-known/acme-challenge/"
	// acmeTimeout is how long the authority may take over one request.
	acmeTimeout = time.Minute
	// A certificate that could not be had is asked for again after the first of these, then
	// after twice as long, and so on up to the last: authorities count failures per hour.
	firstRetry, lastRetry = time.Minute, time.Hour
)

// automatic is an identity whose certificates come from an ACME server and are renewed there.
// Challenges are answered on the https listener (tls-alpn-01, RFC 8737) and, if there is a
// redirect listener, over plain HTTP (http-01, RFC 8555 section 8.3).
type automatic struct {
	// Static.

	domains []string
	cache   *cache
	fresh   func() *autocert.Manager // that has everything yet to read from the cache
	client  *http.Client             // to the authority
	overdue *overdue
	log     zerolog.Logger

	plain   bool // whether challenges may be answered over plain HTTP; static from the start on
	manager atomic.Pointer[autocert.Manager]
}

var _ identity = (*automatic)(nil)

func newACME(opts Options) (*automatic, error) {
	dir, err := openCache(opts.ACME.Cache, opts.Log)
	if err != nil {
		return nil, flagError("--acme-cache", err)
	}
	client, err := acmeHTTPClient(opts.ACME.CAFile)
	if err != nil {
		return nil, flagError("--acme-ca-file", err)
	}
	directory := opts.ACME.Directory
	if directory == "" {
		directory = autocert.DefaultACMEDirectory
	}
	kept := newCache(dir, opts.Log)
	a := &automatic{
		cache:   kept,
		domains: slices.Clone(opts.ACME.Domains),
		client:  client,
		overdue: newOverdue(systemClock()),
		log:     opts.Log,
		fresh: func() *autocert.Manager {
			return &autocert.Manager{
				Prompt:     autocert.AcceptTOS,
				Cache:      kept,
				HostPolicy: autocert.HostWhitelist(opts.ACME.Domains...),
				Email:      opts.ACME.Email,
				Client:     &acme.Client{DirectoryURL: directory, HTTPClient: client, UserAgent: "beckon"},
			}
		},
	}
	a.renew()
	return a, nil
}

// renew has all certificates looked at again, in the cache first.
func (a *automatic) renew() {
	m := a.fresh()
	if a.plain {
		m.HTTPHandler(nil) // else it does not try challenges over plain HTTP
	}
	a.manager.Store(m)
}

// acmeHTTPClient trusts the roots in a file, or the system's.
func acmeHTTPClient(caFile string) (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if caFile != "" {
		pem, err := os.ReadFile(caFile)
		if err != nil {
			return nil, explainFile(caFile, err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate in PEM form", caFile)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: transport, Timeout: acmeTimeout}, nil
}

func (a *automatic) config() *tls.Config {
	return serverConfig(a.certificate, acme.ALPNProto)
}

func (a *automatic) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	return a.manager.Load().GetCertificate(hello)
}

func (a *automatic) owns(host string) bool { return slices.Contains(a.domains, host) }

func (a *automatic) named() bool { return true }

func (a *automatic) name() string { return a.domains[0] }

func (a *automatic) answers(fallback http.Handler) http.Handler {
	a.plain = true
	a.renew()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, challengePath) {
			fallback.ServeHTTP(w, r)
			return
		}
		r = r.Clone(r.Context())
		r.Host, _ = splitHost(r.Host) // autocert knows hosts without a port only
		a.manager.Load().HTTPHandler(fallback).ServeHTTP(w, r)
	})
}

// reload has nothing to do: certificates are renewed by themselves.
func (a *automatic) reload() error { return nil }

// run gets the first certificates before a visitor waits for one, and says in the log whether
// that works. A request under way when ctx ends is given up to its own time limits.
func (a *automatic) run(ctx context.Context) {
	obtain := func() {
		for _, domain := range a.domains {
			go a.obtain(ctx, domain)
		}
	}
	obtain()
	go a.overdue.run(ctx, func() {
		a.log.Warn().Msg("the clock was set, or the machine has slept, and certificates should have been renewed by now: they are")
		a.renew()
		obtain()
	})
	a.cache.run(ctx)
	a.client.CloseIdleConnections()
}

// obtain asks for the certificate of one domain until it has it or ctx ends.
func (a *automatic) obtain(ctx context.Context, domain string) {
	hello := &tls.ClientHelloInfo{
		ServerName:   domain,
		CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
	}
	for wait := firstRetry; ctx.Err() == nil; wait = min(2*wait, lastRetry) {
		cert, err := a.certificate(hello)
		if err == nil {
			a.overdue.have(domain, cert.Leaf)
			a.log.Info().Str("domain", domain).Time("expires", cert.Leaf.NotAfter).Msg("certificate ready")
			return
		}
		a.log.Error().Err(err).Str("domain", domain).Int64("retry_ms", wait.Milliseconds()).
			Msg("no certificate: the domain must lead to this server, on port 443, or on port 80 with --http-redirect")
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}
