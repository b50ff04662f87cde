//go:build linux

package soak_test

import (
	"math/rand/v2"
	"time"
)

// Streams of chance, so that each of the population decides on its own.
const (
	ofPairs = iota << 32
	ofFives
	ofCrowd
	ofSleepers
	ofGusts
	ofLives
)

// will decides by a stream of chance, and takes its time. It is for one goroutine at a time.
type will struct {
	soak   *soak
	chance *rand.Rand
}

func (s *soak) newWill(stream uint64) will {
	return will{soak: s, chance: rand.New(rand.NewPCG(s.seed, stream))}
}

// between is a duration of at least one, and less than another.
func (w will) between(least, most time.Duration) time.Duration {
	return least + time.Duration(w.chance.Int64N(int64(most-least)))
}

// nap is a pause within an act. It ends early when all are to come to rest.
func (w will) nap(d time.Duration) error { return w.soak.sleepOr(d, w.soak.restless()) }

// idle is a longer nap, during which somebody else may act.
func (w will) idle(d time.Duration) error { return w.aside(func() error { return w.nap(d) }) }

// aside does something that takes long and little, so that somebody else may act meanwhile.
func (w will) aside(do func() error) error {
	w.soak.places.leave()
	defer w.soak.places.force()
	return do()
}
