package doctor

import (
	"context"
	"net/http"
	"time"
)

// maxSkew is what the server allows for when it looks at the times in a token.
const maxSkew = 30 * time.Second

// checkClock compares the server's clock with the one of this machine: tokens and TURN credentials depend on it.
func (x *examination) checkClock(context.Context) {
	theirs, here := x.who.Time, x.who.at
	if theirs.IsZero() {
		parsed, err := http.ParseTime(x.front.header.Get("Date"))
		if err != nil {
			x.unchecked("the server does not tell the time")
			return
		}
		theirs, here = parsed, x.front.at
	}
	skew := theirs.Sub(here).Round(time.Second)
	if skew.Abs() <= maxSkew {
		x.ok(ClockOK, "The clocks of the server and of this machine agree.")
		return
	}
	direction := "ahead of"
	if skew < 0 {
		direction = "behind"
	}
	x.warn(ClockSkew, "Let both get the time by NTP. Tokens and TURN credentials are good for a limited time, and fail when clocks disagree.",
		"The server's clock is %v %s the one of this machine.", skew.Abs(), direction)
}
