//go:build linux

package soak_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// How an act of a client ends early.
var (
	errOver   = errors.New("the run is over")
	errBroken = errors.New("the connection is gone, as it may be")
)

// verdict is the first fault that anybody finds. It ends the run. Its methods may be called from any goroutine.
type verdict struct {
	ctx context.Context // ends with the run
	end context.CancelFunc

	mu    sync.Mutex
	first string    // guarded by mu
	found time.Time // guarded by mu
}

// newVerdict is that of a run that ends with ctx, if not before.
func newVerdict(ctx context.Context) *verdict {
	v := &verdict{}
	v.ctx, v.end = context.WithCancel(ctx)
	return v
}

// fault says what is wrong; only the first counts, what comes behind it may be its consequence.
func (v *verdict) fault(format string, args ...any) {
	v.mu.Lock()
	if v.first == "" && v.ctx.Err() == nil {
		v.found = time.Now()
		v.first = v.found.Format("15:04:05.000000 ") + fmt.Sprintf(format, args...)
	}
	v.mu.Unlock()
	v.end()
}

// said is the fault, empty if there was none, and when it was found.
func (v *verdict) said() (fault string, at time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.first, v.found
}

func (v *verdict) over() bool { return v.ctx.Err() != nil }

// sleep waits, or returns errOver when the run ends first.
func (v *verdict) sleep(d time.Duration) error { return v.sleepOr(d, nil) }

// sleepOr is sleep that ends early, too, when a channel is closed.
func (v *verdict) sleepOr(d time.Duration, early <-chan struct{}) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-early:
	case <-v.ctx.Done():
	}
	if v.over() {
		return errOver
	}
	return nil
}
