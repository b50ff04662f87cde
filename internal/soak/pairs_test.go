//go:build linux

package soak_test

import (
	"fmt"
	"sync"
	"time"

	"beckon/internal/testkit"
)

// pair is a room in which two meet again and again, and part.
type pair struct {
	will
	number int
	rooms  int // how many there were: one is used until somebody may linger there
	scenes int
}

func newPair(s *soak, number int) *pair {
	return &pair{will: s.newWill(ofPairs + uint64(number)), number: number}
}

func (p *pair) live() {
	for p.soak.pause(p.between(0, 800*time.Millisecond)) {
		if !p.soak.enter() {
			return
		}
		err := p.scene()
		p.soak.exit()
		if err == errOver || err == errBroken && p.soak.draining.Load() {
			return
		}
	}
}

func (p *pair) scene() error {
	p.scenes++
	a, b := p.somebody("Ana"), p.somebody("Ben")
	defer p.clear(a, b)
	switch p.chance.IntN(10) {
	case 0:
		return p.overstay(a, b)
	case 1:
		return p.follow(a, b)
	case 2:
		if p.chance.IntN(3) == 0 {
			return p.deafen(a, b)
		}
	}
	return p.meet(a, b)
}

func (p *pair) somebody(name string) *client {
	c := p.soak.newClient(fmt.Sprintf("%s %d.%d", name, p.number, p.scenes%3), p.chance.Uint64())
	c.proxied = p.chance.IntN(8) == 0
	return c
}

func (p *pair) room() string { return fmt.Sprintf("Pair %d.%d", p.number, p.rooms) }

// clear lets go of who is still there.
func (p *pair) clear(both ...*client) {
	for _, c := range both {
		c.giveUp()
		c.mu.Lock()
		if c.stay != nil {
			p.rooms++
		}
		c.forsake()
		c.mu.Unlock()
	}
}

// gap is a time around which things happen in the server: none, or that for which it holds presence back.
func (p *pair) gap() time.Duration {
	const plain, v1 = 20 * time.Millisecond, 100 * time.Millisecond
	switch p.chance.IntN(8) {
	case 0:
		return 0
	case 1:
		return p.between(0, 2*plain)
	case 2:
		return p.between(v1-3*time.Millisecond, v1+3*time.Millisecond)
	default:
		return p.between(plain-2*time.Millisecond, plain+2*time.Millisecond)
	}
}

// each does steps one after the other, until one fails.
func each(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (p *pair) wait() error { return p.nap(p.gap()) }

// meet lets both come and go, several times on the same connections, and then end these.
func (p *pair) meet(a, b *client) error {
	if err := each(a.open, b.open); err != nil {
		return err
	}
	for range 1 + p.chance.IntN(4) {
		if err := each(func() error { return p.enterBoth(a, b) }, func() error { return p.chat(a, b) }, p.wait); err != nil {
			return err
		}
		if p.chance.IntN(2) == 0 {
			a, b = b, a
		}
		if err := p.leaveBoth(a, b); err != nil {
			return err
		}
	}
	if err := p.enterBoth(a, b); err != nil {
		return err
	}
	return p.partBoth(a, b)
}

func (p *pair) enterBoth(a, b *client) error {
	room, gap := p.room(), p.gap()
	enter := func(c *client) error {
		if free, err := c.enter(room); err != nil || free {
			return err
		}
		return errBroken // somebody of an earlier scene lingers
	}
	if p.chance.IntN(2) == 0 {
		return each(func() error { return enter(a) }, p.wait, func() error { return enter(b) })
	}
	return together(func() error { return enter(a) }, func() error {
		return each(func() error { return p.nap(gap) }, func() error { return enter(b) })
	})
}

// together does two things at once.
func together(one, other func() error) error {
	var both sync.WaitGroup
	var first, second error
	both.Go(func() { first = one() })
	both.Go(func() { second = other() })
	both.Wait()
	if first == nil || second == errOver {
		return second
	}
	return first
}

// chat lets both say a little.
func (p *pair) chat(a, b *client) error {
	for range p.chance.IntN(3) {
		if err := a.say(b.name, 1+p.chance.IntN(3), p.chance.IntN(100)); err != nil {
			return err
		}
		if p.chance.IntN(2) == 0 {
			if err := a.sync(); err != nil {
				return err
			}
		}
		a, b = b, a
	}
	return nil
}

// leaveBoth lets one log out and then the other.
func (p *pair) leaveBoth(a, b *client) error {
	first, err := a.logOut()
	if err != nil {
		return err
	}
	if p.chance.IntN(8) == 0 {
		if err := b.alone(); err != nil {
			return err
		}
	}
	if err := p.wait(); err != nil {
		return err
	}
	second, err := b.logOut()
	if err != nil {
		return err
	}
	return each(func() error { return a.answer(first) }, func() error { return b.answer(second) })
}

// alone waits until the client knows of nobody else in its room.
func (c *client) alone() error {
	for deadline := time.Now().Add(testkit.Patience); ; {
		c.mu.Lock()
		alone := c.roster == nil || len(c.roster.names) == 0
		if !alone && time.Now().After(deadline) {
			c.fault("was not told within %v that everybody has left: there are %v", testkit.Patience, c.roster.names)
		}
		c.mu.Unlock()
		if alone {
			return nil
		}
		if err := c.soak.sleep(5 * time.Millisecond); err != nil {
			return err
		}
		if c.soak.draining.Load() {
			return errBroken // nobody is told any more
		}
	}
}

// partBoth ends both connections, each in a way of its own.
func (p *pair) partBoth(a, b *client) error {
	gap, ways := p.gap(), [2]int{p.chance.IntN(5), p.chance.IntN(5)}
	return together(func() error { return a.partBy(ways[0]) }, func() error {
		return each(func() error { return p.nap(gap) }, func() error { return b.partBy(ways[1]) })
	})
}

// partBy ends the connection in one of five ways.
func (c *client) partBy(way int) error {
	switch way {
	case 0:
		c.giveUp()
		return nil
	case 1:
		k, err := c.endanger(abnormal)
		if err == nil {
			k.socket.Close()
		}
		return err
	case 2:
		return each(c.leave, func() error { return c.depart(none) })
	default:
		return c.depart([]int{normal, own}[way-3])
	}
}

// overstay lets one lose the connection and come back when the window ends, while the other talks to it, and maybe
// leaves just then.
func (p *pair) overstay(a, b *client) error {
	a.v1 = true
	if err := each(a.open, b.open, func() error { return p.enterBoth(a, b) }, a.sync); err != nil {
		return err
	}
	a.giveUp()
	if err := each(func() error { return p.chat(b, a) }, b.sync); err != nil {
		return err
	}
	edge := 30 * time.Millisecond
	away, leaves := p.between(resumeWindow-edge, resumeWindow+edge)-time.Since(a.lost()), p.chance.IntN(2) == 0
	gap := p.between(-edge, edge)
	return p.aside(func() error {
		return together(func() error {
			if err := p.soak.sleep(away); err != nil {
				return err
			}
			_, err := a.resume()
			return err
		}, func() error {
			if err := p.soak.sleep(away + gap); err != nil {
				return err
			}
			if leaves {
				return b.leave()
			}
			return each(func() error { return b.say(a.name, 3, 10) }, b.sync)
		})
	})
}

// lost is when the connection was lost.
func (c *client) lost() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cut
}

// follow lets one move its session from connection to connection while the other talks to it without a pause.
func (p *pair) follow(a, b *client) error {
	a.v1 = true
	if err := each(a.open, b.open, func() error { return p.enterBoth(a, b) }); err != nil {
		return err
	}
	moves, bursts := 1+p.chance.IntN(4), 5+p.chance.IntN(30)
	err := together(func() error {
		for range moves {
			if err := a.soak.sleep(a.between(0, 10*time.Millisecond)); err != nil {
				return err
			}
			if a.chance.IntN(3) == 0 {
				a.giveUp()
			}
			if _, err := a.resume(); err != nil {
				return err
			}
		}
		return nil
	}, func() error {
		for i := range bursts {
			if err := b.say(a.name, 1+i%4, 20*i); err != nil {
				return err
			}
			if i%4 == 0 {
				if err := b.sync(); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return each(b.sync, a.sync, func() error { return p.leaveBoth(a, b) })
}

// deafen lets one stop to read while the other sends it much.
func (p *pair) deafen(a, b *client) error {
	a.deaf = true
	if err := each(a.open, b.open, func() error { return p.enterBoth(a, b) }); err != nil {
		return err
	}
	k, err := a.endanger(tooSlow, abnormal, goingAway)
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.doubtful = true
	a.mu.Unlock()
	k.socket.freeze()
	for range 5 + p.chance.IntN(40) {
		if err := each(func() error { return b.say(a.name, 1, 60_000) }, b.sync); err != nil {
			k.socket.thaw()
			return err
		}
	}
	k.socket.thaw()
	if err := a.safe(); err == errOver {
		return err
	}
	return b.sync()
}
