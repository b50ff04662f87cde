//go:build linux

package soak_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// population is how many are there.
type population struct {
	pairs, fives int           // rooms of two, and of about five
	crowd        int           // users of the one large room
	sleepers     int           // who do nothing
	within       time.Duration // after which the last of them begins to come
}

func (s *soak) populate(p population) {
	for i := range p.pairs {
		s.people.Go(newPair(s, i).live)
	}
	var rooms []string
	for i := range p.fives {
		rooms = append(rooms, fmt.Sprint("Five ", i))
	}
	const each = 5
	for i := range p.fives * each {
		c := s.newClient(fmt.Sprint("Fay ", i), ofFives+uint64(i))
		c.proxied = i%3 == 0
		s.settleIn(&person{client: c, rooms: rooms, home: rooms[i/each], tempo: 100 * time.Millisecond, start: p.within / 5})
	}
	var crowd []*person
	for i := range p.crowd {
		c := s.newClient(fmt.Sprint("Cleo ", i), ofCrowd+uint64(i))
		c.presence, c.proxied = i%16 == 0, i%16 == 1
		name := func(i int) string { return fmt.Sprint("Cleo ", i) }
		one := &person{client: c, home: "Crowd", tempo: 30 * time.Second, start: p.within}
		one.others = func() string { return name(c.chance.IntN(p.crowd)) }
		crowd = append(crowd, one)
		s.settleIn(one)
	}
	s.people.Go(func() { s.gusts(crowd) })
	for i := range p.sleepers {
		s.people.Go(func() { s.sleeper(i) })
	}
	s.people.Go(s.watchTime)
}

// newClient is one that decides by a stream of chance. It has yet to connect.
func (s *soak) newClient(name string, stream uint64) *client {
	c := &client{will: s.newWill(stream), name: name}
	c.v1, c.presence = c.chance.IntN(2) == 0, c.chance.IntN(8) > 0
	return c
}

// person is a client who does something now and then, and is in a room otherwise. What it does is for one goroutine at
// a time: that which holds turn.
type person struct {
	*client
	home   string        // the room it wants to be in
	rooms  []string      // to which it may change
	others func() string // a name of somebody who may be in the room; nil to look who is there
	tempo  time.Duration // between two acts, on average
	start  time.Duration // within which it comes at first
}

// settleIn lets a person live.
func (s *soak) settleIn(p *person) {
	s.mu.Lock()
	s.clients = append(s.clients, p.client)
	s.mu.Unlock()
	s.people.Go(p.live)
}

// live acts until all are to leave.
func (p *person) live() {
	pause := time.Duration(p.chance.Int64N(int64(p.start)))
	for p.soak.pause(pause) && p.soak.enter() {
		p.turn.Lock()
		err := p.back()
		if err == nil && p.here() {
			err = acts.pick(p.chance)(p)
		}
		if err == errBroken && !p.soak.draining.Load() {
			err = p.back()
		}
		pause = time.Duration(p.chance.ExpFloat64() * float64(p.tempo))
		p.turn.Unlock()
		p.soak.exit()
		if err == errOver || p.soak.draining.Load() && !p.here() {
			return
		}
	}
	p.goHome()
}

// pause waits; false if all are to leave, or the run is over.
func (s *soak) pause(d time.Duration) bool {
	s.mu.Lock()
	leave := s.leave
	s.mu.Unlock()
	if s.sleepOr(d, leave) != nil {
		return false
	}
	select {
	case <-leave:
		return false
	default:
		return true
	}
}

// enter begins an act; false if the run is over.
func (s *soak) enter() bool {
	if !s.places.take(s.ctx) {
		return false
	}
	s.busy.RLock()
	return true
}

// exit ends an act.
func (s *soak) exit() {
	s.busy.RUnlock()
	s.places.leave()
}

// goHome leaves for good.
func (p *person) goHome() {
	if !p.soak.enter() {
		return
	}
	defer p.soak.exit()
	p.turn.Lock()
	defer p.turn.Unlock()
	if p.here() && p.depart([]int{normal, goingAway, none}[p.chance.IntN(3)]) == nil {
		return
	}
	p.giveUp()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forsake()
}

// back sees to it that the person is in a room, if its name is free before all are to come to rest.
func (p *person) back() error {
	for !p.here() {
		err := p.oneWayBack()
		if err == errOver || err == errBroken && p.soak.draining.Load() {
			return err
		}
		if p.here() {
			break
		}
		if err := p.nap(p.between(10*time.Millisecond, 100*time.Millisecond)); err != nil {
			return err
		}
		select {
		case <-p.soak.restless():
			return nil
		default:
		}
	}
	return nil
}

func (p *person) oneWayBack() error {
	p.mu.Lock()
	dead := p.conn != nil && (p.conn.code != 0 || p.conn.farewell != 0 || p.leaving)
	p.mu.Unlock()
	if dead {
		p.giveUp()
	}
	p.mu.Lock()
	connected, session := p.conn != nil, p.session != ""
	if session && p.chance.IntN(10) == 0 {
		p.forsake()
		session = false
	}
	p.mu.Unlock()
	if session {
		_, err := p.resume()
		return err
	}
	if !connected {
		if err := p.open(); err != nil {
			return err
		}
	}
	_, err := p.enter(p.home)
	return err
}

// somebody is a name to talk to, most likely one of the room, in some spelling.
func (p *person) somebody() string {
	name := "Nobody"
	switch {
	case p.chance.IntN(12) == 0:
	case p.others != nil:
		name = p.others()
	default:
		p.mu.Lock()
		var there []string
		if p.roster != nil {
			for _, n := range p.roster.names {
				there = append(there, n)
			}
		}
		p.mu.Unlock()
		slices.Sort(there)
		there = append(there, p.name)
		name = there[p.chance.IntN(len(there))]
	}
	switch p.chance.IntN(3) {
	case 0:
		return strings.ToUpper(name)
	case 1:
		return strings.ToLower(name)
	default:
		return name
	}
}

// gusts lets many of the crowd come and go at once, now and then.
func (s *soak) gusts(crowd []*person) {
	const many = 50
	whose := s.newWill(ofGusts)
	for s.pause(whose.between(2*time.Second, 8*time.Second)) {
		var all sync.WaitGroup
		first := whose.chance.IntN(max(1, len(crowd)-many))
		for _, p := range crowd[first:min(len(crowd), first+many)] {
			all.Go(func() {
				if !s.enter() {
					return
				}
				defer s.exit()
				p.turn.Lock()
				defer p.turn.Unlock()
				if p.here() && p.changeRooms() == errBroken {
					p.back()
				}
			})
		}
		all.Wait()
	}
}
