//go:build linux

package attack_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// interval is from one round trip of a healthy pair to the next.
const interval = 5 * time.Millisecond

// pair is two healthy users, the caller in the plain dialect and the callee in beckon.v1. The caller sends an offer
// and a candidate and waits for an answer and a candidate, again and again. All are numbered.
type pair struct {
	caller, callee *user
	stop           atomic.Bool
	done           sync.WaitGroup
	callerErr      error // owned by the goroutines until done
	calleeErr      error

	trips []Trip // owned by call until done
}

// Trip is one round trip: from an offer to its answer.
type Trip struct {
	Begun time.Time
	Took  time.Duration
}

// newPair logs two users in and lets them talk. busy says that others come and go in their room.
func newPair(at Target, room string, busy bool) (*pair, error) {
	p := new(pair)
	var err error
	if p.caller, err = arrive(at, healthyAddress(1), guest{name: "ana", room: room, busy: busy}); err != nil {
		return nil, err
	}
	if p.callee, err = arrive(at, healthyAddress(2), guest{name: "ben", room: room, busy: busy, v1: true}); err != nil {
		p.caller.ws.Close()
		return nil, err
	}
	p.done.Go(func() { p.callerErr = p.call() })
	p.done.Go(func() { p.calleeErr = p.answer() })
	return p, nil
}

// call is what the caller does until it is told to stop: then it hangs up and logs out.
func (p *pair) call() error {
	for !p.stop.Load() {
		begun := time.Now()
		if err := p.caller.say("offer", "candidate"); err != nil {
			return err
		}
		if err := p.caller.hear("answer"); err != nil {
			return err
		}
		took := time.Since(begun)
		if err := p.caller.hear("candidate"); err != nil {
			return err
		}
		p.trips = append(p.trips, Trip{begun, took})
		time.Sleep(interval - took)
	}
	if err := p.caller.say("leave"); err != nil {
		return err
	}
	return p.caller.depart()
}

// answer is what the callee does until the caller hangs up.
func (p *pair) answer() error {
	for {
		kind, err := p.callee.next()
		switch {
		case err != nil:
			return err
		case kind == "leave":
			return p.callee.depart()
		case kind != "offer":
			return fmt.Errorf("%s: got %q, want an offer", p.callee.name, kind)
		}
		if err := p.callee.say("answer"); err != nil {
			return err
		}
		if err := p.callee.hear("candidate"); err != nil {
			return err
		}
		if err := p.callee.say("candidate"); err != nil {
			return err
		}
	}
}

// finish ends the conversation and tells what went wrong in it.
func (p *pair) finish() error {
	p.stop.Store(true)
	p.done.Wait()
	if p.callerErr != nil {
		return p.callerErr
	}
	return p.calleeErr
}

// alone tells whether each of the two knows of the other and of nobody else.
func (p *pair) alone() bool { return p.caller.knows.Load() == 1 && p.callee.knows.Load() == 1 }

// latencies are sorted.
type latencies []time.Duration

// between returns how long the round trips took that began in a span of time.
func between(trips []Trip, from, to time.Time) latencies {
	var l latencies
	for _, trip := range trips {
		if trip.Begun.Before(from) || !trip.Begun.Before(to) {
			continue
		}
		// A user who waits sends nothing meanwhile: what would have been sent counts as late as it would have been.
		for took := trip.Took; took > 0; took -= interval {
			l = append(l, took)
		}
	}
	slices.Sort(l)
	return l
}

func (l latencies) at(share float64) time.Duration {
	if len(l) == 0 {
		return 0
	}
	return l[min(len(l)-1, int(share*float64(len(l))))]
}

func (l latencies) String() string {
	return fmt.Sprintf("p50 %s p99 %s max %s", brief(l.at(0.5)), brief(l.at(0.99)), brief(l.at(1)))
}

// brief is a duration in milliseconds.
func brief(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
