package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
)

// Set is all that is open. Its listeners are set by [Open] and never change.
type Set struct {
	// Listeners take the connections to serve, with TLS and PROXY protocol undone.
	Listeners []net.Listener
	// Redirect takes plain HTTP for RedirectHandler; both are nil without a redirect.
	Redirect        net.Listener
	RedirectHandler http.Handler
	// Admin takes connections for the admin interface; nil without.
	Admin net.Listener
	// TURNS takes connections that turn out to be none for TakeSTUN; nil without.
	TURNS net.Listener

	identity identity // nil without TLS
}

// identity is where the certificates come from.
type identity interface {
	// config returns a new configuration with the certificates.
	config() *tls.Config
	// owns tells whether there is, or will be, a certificate for a host.
	owns(host string) bool
	// named tells whether it is hosts by name that there is a certificate for, not addresses alone.
	named() bool
	// name is a host that there is a certificate for, or "".
	name() string
	// answers wraps a handler of plain HTTP in the answers that the identity gives there.
	answers(fallback http.Handler) http.Handler
	// reload reads everything anew.
	reload() error
	// run does what is to be done in the background, and returns when ctx ends.
	run(ctx context.Context)
}

// Open opens all that opts ask for, or nothing and says why. Whoever calls it closes the Set.
func Open(opts Options) (*Set, error) {
	s := new(Set)
	if err := s.open(opts); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Set) open(opts Options) error {
	var err error
	if s.identity, err = newIdentity(opts); err != nil {
		return err
	}
	passed, err := inherit()
	if err != nil {
		return err
	}
	s.Listeners, s.Redirect, s.Admin = passed.main, passed.redirect, passed.admin
	if len(s.Listeners) > 0 {
		opts.Log.Info().Int("sockets", len(s.Listeners)).Msg("serving on the sockets passed by systemd, not on --listen")
	} else {
		ln, err := open("--listen", opts.Listen, opts)
		if err != nil {
			return err
		}
		s.Listeners = []net.Listener{ln}
	}
	if s.Admin == nil && opts.Admin != "" {
		if s.Admin, err = open("--admin", opts.Admin, opts); err != nil {
			return err
		}
	}
	if err := s.openRedirect(opts); err != nil {
		return err
	}
	if err := s.openTURNS(opts); err != nil {
		return err
	}
	s.wrap(opts)
	return nil
}

func (s *Set) openRedirect(opts Options) (err error) {
	if s.Redirect == nil && opts.Redirect != "" {
		if s.Redirect, err = open("--http-redirect", opts.Redirect, opts); err != nil {
			return err
		}
	}
	if s.Redirect == nil {
		return nil
	}
	if s.identity == nil {
		return errors.New("--http-redirect: there is no https to redirect to: add --tls-cert and --tls-key, or --acme-domain")
	}
	s.RedirectHandler = s.identity.answers(&redirect{
		owns:     s.identity.owns,
		httpPort: port(s.Redirect.Addr()),
		tlsPort:  port(s.Listeners[0].Addr()),
	})
	return nil
}

func (s *Set) openTURNS(opts Options) (err error) {
	if opts.TURNS == "" {
		return nil
	}
	if s.identity == nil {
		return errors.New("--turns-listen: there is no certificate for its TLS: add --tls-cert and --tls-key, or --acme-domain")
	}
	s.TURNS, err = open("--turns-listen", opts.TURNS, opts)
	return err
}

// wrap puts the layers between a socket and HTTP around the listeners: the PROXY header comes
// before the first byte of TLS.
func (s *Set) wrap(opts Options) {
	below := func(ln net.Listener, secure bool) net.Listener {
		ln = frugal{ln}
		if opts.ProxyProtocol {
			ln = newProxyListener(ln, opts)
		}
		return newWatchful(ln, opts, secure)
	}
	for i, ln := range s.Listeners {
		s.Listeners[i] = below(ln, s.identity != nil)
		if s.identity != nil {
			s.Listeners[i] = undoTLS(s.Listeners[i], s.identity.config(), opts, opts.SharePort)
		}
	}
	if s.TURNS != nil {
		s.TURNS = undoTLS(below(s.TURNS, true), s.identity.config(), opts, true)
	}
}

// SharesSTUN tells whether the first listener's port is one for STUN over TLS, too.
func (s *Set) SharesSTUN() bool {
	_, shared := s.Listeners[0].(*sharedListener)
	return shared
}

// CertificateName is a host that there is a certificate for, "" if none can be named or there is no TLS.
func (s *Set) CertificateName() string {
	if s.identity == nil {
		return ""
	}
	return s.identity.name()
}

// NamesHosts tells whether there is, or will be, a certificate that names hosts, not addresses alone.
func (s *Set) NamesHosts() bool { return s.identity != nil && s.identity.named() }

// Certifies tells whether there is, or will be, a certificate for a host, a name in lower case or an address.
func (s *Set) Certifies(host string) bool { return s.identity != nil && s.identity.owns(host) }

// open makes a listener. flag begins its error.
func open(flag, address string, opts Options) (net.Listener, error) {
	var ln net.Listener
	var err error
	if path, ok := socketPath(address); ok {
		ln, err = openUnix(path, opts.SocketMode)
	} else if ln, err = net.Listen("tcp", address); err != nil {
		err = explainTCP(flag, err)
	}
	if err != nil {
		return nil, flagError(flag, fmt.Errorf("%s: %w", address, err))
	}
	return ln, nil
}

// URL is what to open to reach the first listener: an address of a page for a browser on this
// machine, or unix:PATH.
func (s *Set) URL() string {
	addr := s.Listeners[0].Addr()
	if addr.Network() == "unix" {
		return unixPrefix + addr.String()
	}
	if s.identity == nil {
		return "http://" + authority(pageHost(addr), port(addr), "80")
	}
	host := s.identity.name()
	if host == "" {
		host = pageHost(addr)
	}
	return "https://" + authority(host, port(addr), "443")
}

// Reload reads the certificate files anew. After an error, which names the flag at fault, the
// old certificate stays in use. Without files it does nothing.
func (s *Set) Reload() error {
	if s.identity == nil {
		return nil
	}
	return s.identity.reload()
}

// Run does what needs doing in the background, such as getting the first certificate of an
// ACME domain before a visitor waits for it, and returns when ctx ends.
func (s *Set) Run(ctx context.Context) {
	if s.identity == nil {
		<-ctx.Done()
		return
	}
	s.identity.run(ctx)
}

// Close closes every listener, and removes the Unix sockets that were made here. It may be
// called twice, and after the servers have closed the listeners themselves.
func (s *Set) Close() error {
	var errs []error
	for _, ln := range append([]net.Listener{s.Redirect, s.Admin, s.TURNS}, s.Listeners...) {
		if ln == nil {
			continue
		}
		if err := ln.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
