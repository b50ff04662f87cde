package session

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// The date may be set, or the machine sleep, while timers know nothing of it.
func TestExpiryGoesByTheDate(t *testing.T) {
	const hour = time.Hour
	for name, c := range map[string]struct {
		good, jump time.Duration // for how long, and by how much the date jumps after a quarter of that
		min, max   time.Duration // when it must have ended, by the timers' clock
	}{
		"no jump":               {hour, 0, hour, hour},
		"shorter than a look":   {10 * time.Second, 0, 10 * time.Second, 10 * time.Second},
		"an hour forward":       {2 * hour, hour, hour, hour},
		"past the end":          {hour, 2 * hour, hour / 4, hour/4 + look},
		"an hour back":          {hour, -hour, 2 * hour, 2 * hour},
		"to the end, nearly":    {hour, 3*hour/4 - time.Second, hour / 4, hour/4 + look},
		"far back, for a while": {hour, -24 * hour, 25 * hour, 25 * hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var jump atomic.Int64
				begun, ended := time.Now(), time.Duration(-1)
				date := func() time.Time { return time.Now().Add(time.Duration(jump.Load())) }
				e := newExpiry(new(Server), date, begun.Add(c.good), func() { ended = time.Since(begun) }, nil)
				time.Sleep(c.good / 4)
				jump.Store(int64(c.jump))
				time.Sleep(48 * hour)
				synctest.Wait()
				if ended < c.min || ended > c.max {
					t.Errorf("ended after %v, want %v to %v", ended, c.min, c.max)
				}
				e.stop()
			})
		})
	}
}

func TestAStoppedExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newExpiry(new(Server), time.Now, time.Now().Add(time.Hour), func() { t.Error("ended") }, nil)
		time.Sleep(30*time.Minute + time.Second)
		e.stop()
		e.stop()
		time.Sleep(time.Hour)
		(*expiry)(nil).stop()
	})
}
