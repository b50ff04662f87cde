// Package logflood keeps a log readable, and cheap, while much happens at once: of each kind of line so many are
// written per second, and of the rest how many there were.
package logflood

import (
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// Limit returns log with at most perSecond lines in a second; 0 is no limit. Lines are of one kind where they
// are logged through one Limit. What is left out is counted, and told once a second as a warning that names the kind.
func Limit(log zerolog.Logger, kind string, perSecond int) zerolog.Logger {
	if perSecond == 0 {
		return log
	}
	return log.Sample(&limit{kind: kind, perSecond: perSecond, log: log})
}

// limit is a zerolog.Sampler, which zerolog asks before a line costs anything.
type limit struct {
	// Static.

	kind      string
	perSecond int
	log       zerolog.Logger // without the limit

	mu      sync.Mutex
	begun   time.Time // the second that is counted; guarded by mu
	written int       // in that second; guarded by mu
	leftOut int       // and not yet told; guarded by mu
}

// Sample is zerolog.Sampler.
func (l *limit) Sample(zerolog.Level) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Sub(l.begun) >= time.Second {
		l.begun, l.written = now, 0
	}
	if l.written < l.perSecond {
		l.written++
		return true
	}
	if l.leftOut == 0 {
		time.AfterFunc(l.begun.Add(time.Second).Sub(now), l.tell)
	}
	l.leftOut++
	return false
}

// tell says how many lines were left out.
func (l *limit) tell() {
	l.log.Warn().Str("of", l.kind).Int("lines", l.take()).Msg("too many log lines of a kind: some were left out")
}

// take is how many lines were left out and not yet told.
func (l *limit) take() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.leftOut
	l.leftOut = 0
	return n
}

var _ zerolog.Sampler = (*limit)(nil)
