package listen

import (
	"context"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/rs/zerolog"
)

// Supervisor tells systemd how the service is doing (sd_notify, Type=notify or notify-reload).
// Without a systemd that wants to know, it does nothing.
type Supervisor struct {
	log zerolog.Logger
}

// NewSupervisor returns a Supervisor that logs what it cannot tell.
func NewSupervisor(log zerolog.Logger) *Supervisor { return &Supervisor{log: log} }

// Ready says that the service has started, or has reloaded; status is one line for the
// operator.
func (s *Supervisor) Ready(status string) { s.notify(daemon.SdNotifyReady + "\nSTATUS=" + status) }

// Reloading says that the configuration is being read again. Ready must follow.
func (s *Supervisor) Reloading() {
	s.notify(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
}

// Stopping says that the service is on its way down.
func (s *Supervisor) Stopping() { s.notify(daemon.SdNotifyStopping + "\nSTATUS=draining") }

// Run feeds the watchdog, twice as often as it asks, as long as healthy finds nothing wrong, and returns when ctx ends.
// What is not healthy is asked again sooner: only what stays so for as long as the watchdog waits is restarted. Without a
// watchdog it waits for the end of ctx alone. It must not take long to ask.
func (s *Supervisor) Run(ctx context.Context, healthy func() error) {
	limit, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		s.log.Warn().Err(err).Msg("the watchdog is left alone")
	}
	if limit <= 0 {
		<-ctx.Done()
		return
	}
	watch(ctx, limit, healthy, func(err error) {
		if err == nil {
			s.notify(daemon.SdNotifyWatchdog)
		} else {
			s.log.Error().Err(err).Msg("unhealthy: the watchdog is not told to wait")
		}
	})
}

// watch tells what healthy says, until ctx ends.
func watch(ctx context.Context, limit time.Duration, healthy func() error, tell func(error)) {
	for {
		wait := limit / 2
		err := healthy()
		if err != nil {
			wait = limit / 10
		}
		tell(err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

func (s *Supervisor) notify(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		s.log.Warn().Err(err).Msg("cannot notify systemd")
	}
}
