package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"beckon/internal/config"
	"beckon/internal/httpd"
	"beckon/internal/listen"
	"beckon/internal/wsconn"
)

// Run listens where cfg says and serves until ctx ends, logging to stderr, whose reader it never waits for. Each value
// from reload makes it read the input that cfg is from anew, with certificates and keys. An error is one line for the
// operator that names the setting at fault.
func Run(ctx context.Context, input config.Input, cfg config.Config, reload <-chan os.Signal, stderr *os.File) error {
	setLogLevel(cfg)
	log, lines := openLog(cfg, stderr)
	defer lines.Close(flushTime)
	warnOfStrays(input, log)
	a, err := build(cfg, log, lines.Dropped)
	if err != nil {
		return err
	}
	open, err := listen.Open(a.listenOptions(cfg))
	if err != nil {
		return err
	}
	defer open.Close()
	if open.NamesHosts() {
		a.hosts.Certify(open.Certifies)
	}
	warnOfHosts(cfg, open.Listeners, log)
	if cfg.TURN {
		if err := a.openRelay(cfg, open); err != nil {
			return err
		}
		defer a.relay.Close()
	}
	url := open.URL() + cfg.BasePath
	log.Info().
		Str("address", open.Listeners[0].Addr().String()).
		Str("url", url).
		Str("version", config.Version()).
		Msg("listening")
	compareFiles(cfg, log)
	return a.serveAll(ctx, open, url, &reloader{app: a, open: open, input: input, running: cfg, asked: reload})
}

func (a *App) listenOptions(cfg config.Config) listen.Options {
	opts := listen.Options{
		Listen:        cfg.Listen,
		SocketMode:    cfg.SocketMode,
		Admin:         cfg.Admin,
		ProxyProtocol: cfg.ProxyProtocol,
		Trusts:        a.clients.TrustsPeer,
		HeaderTimeout: cfg.HeaderTimeout,
		TLSCert:       cfg.TLSCert,
		TLSKey:        cfg.TLSKey,
		ACME: listen.ACME{
			Domains: cfg.ACMEDomains, Cache: cfg.ACMECache, Email: cfg.ACMEEmail,
			Directory: cfg.ACMEDirectory, CAFile: cfg.ACMECAFile,
		},
		Redirect: cfg.HTTPRedirect,
		TURNS:    cfg.TURNSListen,
		BelowTLS: wsconn.BelowTLS,
		Log:      a.log,
	}
	if cfg.TURN {
		opts.TakeSTUN = a.takeSTUN
		opts.SharePort = len(cfg.TrustedProxies) == 0 || cfg.ProxyProtocol
	}
	return opts
}

// serveAll serves the pages and what goes with them: the redirect, the admin listener, and systemd's questions.
func (a *App) serveAll(ctx context.Context, open *listen.Set, url string, reloads *reloader) error {
	supervisor := listen.NewSupervisor(a.log)
	defer supervisor.Close()
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var aside sync.WaitGroup
	defer waitFor(&aside, asidePatience)
	defer stop()
	aside.Go(func() { open.Run(background) })
	aside.Go(func() { supervisor.Run(background, a.health.Check) })
	aside.Go(func() { a.serveRelay(background) })
	if a.tokens != nil {
		aside.Go(func() { a.tokens.Run(background, a.reportKeys) })
	}
	aside.Go(func() { reloads.run(background, supervisor, "serving "+url) })
	if open.Redirect != nil {
		redirect := httpd.NewServer(a.faults.guard(a.probes(open.RedirectHandler)), a.bounds, a.log)
		defer a.serveAside(redirect, open.Redirect, &aside).Close()
	}
	if open.Admin != nil {
		defer a.serveAside(a.admin, open.Admin, &aside).Close()
	}
	if open.TURNS != nil {
		defer a.serveAside(httpd.NewServer(http.HandlerFunc(notHTTP), a.bounds, a.log), open.TURNS, &aside).Close()
	}
	context.AfterFunc(ctx, supervisor.Stopping)
	supervisor.Ready("serving " + url)
	return a.Serve(ctx, open.Listeners...)
}

// asidePatience is how long the end waits for what goes with the pages: a reload may be reading a file that never comes.
const asidePatience = 500 * time.Millisecond

// waitFor waits for group, but not for longer than patience.
func waitFor(group *sync.WaitGroup, patience time.Duration) {
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(patience):
	}
}

// notHTTP answers who comes to a port that is for TURN alone.
func notHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Connection", "close")
	http.Error(w, "404: this port is for TURN over TLS", http.StatusNotFound)
}

// serveAside runs a lesser server until it is closed.
func (a *App) serveAside(server *httpd.Server, ln net.Listener, aside *sync.WaitGroup) *httpd.Server {
	a.log.Info().Str("address", ln.Addr().String()).Msg("listening aside")
	aside.Go(func() {
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			a.log.Error().Err(err).Str("address", ln.Addr().String()).Msg("a listener failed")
		}
	})
	return server
}
