//go:build linux

package soak_test

import (
	"fmt"
	"sync"
	"time"

	"beckon/internal/testkit"
)

// rest lets everybody finish what they do, and looks whether all is as it must be.
func (s *soak) rest() {
	s.mu.Lock()
	close(s.resting)
	s.mu.Unlock()
	late := time.AfterFunc(2*testkit.Patience, func() { s.fault("somebody does not come to rest") })
	s.busy.Lock()
	defer s.busy.Unlock()
	late.Stop()
	s.mu.Lock()
	s.resting = make(chan struct{})
	s.mu.Unlock()
	if s.over() || !s.syncAll() {
		return
	}
	s.until("everybody is listed who is there, and nobody else, and knows the others", s.agree)
	if s.over() || !s.syncAll() {
		return
	}
	if err := s.model.rest(); err != nil {
		s.fault("%v", err)
	}
}

// restless is closed when all are to come to rest.
func (s *soak) restless() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.resting
}

// those returns the clients of the population.
func (s *soak) those() []*client {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*client(nil), s.clients...)
}

// syncAll waits until every client that is logged in has got all that was due to it; false if the run is over.
func (s *soak) syncAll() bool {
	var all sync.WaitGroup
	places := make(chan struct{}, 64)
	for _, c := range s.those() {
		if !c.here() {
			continue
		}
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			if err := c.sync(); err == errBroken && !s.over() {
				c.mu.Lock()
				c.fault("it has lost its connection at rest")
				c.mu.Unlock()
			}
		})
	}
	all.Wait()
	return !s.over()
}

// until waits until check finds nothing wrong.
func (s *soak) until(what string, check func() string) {
	const patience = testkit.Patience
	for deadline := time.Now().Add(patience); ; {
		wrong := check()
		if wrong == "" || s.over() {
			return
		}
		if time.Now().After(deadline) {
			s.fault("not within %v: %s: %s\nthe server's goroutines:\n%s", patience, what, wrong, s.server.stacks())
			return
		}
		if s.sleep(100*time.Millisecond) != nil {
			return
		}
	}
}

// agree says in what the server's list, the clients and what they know of each other are not one; empty if they are.
func (s *soak) agree() string {
	list, err := s.server.list()
	if err != nil {
		s.fault("the server does not list its users: %v", err)
		return ""
	}
	truth := map[string]map[string]string{} // names by id, by room
	for id, u := range list {
		if truth[u.Room] == nil {
			truth[u.Room] = map[string]string{}
		}
		truth[u.Room][id] = u.Name
	}
	for _, c := range s.those() {
		if wrong := c.agree(list, truth); wrong != "" {
			return wrong
		}
	}
	for _, u := range list {
		if u.Room == bedroom {
			continue
		}
		return fmt.Sprintf("the server lists %+v, who is not there", u)
	}
	return ""
}

// agree takes the client from the list and compares what it knows of its room with the truth.
func (c *client) agree(list map[string]listed, truth map[string]map[string]string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stay == nil {
		return ""
	}
	u, there := list[c.stay.id]
	if want := (listed{c.stay.id, c.stay.name, c.stay.at.room, c.dialect(), "connected"}); u != want {
		return fmt.Sprintf("%s is listed: %t, as %+v, want %+v", c, there, u, want)
	}
	delete(list, c.stay.id)
	if c.roster == nil {
		return ""
	}
	if differs := c.roster.differs(truth[u.Room], c.stay.id); differs != "" {
		return fmt.Sprintf("%s in %q is wrong: %s", c, u.Room, differs)
	}
	return ""
}
