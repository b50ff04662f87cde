package session

import (
	"github.com/rs/zerolog"

	"beckon/internal/logflood"
	"beckon/internal/name"
	"beckon/internal/protocol"
)

// logs are the loggers of what happens to every client, each with a limit of its own.
type logs struct {
	connect, login, failure, slowed, disconnect, end zerolog.Logger
}

func newLogs(log zerolog.Logger, perSecond int) logs {
	return logs{
		connect:    logflood.Limit(log, "connect", perSecond),
		login:      logflood.Limit(log, "login", perSecond),
		failure:    logflood.Limit(log, "login failed", perSecond),
		slowed:     logflood.Limit(log, "login slowed", perSecond),
		disconnect: logflood.Limit(log, "disconnect", perSecond),
		end:        logflood.Limit(log, "session end", perSecond),
	}
}

// logFailure says why a login failed: the code, and in words what is wrong with a token, of which the words hold nothing.
// The name that was asked for is there if it is one, and so not long.
func (c *conversation) logFailure(m protocol.Message, err *protocol.Error) {
	event := c.log(c.server.logs.failure.Info())
	if event == nil {
		return
	}
	if user, bad := name.Parse(string(m.Name)); bad == nil && c.member == nil {
		event.Str("user", user.Display())
	}
	event.Str("error", string(err.Code))
	if err.Code == protocol.Unauthorized {
		event.Str("reason", err.Message)
	}
	event.Msg("login failed")
}
