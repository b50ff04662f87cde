package app

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/rs/zerolog"

	"beckon/internal/config"
	"beckon/internal/listen"
)

// reloader changes the server while it runs. It belongs to the goroutine that calls run.
type reloader struct {
	app     *App
	open    *listen.Set
	input   config.Input
	running config.Config    // what is in force
	asked   <-chan os.Signal // a value for each reload
}

// run reloads whenever it is asked to, until ctx ends.
func (r *reloader) run(ctx context.Context, supervisor *listen.Supervisor, status string) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.asked:
		}
		supervisor.Reloading()
		r.reload()
		supervisor.Ready(status)
	}
}

// reload reads settings, certificates and keys anew. A configuration that is wrong anywhere changes nothing at all;
// of the other files, one that cannot be used leaves what was read from it before in use.
func (r *reloader) reload() {
	log := r.app.log
	next, err := r.input.Load(io.Discard)
	if err != nil {
		log.Error().Err(err).Msg("reload failed: nothing has changed")
		return
	}
	again, err := r.readAgain()
	now := reloaded(r.running, next)
	waiting := config.Changed(now, next)
	if fault := r.app.ice.use(now); fault != nil {
		err = errors.Join(err, fault)
		now.WebRTC = r.running.WebRTC
	} else if now.TURNSecretFile != "" {
		again = append(again, "turn-secret-file")
	}
	changed := config.Changed(r.running, now)
	r.running = now
	r.app.apply(now)
	if overridden := r.input.Overridden(); len(overridden) > 0 {
		log.Info().Strs("overridden", overridden).Msg("settings of the file have no effect, since a flag or a variable sets them")
	}
	if len(waiting) > 0 {
		log.Warn().Strs("settings", waiting).Msg("settings have changed that need a restart")
	}
	if err != nil {
		log.Error().Err(err).Strs("changed", changed).Strs("read", again).Msg("reload failed in part: what could not be read is as it was")
	} else {
		log.Info().Strs("changed", changed).Strs("read", again).Msg("reloaded")
	}
	if len(changed) > 0 {
		warn(now, log)
		compareFiles(now, log)
	}
}

// readAgain reads certificates and keys anew, and returns the settings that name those which could be read, if their
// values are the same or not.
func (r *reloader) readAgain() (again []string, err error) {
	certificates, tokens := r.open.Reload(), r.app.reloadTokens(r.running)
	for _, file := range []struct {
		flag, path string
		err        error
	}{
		{"tls-cert", r.running.TLSCert, certificates}, {"tls-key", r.running.TLSKey, certificates},
		{"auth-jwt-secret-file", r.running.AuthJWTSecretFile, tokens}, {"auth-jwks-file", r.running.AuthJWKSFile, tokens},
	} {
		if file.path != "" && file.err == nil {
			again = append(again, file.flag)
		}
	}
	return again, errors.Join(certificates, tokens)
}

// reloaded returns the running configuration with those of the next one's settings that can change in a running
// server; the page in package config lists them. What users are told of TURN servers has to go with the one built in, which cannot.
func reloaded(running, next config.Config) config.Config {
	running.LogLevel = next.LogLevel
	running.AllowedOrigins, running.AllowedHosts = next.AllowedOrigins, next.AllowedHosts
	if running.TURN == next.TURN {
		running.WebRTC = next.WebRTC
	}
	running.MaxConnections = next.MaxConnections
	running.MaxConnectionsPerIP = next.MaxConnectionsPerIP
	running.HandshakesPerSecondPerIP = next.HandshakesPerSecondPerIP
	running.LoginsPerSecondPerIP = next.LoginsPerSecondPerIP
	running.MaxUsers, running.MaxRooms, running.MaxRoomUsers = next.MaxUsers, next.MaxRooms, next.MaxRoomUsers
	return running
}

// apply puts such settings, but for the ICE servers, in force.
func (a *App) apply(cfg config.Config) {
	setLogLevel(cfg)
	a.sockets.AllowOrigins(cfg.AllowedOrigins)
	a.hosts.Allow(cfg.AllowedHosts)
	a.gate.SetLimits(limits(cfg))
	a.local.SetLimits(localLimits(cfg))
	a.hub.SetBounds(hubBounds(cfg))
}

// setLogLevel sets the level of the process, whose one log is its standard error: a logger's own level is for good.
func setLogLevel(cfg config.Config) {
	level, err := zerolog.ParseLevel(cfg.LogLevel)
	if err != nil {
		level = zerolog.InfoLevel
	}
	zerolog.SetGlobalLevel(level)
}
