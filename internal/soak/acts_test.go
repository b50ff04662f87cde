//go:build linux

package soak_test

import (
	"math/rand/v2"
	"time"

	"beckon/internal/testkit"
)

// binaryOpcode is that of a binary message (RFC 6455 section 5.2).
const binaryOpcode = 2

// act is something that people do. It begins and ends in a room, unless the connection is lost.
type act func(p *person) error

// choice is acts, each as often as its weight says.
type choice []struct {
	weight int
	act    act
}

var acts = choice{
	{40, (*person).talk},
	{8, (*person).changeRooms},
	{6, (*person).part},
	{12, (*person).vanish},
	{5, (*person).stall},
	{5, (*person).freeze},
	{8, (*person).takeOver},
	{4, (*person).compete},
	{6, (*person).claimName},
	{6, (*person).talkNonsense},
	{2, (*person).beDismissed},
}

func (c choice) pick(chance *rand.Rand) act {
	all := 0
	for _, one := range c {
		all += one.weight
	}
	n := chance.IntN(all)
	for _, one := range c {
		if n -= one.weight; n < 0 {
			return one.act
		}
	}
	return c[0].act
}

// talk sends messages to some, and sees to it that they have gone.
func (p *person) talk() error {
	for range 1 + p.chance.IntN(3) {
		if err := p.speak(); err != nil {
			return err
		}
		if p.chance.IntN(2) == 0 {
			if err := p.sync(); err != nil {
				return err
			}
		}
	}
	return p.sync()
}

// speak sends messages to somebody.
func (p *person) speak() error {
	size := p.chance.IntN(200)
	if p.chance.IntN(50) == 0 {
		size = p.chance.IntN(50_000)
	}
	return p.say(p.somebody(), 1+p.chance.IntN(5), size)
}

// changeRooms logs out and in again, maybe elsewhere, and maybe before the server has answered.
func (p *person) changeRooms() error {
	if len(p.rooms) > 0 && p.chance.IntN(2) == 0 {
		p.home = p.rooms[p.chance.IntN(len(p.rooms))]
	}
	left, err := p.logOut()
	if err != nil {
		return err
	}
	if p.chance.IntN(2) == 0 {
		if err := p.answer(left); err != nil {
			return err
		}
		if err := p.nap(p.between(0, 40*time.Millisecond)); err != nil {
			return err
		}
		if p.chance.IntN(4) == 0 {
			to := fields{"name": "Nobody", "offer": 1}.of("offer")
			if err := p.expect([][2]string{{"error", "not_logged_in"}}, to); err != nil {
				return err
			}
		}
	}
	if _, err = p.enter(p.home); err != nil {
		return err
	}
	return p.back()
}

// part closes the connection in one of the ways that there are for it, and comes back.
func (p *person) part() error {
	if p.chance.IntN(2) == 0 {
		if err := p.speak(); err != nil {
			return err
		}
	}
	if err := p.depart([]int{normal, goingAway, none, own}[p.chance.IntN(4)]); err != nil {
		return err
	}
	if err := p.idle(p.absence()); err != nil {
		return err
	}
	return p.back()
}

// stall has a connection that holds everything back for a moment.
func (p *person) stall() error {
	if !p.behindProxy() {
		return p.talk()
	}
	k, err := p.endanger()
	if err != nil {
		return err
	}
	k.link.stall()
	for err == nil && p.chance.IntN(3) > 0 {
		err = p.speak()
	}
	if err == nil {
		err = p.nap(p.between(0, time.Second))
	}
	k.link.flow()
	if err != nil {
		return err
	}
	return p.safe()
}

// freeze reads nothing and answers nothing for a while, maybe for longer than somebody who wants the name has to wait.
func (p *person) freeze() error {
	k, err := p.endanger(goingAway, tooSlow, abnormal)
	if err != nil {
		return err
	}
	k.socket.freeze()
	err = p.idle(p.between(0, 4*time.Second))
	k.socket.thaw()
	if err != nil {
		return err
	}
	return p.safe()
}

// takeOver moves the session to other connections while the old ones are open.
func (p *person) takeOver() error {
	if !p.v1 {
		return p.talk()
	}
	for range 1 + p.chance.IntN(3) {
		if err := p.speak(); err != nil {
			return err
		}
		p.mu.Lock()
		old := p.conn
		p.mu.Unlock()
		if _, err := p.resume(); err != nil {
			return err
		}
		if old == nil {
			continue
		}
		if err := p.awaitEnd(old, "the session has moved"); err != nil {
			return err
		}
	}
	return p.talk()
}

// compete asks for the session on two connections at once, as who has given up the first.
func (p *person) compete() error {
	if !p.v1 {
		return p.talk()
	}
	first, err := p.dial()
	if err != nil {
		return p.dialed(err)
	}
	second, err := p.dial()
	if err != nil {
		return p.dialed(err)
	}
	for _, k := range []*conn{first, second} {
		if err := p.await(k.greeted, k, "a greeting"); err != nil {
			return err
		}
	}
	lost, won := p.move(first), p.move(second)
	if lost != nil {
		p.soak.model.lose(lost.login, p.lingers())
	}
	if won == nil {
		return errBroken
	}
	err = p.answer(won)
	p.mu.Lock()
	first.closed = true
	p.mu.Unlock()
	first.reset()
	if err != nil {
		p.soak.model.lose(won.login, p.lingers())
		return err
	}
	return p.talk()
}

// claimName asks for somebody's name, and leaves again if that is given.
func (p *person) claimName() error {
	c := p.soak.newClient(p.somebody(), p.chance.Uint64())
	p.mu.Lock()
	room := p.room
	p.mu.Unlock()
	if err := c.open(); err != nil {
		return err
	}
	if _, err := c.enter(room); err != nil {
		return err
	}
	if err := c.sync(); err != nil {
		return err
	}
	return c.depart(normal)
}

// talkNonsense sends what has an error for an answer, and some that has not.
func (p *person) talkNonsense() error {
	text := testkit.TextFrame
	all := []struct {
		kind, code string
		frame      testkit.RawFrame
	}{
		{"error", "bad_json", text(`hello?`)},
		{"error", "bad_json", text(`{"type":"ping","type":"ping"}`)},
		{"error", "bad_json", testkit.RawFrame{FIN: true, Opcode: binaryOpcode, Payload: []byte(`{"type":"ping"}`)}},
		{"error", "unknown_type", text(`{"type":"dance"}`)},
		{"error", "bad_message", text(`{"type":"offer","name":"Nobody"}`)},
		{"error", "bad_message", text(`{"type":"candidate","candidate":1}`)},
		{"error", "bad_message", text(`{"type":"ping","data":5}`)},
		{"login", "already_logged_in", text(`{"type":"login","name":"Another"}`)},
		{"ice", "", text(`{"type":"ice"}`)},
	}
	p.chance.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var answers [][2]string
	var frames []testkit.RawFrame
	for _, one := range all[:1+p.chance.IntN(len(all))] {
		answers, frames = append(answers, [2]string{one.kind, one.code}), append(frames, one.frame)
	}
	if err := p.expect(answers, frames...); err != nil {
		return err
	}
	return p.sync()
}

// beDismissed is sent away by an operator.
func (p *person) beDismissed() error {
	p.mu.Lock()
	p.doubtful = true
	p.mu.Unlock()
	k, err := p.endanger(policy)
	if err != nil {
		return err
	}
	p.mu.Lock()
	id := p.stay.id
	p.mu.Unlock()
	if err := p.soak.server.dismiss(id); err != nil && !p.soak.draining.Load() && !p.soak.over() {
		p.soak.fault("%s cannot be dismissed: %v", p, err)
	}
	if err := p.await(k.ended, k, "the end"); err != nil {
		return err
	}
	p.giveUp()
	p.mu.Lock()
	if p.stay != nil {
		p.forget()
		p.gone()
	}
	p.mu.Unlock()
	return p.back()
}
