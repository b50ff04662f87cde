//go:build linux

package attack_test

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// newcomers are users who come, log in and leave, one after the other, while an attack goes on.
type newcomers struct {
	at   Target
	full bool // whether the server is so full that it may refuse them
	stop chan struct{}
	done sync.WaitGroup

	seen Newcomers // owned by come until done
	err  error     // likewise
}

// Newcomers is how they fared.
type Newcomers struct {
	In, Refused int
	Slowest     time.Duration // from the first packet to the login
}

func newNewcomers(at Target, full bool) *newcomers {
	n := &newcomers{at: at, full: full, stop: make(chan struct{})}
	n.done.Go(n.come)
	return n
}

func (n *newcomers) come() {
	for n.err == nil {
		begun := time.Now()
		u, err := arrive(n.at, healthyAddress(3), guest{name: "new", room: "hall", v1: n.seen.In%2 == 0})
		if no := (refusal{}); n.full && errors.As(err, &no) {
			n.seen.Refused++
		} else if err == nil {
			n.seen.In++
			n.seen.Slowest = max(n.seen.Slowest, time.Since(begun))
			n.err = u.depart()
		} else {
			n.err = fmt.Errorf("after %v: %w", time.Since(begun).Round(time.Millisecond), err)
		}
		select {
		case <-n.stop:
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (n *newcomers) finish() (Newcomers, error) {
	close(n.stop)
	n.done.Wait()
	return n.seen, n.err
}
