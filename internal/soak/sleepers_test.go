//go:build linux

package soak_test

import (
	"fmt"
	"time"
)

// bedroom is the room of those who do nothing until the server gives them up, which takes longer than others are busy
// between two rests. They do not come to rest.
const bedroom = "bedroom"

// sleeper lets somebody sleep again and again, or connect and not log in.
func (s *soak) sleeper(i int) {
	c := s.newClient(fmt.Sprint("Sven ", i), ofSleepers+uint64(i))
	c.v1 = i%2 == 0
	for s.pause(c.between(0, time.Second)) {
		var err error
		if i/2%2 == 0 {
			err = c.fallAsleep()
		} else {
			err = c.lurk(c.chance.IntN(2) == 0)
		}
		c.giveUp()
		c.mu.Lock()
		c.forsake()
		c.mu.Unlock()
		if err == errOver {
			return
		}
	}
}

// fallAsleep is frozen until the server must have noticed, and hears of it then.
func (c *client) fallAsleep() error {
	if err := each(c.open, func() error { _, err := c.enter(bedroom); return err }); err != nil {
		return err
	}
	k, err := c.endanger(goingAway)
	if err != nil {
		return err
	}
	k.socket.freeze()
	slept := c.soak.pause(pingInterval + pongTimeout + time.Second)
	k.socket.thaw()
	if !slept {
		return errBroken
	}
	if err := c.awaitEnd(k, "no ping was answered"); err != nil {
		return err
	}
	if c.giveUp(); !c.v1 {
		return nil
	}
	_, err = c.resume() // or not: it lost the connection some time ago
	return err
}

// lurk stays without a login until the server has enough, after a first one or before.
func (c *client) lurk(after bool) error {
	if err := c.open(); err != nil {
		return err
	}
	if after {
		if err := each(func() error { _, err := c.enter(bedroom); return err }, c.leave); err != nil {
			return err
		}
	}
	c.mu.Lock()
	k := c.conn
	c.mu.Unlock()
	if !c.soak.pause(loginTimeout) {
		return errBroken
	}
	return c.awaitEnd(k, "nobody has logged in")
}
