package listen

import (
	"context"
	"crypto/x509"
	"sync"
	"time"
)

// overdue finds certificates that should have been renewed by now, and were not because the date has changed by more than
// the time that has passed: someone has set the clock, as a machine without one of its own does after its start, or the
// machine has slept. Renewal is a matter of dates, and the timer for it, which runs by another clock, was set by the old date.
type overdue struct {
	clock clock // static

	mu      sync.Mutex
	renewal map[string]time.Time // by domain, the date by which its certificate is renewed where nothing is wrong; guarded by mu
}

// clock knows the date, and how much time passes whatever becomes of the date.
type clock struct {
	date    func() time.Time
	elapsed func() time.Duration
	look    time.Duration // how often the two are compared, and by how much they may differ
}

func systemClock() clock {
	begun := time.Now()
	return clock{
		date:    func() time.Time { return time.Now().Round(0) },
		elapsed: func() time.Duration { return time.Since(begun) },
		look:    time.Minute,
	}
}

func newOverdue(c clock) *overdue { return &overdue{clock: c, renewal: make(map[string]time.Time)} }

// longestJitter is how long autocert may wait beyond the date from which a certificate is to be renewed, and how often
// what is overdue is told of.
const longestJitter = time.Hour

// have notes a certificate: autocert renews it when a third of its time is left, or 30 days.
func (o *overdue) have(domain string, leaf *x509.Certificate) {
	const longestThreshold = 30 * 24 * time.Hour
	o.mu.Lock()
	defer o.mu.Unlock()
	threshold := min(leaf.NotAfter.Sub(leaf.NotBefore)/3, longestThreshold)
	o.renewal[domain] = leaf.NotAfter.Add(longestJitter - threshold)
}

// run calls renew when a certificate is overdue because the clock was set, until ctx ends.
func (o *overdue) run(ctx context.Context, renew func()) {
	ticker := time.NewTicker(o.clock.look)
	defer ticker.Stop()
	for wasSet := false; ; {
		date, elapsed := o.clock.date(), o.clock.elapsed()
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := o.clock.date()
		differ := now.Sub(date) - (o.clock.elapsed() - elapsed)
		wasSet = wasSet || differ.Abs() >= o.clock.look
		if wasSet && o.take(now) {
			wasSet = false
			renew()
		}
	}
}

// take tells whether something is overdue, and not again within an hour: who has not got a certificate then tries by itself.
func (o *overdue) take(now time.Time) (some bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for domain, date := range o.renewal {
		if now.After(date) {
			o.renewal[domain] = now.Add(longestJitter)
			some = true
		}
	}
	return some
}
