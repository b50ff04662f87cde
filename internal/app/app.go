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

	"beckon/internal/config"
	"beckon/internal/httpd"
	"beckon/internal/hub"
	"beckon/internal/ice"
	"beckon/internal/protocol"
	"beckon/internal/replay"
	"beckon/internal/session"
	"beckon/internal/wsconn"
	"beckon/web"
)

// The schedule of a stop. All of it together is the time within which the process promises to end.
const (
	drainSpread  = 3 * time.Second // the close frames are spread over this at most
	closeTimeout = 5 * time.Second // for a client to close its side after a close frame
	drainTimeout = 9 * time.Second // then whoever remains is cut
)

// App is one server.
type App struct {
	log      zerolog.Logger
	hub      *hub.Hub
	sockets  *wsconn.Server
	http     *http.Server
	draining atomic.Bool
}

// New builds a server from a checked configuration. It starts nothing.
func New(cfg config.Config, log zerolog.Logger) (*App, error) {
	a := &App{log: log}
	for _, server := range cfg.ICEServers {
		if server.LacksCredentials() {
			log.Warn().Stringer("server", server).Msg("browsers use no TURN server without credentials: write turn:USER:SECRET@HOST:PORT")
		}
	}
	a.hub = hub.New(hub.Options{
		MaxUsers:     cfg.MaxUsers,
		MaxRoomUsers: cfg.MaxRoomUsers,
		NewID:        uuid.NewString,
	})
	dialect := session.NewServer(session.Options{
		Hub:          a.hub,
		ICE:          ice.NewStatic(cfg.ICEServers),
		LoginTimeout: cfg.LoginTimeout,
		ResumeWindow: 15 * time.Second,
		Backlog:      replay.Limits{Bytes: 256 << 10, Frames: 1024},
		Log:          log,
	})
	a.sockets = wsconn.NewServer(wsconn.Options{
		MaxMessageBytes: int64(cfg.MaxMessageBytes),
		OutboxBytes:     cfg.OutboxBytes,
		OutboxMessages:  cfg.OutboxMessages,
		PingInterval:    cfg.PingInterval,
		PongTimeout:     cfg.PongTimeout,
		WriteTimeout:    cfg.WriteTimeout,
		CloseTimeout:    closeTimeout,
		MaxConnections:  cfg.MaxConnections,
		AllowedOrigins:  cfg.AllowedOrigins,
	}, wsconn.Dialects{"": dialect.AcceptPlain, protocol.Subprotocol: dialect.AcceptV1})
	handler, err := httpd.New(httpd.Options{
		Files:     web.Files(),
		WebSocket: a.sockets,
		Ready:     func() bool { return !a.draining.Load() },
		Logger:    log,
	})
	if err != nil {
		return nil, err
	}
	a.http = httpd.NewServer(handler, log)
	return a, nil
}

// Serve takes connections from ln until ctx ends, then drains: no new sockets, a close frame to each client,
// and back within 10 seconds. It returns nil after a drain, also after one that had to cut clients off, and
// an error if ln failed. All goroutines have ended when it returns. It is called once and closes ln.
func (a *App) Serve(ctx context.Context, ln net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- a.http.Serve(ln) }()
	select {
	case err := <-failed:
		a.drain()
		return err
	case <-ctx.Done():
		a.drain()
		<-failed
		return nil
	}
}

// drain stops the server; see Serve. The listener stays open until the last client is told, so that whoever
// asks /readyz meanwhile gets an answer.
func (a *App) drain() {
	a.draining.Store(true)
	a.log.Info().Int("connections", a.sockets.Len()).Msg("draining")
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	a.hub.Quiet()
	err := a.sockets.Drain(ctx, drainSpread)
	if err == nil {
		err = a.http.Shutdown(ctx)
	}
	a.http.Close()
	a.log.Info().Err(err).Msg("stopped")
}
