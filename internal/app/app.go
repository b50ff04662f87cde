// Package app is the composition root: it builds the whole server from a configuration, and owns the order of
// its start, its drain and its stop.
package app

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"beckon/internal/address"
	"beckon/internal/admin"
	"beckon/internal/auth"
	"beckon/internal/config"
	"beckon/internal/health"
	"beckon/internal/httpd"
	"beckon/internal/hub"
	"beckon/internal/logflood"
	"beckon/internal/metrics"
	"beckon/internal/protocol"
	"beckon/internal/ratelimit"
	"beckon/internal/relay"
	"beckon/internal/requestid"
	"beckon/internal/session"
	"beckon/internal/wsconn"
	"beckon/web"
)

// The schedule of a stop. All of it together is the time within which the process promises to end.
const (
	drainSpread  = 3 * time.Second         // the close frames are spread over this at most
	closeTimeout = 5 * time.Second         // for a client to close its side after a close frame
	drainTimeout = 8500 * time.Millisecond // then whoever remains is cut
)

// App is one server.
type App struct {
	log      zerolog.Logger
	clients  *address.Resolver
	hosts    *address.Hosts
	requests *requestid.Source
	refusals zerolog.Logger // for requests that are refused
	tokens   *auth.Verifier // nil where everybody may come in
	ice      *iceServers
	relay    *relay.Relay // the TURN server built in; nil without one, and before it is open
	faults   faults
	gate     *ratelimit.Gate
	local    *ratelimit.Gate // for the machine's own addresses
	hub      *hub.Hub
	sockets  *wsconn.Server
	bounds   httpd.Bounds // of pages and the servers aside
	pages    *httpd.Server
	probes   func(next http.Handler) http.Handler // answers those of pages, too
	silence  *httpd.Silence
	health   *health.Monitor
	admin    *httpd.Server
	draining atomic.Bool

	relayCounts *metrics.Relay // nil without a TURN server
}

// New builds a server from a checked configuration. It starts nothing.
func New(cfg config.Config, log zerolog.Logger) (*App, error) {
	return build(cfg, log, func() uint64 { return 0 })
}

// build is New with a log that counts the lines it has dropped.
func build(cfg config.Config, log zerolog.Logger, logLost func() uint64) (*App, error) {
	warn(cfg, log)
	tokens, err := newTokens(cfg, log)
	if err != nil {
		return nil, err
	}
	servers, err := newICEServers(cfg)
	if err != nil {
		return nil, err
	}
	a := &App{log: log, clients: address.New(cfg.TrustedProxies), tokens: tokens, ice: servers, silence: httpd.NewSilence()}
	a.hosts = address.NewHosts(a.clients, cfg.AllowedHosts)
	a.requests = requestid.New(a.clients.ByProxy)
	a.refusals = logflood.Limit(a.log, "refused", cfg.LogLinesPerSecond)
	counts := metrics.New(metrics.Options{
		Users: func() int { return a.hub.Users() }, Rooms: func() int { return a.hub.Rooms() }, LogLost: logLost, TURN: cfg.TURN,
	})
	a.faults = faults{log: logflood.Limit(log, "fault", cfg.LogLinesPerSecond), counts: counts.Faults}
	a.hub = hub.New(hub.Options{Bounds: hubBounds(cfg), NewID: uuid.NewString, Faults: a.faults})
	a.gate, a.local, a.relayCounts = ratelimit.NewGate(limits(cfg)), ratelimit.NewGate(localLimits(cfg)), counts.Relay
	dialect := session.NewServer(a.sessionOptions(cfg, counts))
	a.sockets = wsconn.NewServer(a.socketOptions(cfg, counts), wsconn.Dialects{
		"":                   dialect.AcceptPlain,
		protocol.Subprotocol: dialect.AcceptV1,
	})
	a.health = a.newMonitor(cfg.BasePath, dialect)
	pages, err := httpd.New(httpd.Options{
		Files:         web.Files(),
		WebSocket:     a.sockets,
		Ready:         func() bool { return !a.draining.Load() },
		Health:        a.health.Check,
		BasePath:      cfg.BasePath,
		Hosts:         a.hosts,
		Clients:       a.clients,
		ProxyProtocol: cfg.ProxyProtocol,
		Silence:       a.silence,
		Logger:        log,
		Refusals:      a.refusals,
		Requests:      a.requests,
	})
	if err != nil {
		return nil, err
	}
	a.probes = func(next http.Handler) http.Handler { return httpd.Probes(pages, cfg.BasePath, next) }
	a.bounds = httpd.Bounds{HeaderTimeout: cfg.HeaderTimeout, IdleTimeout: cfg.KeepAliveTimeout, HeaderBytes: cfg.MaxHeaderBytes, Connections: cfg.MaxHTTPConnections}
	a.pages = httpd.NewServer(a.faults.guard(pages), a.bounds, log)
	a.admin = httpd.NewServer(a.faults.guard(a.probes(admin.New(admin.Options{
		Metrics: counts.Handler(), Hub: a.hub, Sessions: dialect, Hosts: adminHosts(cfg),
	}))), a.bounds, log)
	a.admin.WriteTimeout = 0 // a profile takes as long as it was asked to
	return a, nil
}

func (a *App) sessionOptions(cfg config.Config, counts *metrics.Metrics) session.Options {
	opts := session.Options{
		Hub:          a.hub,
		ICE:          a.ice,
		Revoke:       a.ice.Revoke,
		LoginWeight:  cfg.MessagesPerSecond / loginsPerSecond,
		LoginTimeout: cfg.LoginTimeout,
		ResumeWindow: cfg.ResumeWindow,
		StallTimeout: cfg.WriteTimeout,
		Backlog:      backlog(cfg),
		WaitingBytes: cfg.WaitingBytes,
		Observer:     counts.Conversations,
		Faults:       a.faults,
		Log:          a.log,
		LogLines:     cfg.LogLinesPerSecond,
	}
	if a.tokens != nil {
		opts.Tokens = a.tokens
	}
	return opts
}

func (a *App) socketOptions(cfg config.Config, counts *metrics.Metrics) wsconn.Options {
	return wsconn.Options{
		MaxMessageBytes: int64(cfg.MaxMessageBytes),
		MaxLoginBytes:   int64(cfg.MaxLoginBytes),
		OutboxBytes:     unbounded(cfg.OutboxBytes),
		OutboxMessages:  unbounded(cfg.OutboxMessages),
		SenderShare:     cfg.SenderSharePercent,
		PingInterval:    cfg.PingInterval,
		PongTimeout:     cfg.PongTimeout,
		WriteTimeout:    cfg.WriteTimeout,
		CloseTimeout:    closeTimeout,
		AllowedOrigins:  cfg.AllowedOrigins,
		Clients:         a.clients,
		Hosts:           a.hosts,
		Gate:            a.gate,
		LocalGate:       a.local,
		Pacer:           pacer(cfg),
		Observer:        counts.Connections,
		Faults:          a.faults,
		Requests:        a.requests,
		Log:             a.refusals,
	}
}

// Serve takes connections from listeners until ctx ends, then drains: no new sockets, a close frame to each
// client, and back within 10 seconds. It returns nil after a drain, also after one that had to cut clients
// off, and an error if a listener failed. It is called once and closes the listeners.
func (a *App) Serve(ctx context.Context, listeners ...net.Listener) error {
	failed := make(chan error, len(listeners))
	for _, ln := range listeners {
		go func() { failed <- a.pages.Serve(ln) }()
	}
	var err, why error
	left := len(listeners)
	select {
	case err = <-failed:
		left--
		why = err
	case <-ctx.Done():
		why = context.Cause(ctx)
	}
	a.drain(why)
	for ; left > 0; left-- {
		<-failed
	}
	return err
}

// drain stops the server; see Serve. The listeners stay open until the last client is told, so that whoever
// asks /readyz meanwhile gets an answer.
func (a *App) drain(why error) {
	a.draining.Store(true)
	a.ice.leaving.Store(true) // what goes through the TURN server goes on until that ends
	a.silence.Close()
	a.log.Info().AnErr("why", why).Int("connections", a.sockets.Len()).Msg("draining")
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	a.hub.Quiet()
	err := a.sockets.Drain(ctx, drainSpread)
	if err == nil {
		err = a.pages.Shutdown(ctx)
	}
	a.pages.Close()
	a.log.Info().Err(err).Msg("stopped")
}
