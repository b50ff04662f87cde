//go:build linux

package soak_test

import (
	"fmt"
	"time"
)

// How much more than at the beginning the server may have in the end: pools and maps that have grown.
const (
	moreGoroutines = 20
	moreHeap       = 5 << 19 // bytes: two and a half MiB
)

// baseline is what the server has when some have come and gone, and nobody is there.
func (s *soak) baseline() reading {
	for i := range 20 {
		c := s.newClient(fmt.Sprint("Early ", i), uint64(i))
		if s.step(c.open()) && s.step(c.come("early")) && s.step(c.sync()) {
			s.step(c.depart(normal))
		}
	}
	r, err := s.server.settled()
	if err != nil {
		s.fault("%v", err)
	}
	return r
}

// step tells whether something that must succeed has.
func (s *soak) step(err error) bool {
	if err != nil && !s.over() {
		s.fault("%v", err)
	}
	return err == nil
}

// come is enter where the name is free for certain.
func (c *client) come(room string) error {
	free, err := c.enter(room)
	if err == nil && !free {
		err = fmt.Errorf("%s: the name is taken", c)
	}
	return err
}

// empty lets everybody leave.
func (s *soak) empty() {
	s.mu.Lock()
	close(s.leave)
	s.mu.Unlock()
	s.people.Wait()
	s.mu.Lock()
	s.leave, s.clients = make(chan struct{}), nil
	s.mu.Unlock()
}

// compare looks whether anything has stayed behind in the server when all have left.
func (s *soak) compare(before reading) {
	s.until("nothing is left in the server", func() string {
		now, err := s.server.settled()
		if err != nil {
			return err.Error()
		}
		for _, name := range []string{users, rooms, waiting, connections} {
			if now[name] != 0 {
				return fmt.Sprintf("%s is %v", name, now[name])
			}
		}
		if list, err := s.server.list(); err != nil || len(list) > 0 {
			return fmt.Sprint("users are listed: ", list, err)
		}
		routines, heap := now[goroutines]-before[goroutines], now[heapLive]-before[heapLive]
		if routines > moreGoroutines || heap > moreHeap {
			return fmt.Sprintf("there are %v goroutines and %v KiB of heap more than in the beginning", routines, int(heap)>>10)
		}
		s.results = append(s.results, fmt.Sprintf("when all have left, the server has %v goroutines and %v KiB of heap more than in the beginning",
			routines, int(heap)>>10))
		return ""
	})
}

// drain tells the server to stop in the midst of it all.
func (s *soak) drain() {
	const whole = (10 + 2) * time.Second // as promised, and for the race detector
	if s.over() {
		return
	}
	s.draining.Store(true)
	begun := time.Now()
	if err := s.server.stop(whole); err != nil {
		s.fault("after SIGTERM and %v: %v\nthe server's goroutines:\n%s", time.Since(begun), err, s.server.stacks())
	}
	s.results = append(s.results, fmt.Sprintf("the server has ended within %v of being told to, and has told %d clients",
		time.Since(begun).Round(time.Millisecond), s.restarts.Load()))
}

// shortLives starts other servers, one after the other, and stops them while a few people use them.
func (s *soak) shortLives() {
	whose := s.newWill(ofLives)
	few := population{pairs: 10, fives: 2, crowd: 20, within: 300 * time.Millisecond}
	for !s.over() {
		life, err := newSoak(s.ctx, s.path, whose.chance.Uint64())
		if err != nil {
			s.fault("another server: %v", err)
			return
		}
		life.populate(few)
		life.sleep(whose.between(few.within, 3*time.Second))
		life.drain()
		if fault := life.finish(); fault != "" {
			s.fault("at another server: %s", fault)
		}
		s.sleep(whose.between(0, 10*time.Second))
	}
}
