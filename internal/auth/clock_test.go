package auth

import (
	"testing"
	"time"
)

// What a token is good for is a matter of dates, and of the date that it is now: a clock that is set decides at once,
// and leaves nothing behind when it is set right again.
func TestTheClockIsSet(t *testing.T) {
	v := newHS256(t, Options{})
	begun := time.Now()
	minutes := func(n time.Duration) int64 { return begun.Add(n * time.Minute).Unix() }
	halfAnHour := hs(fields{"exp": minutes(30)})
	issued := hs(fields{"exp": minutes(30), "iat": minutes(-1)})
	begins := hs(fields{"exp": minutes(30), "nbf": minutes(-1)})
	expired := hs(fields{"exp": minutes(-10)})
	for _, setting := range []struct {
		ahead                               time.Duration
		halfAnHour, issued, begins, expired Reason // 0 for none
	}{
		{0, 0, 0, 0, Expired},
		{time.Hour, Expired, Expired, Expired, Expired},
		{0, 0, 0, 0, Expired},
		{-time.Hour, 0, NotYet, NotYet, 0},
		{0, 0, 0, 0, Expired},
	} {
		v.now = func() time.Time { return begun.Add(setting.ahead) }
		for token, want := range map[string]Reason{
			halfAnHour: setting.halfAnHour, issued: setting.issued, begins: setting.begins, expired: setting.expired,
		} {
			if want != 0 {
				refuse(t, v, token, want)
			} else if until := accept(t, v, token).Expires; until.Before(v.now()) {
				t.Errorf("%v ahead: good until %v, which is over", setting.ahead, until)
			}
		}
	}
}
