package session

import (
	"github.com/rs/zerolog"

	"beckon/internal/logflood"
)

// logs are the loggers of what happens to every client, each with a limit of its own.
type logs struct {
	connect, login, slowed, disconnect, end zerolog.Logger
}

func newLogs(log zerolog.Logger, perSecond int) logs {
	return logs{
		connect:    logflood.Limit(log, "connect", perSecond),
		login:      logflood.Limit(log, "login", perSecond),
		slowed:     logflood.Limit(log, "login slowed", perSecond),
		disconnect: logflood.Limit(log, "disconnect", perSecond),
		end:        logflood.Limit(log, "session end", perSecond),
	}
}
