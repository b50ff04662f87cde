package logflood

import (
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// Seldom returns log with at most one line in an interval, for what the operator has to be told of, and what happens
// again and again until something is done. The rest is left out, and not counted.
func Seldom(log zerolog.Logger, interval time.Duration) zerolog.Logger {
	return log.Sample(&seldom{interval: interval})
}

// seldom is a zerolog.Sampler.
type seldom struct {
	interval time.Duration // static

	mu   sync.Mutex
	last time.Time // when a line was let through; guarded by mu
}

// Sample is zerolog.Sampler.
func (s *seldom) Sample(zerolog.Level) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if !s.last.IsZero() && now.Sub(s.last) < s.interval {
		return false
	}
	s.last = now
	return true
}

var _ zerolog.Sampler = (*seldom)(nil)
