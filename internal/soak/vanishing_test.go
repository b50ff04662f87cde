//go:build linux

package soak_test

import (
	"strings"
	"time"

	"beckon/internal/frame"
	"beckon/internal/testkit"
)

// absence is how long somebody stays away who has lost the connection: mostly not for long, sometimes until the window
// ends, or longer.
func (p *person) absence() time.Duration {
	switch p.chance.IntN(12) {
	case 0:
		return p.between(resumeWindow-50*time.Millisecond, resumeWindow+50*time.Millisecond)
	case 1:
		return p.between(resumeWindow, resumeWindow*3/2)
	case 2, 3, 4, 5:
		return p.between(0, 300*time.Millisecond)
	default:
		return p.between(0, 20*time.Millisecond)
	}
}

// vanish loses the connection, and comes back.
func (p *person) vanish() error {
	if err := p.speak(); err != nil {
		return err
	}
	ways := []act{(*person).crash, (*person).drop, (*person).violate, (*person).tellTooMuch}
	if p.behindProxy() {
		ways = []act{(*person).beCut, (*person).beLost}
	}
	if err := ways[p.chance.IntN(len(ways))](p); err != nil && err != errBroken {
		return err
	}
	if p.v1 && p.chance.IntN(2) == 0 {
		if err := p.idle(p.absence()); err != nil {
			return err
		}
		_, err := p.resume() // and the server may think that the old connection is alive
		return err
	}
	p.giveUp()
	if err := p.idle(p.absence()); err != nil {
		return err
	}
	return p.back()
}

func (p *person) behindProxy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conn != nil && p.conn.link != nil
}

// crash ends the connection by a RST.
func (p *person) crash() error {
	p.giveUp()
	return nil
}

// drop ends the connection without a close frame.
func (p *person) drop() error {
	k, err := p.endanger(abnormal)
	if err != nil {
		return err
	}
	k.socket.Close()
	return p.await(k.ended, k, "the end")
}

// violate breaks RFC 6455.
func (p *person) violate() error {
	k, err := p.endanger(violation)
	if err != nil {
		return err
	}
	k.write([]testkit.RawFrame{
		{FIN: true, Opcode: byte(frame.Text), Unmasked: true, Payload: []byte("{}")},
		{FIN: true, Opcode: 7},
		{FIN: true, Opcode: byte(frame.Text), RSV: 4, Payload: []byte("{}")},
		{FIN: false, Opcode: byte(frame.Ping)},
	}[p.chance.IntN(4)])
	return p.await(k.ended, k, "the end")
}

// tellTooMuch sends a message that is longer than the server takes.
func (p *person) tellTooMuch() error {
	k, err := p.endanger(tooLarge)
	if err != nil {
		return err
	}
	long := fields{"data": strings.Repeat("x", 70_000)}.of("ping")
	if err := p.expect([][2]string{{"error", "too_large"}}, long); err != nil {
		return err
	}
	return p.await(k.ended, k, "the end")
}

// beCut loses the connection somewhere in what is under way.
func (p *person) beCut() error {
	k, err := p.endanger(abnormal)
	if err != nil {
		return err
	}
	k.link.cutAfter(p.chance.IntN(1500), p.chance.IntN(1500))
	for err == nil {
		err = p.talk()
	}
	return err
}

// beLost loses all that is under way, and is not told.
func (p *person) beLost() error {
	k, err := p.endanger(abnormal, goingAway)
	if err != nil {
		return err
	}
	k.link.lose()
	for range p.chance.IntN(3) {
		if err := p.speak(); err != nil {
			return err
		}
	}
	return p.nap(p.between(0, 200*time.Millisecond))
}
