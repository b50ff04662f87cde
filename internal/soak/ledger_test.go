//go:build linux

package soak_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// say notes that messages are about to be sent.
func (m *model) say(from *stay, to address, n, size int) *burst {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := &burst{from: from, to: to, first: from.said + 1, n: n, size: size, begun: time.Now()}
	from.said += n
	from.sent = append(from.sent, b)
	box := m.box(to)
	box.open = append(box.open, b)
	m.count.messages += n
	return b
}

// settle notes that the server has dealt with messages; quiet says that errors about them may have been lost.
func (m *model) settle(bursts []*burst, quiet bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range bursts {
		if b.settled.IsZero() {
			b.settled, b.quiet = time.Now(), quiet
		}
	}
}

// refused notes an error about a message; false if it has had one for each already.
func (m *model) refused(b *burst, busy bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if b.refused+b.busy == b.n {
		return false
	}
	if busy {
		m.count.busy++
		m.box(b.to).busy = true
		b.busy++
	} else {
		m.count.refused++
		b.refused++
	}
	return true
}

// call is what a message is called: who sent it, and its number.
func call(from *stay, number int) string { return from.id + "/" + strconv.Itoa(number) }

// payload is what a message carries.
func payload(call string, size int) string { return call + strings.Repeat("x", size) }

// find returns the messages of which one has a call, and its number; nil for none. It needs mu.
func (m *model) find(call string) (b *burst, number int) {
	id, text, _ := strings.Cut(call, "/")
	number, err := strconv.Atoi(text)
	from := m.stays[id]
	if from == nil || err != nil {
		return nil, 0
	}
	i, _ := slices.BinarySearchFunc(from.sent, number, func(b *burst, n int) int { return b.first + b.n - 1 - n })
	if i == len(from.sent) || from.sent[i].first > number {
		return nil, 0
	}
	return from.sent[i], number
}

// hear notes that a message has arrived, and returns who sent it and when. Nothing may be wrong with it.
func (m *model) hear(to *stay, f message) (from *stay, begun time.Time, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count.heard++
	b, number := m.find(f.Call)
	if b == nil {
		return nil, begun, errors.New("nobody has sent this since the last rest")
	}
	from = b.from
	switch bit := uint64(1) << (number - b.first); {
	case b.to != to.at:
		return nil, begun, fmt.Errorf("it was not for %v: %v", to, b)
	case f.Name != from.name:
		return nil, begun, fmt.Errorf("it is from %v", from)
	case b.heard&bit != 0:
		return nil, begun, fmt.Errorf("it has arrived before: %v", b)
	case to.heard[from.id] >= number:
		return nil, begun, fmt.Errorf("it arrives after number %d: %v", to.heard[from.id], b)
	case f.payload() != payload(f.Call, b.size) && f.Type != "leave":
		return nil, begun, fmt.Errorf("what it carries is not what was sent: %v", b)
	default:
		b.heard |= bit
	}
	to.heard[from.id] = number
	if b.missing() < 0 {
		return nil, begun, fmt.Errorf("it has arrived although there was an error: %v", b)
	}
	return from, b.begun, nil
}

// rest closes the accounts while nothing happens: everybody has proved to be there, and heard all. It keeps who is
// there, and who may be.
func (m *model) rest() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	for at, b := range m.boxes {
		for _, sent := range b.open {
			if err := b.explain(sent); err != nil {
				return err
			}
		}
		b.open, b.busy = nil, false
		b.stays = slices.DeleteFunc(b.stays, func(s *stay) bool { return !s.mayBeThere(now, now) })
		if len(b.stays) == 0 {
			delete(m.boxes, at)
		}
	}
	for id, s := range m.stays {
		if !s.mayBeThere(now, now) {
			delete(m.stays, id)
		}
	}
	for _, s := range m.stays {
		s.sent = nil
		for id := range s.heard {
			if m.stays[id] == nil {
				delete(s.heard, id)
			}
		}
	}
	return nil
}

// explain says what is wrong with messages that did not arrive and about which there was no error, if something is:
// somebody must have had the name who may have left before they could be read.
func (b *box) explain(sent *burst) error {
	if sent.settled.IsZero() || sent.quiet || sent.missing() == 0 {
		return nil
	}
	for _, s := range b.stays {
		if s.mayBeThere(sent.begun, sent.settled) && !(s.since.Before(sent.begun) && s.proof.After(sent.settled) && s.id != "") {
			return nil
		}
	}
	return fmt.Errorf("lost without an error: %v; of that name there are %v", sent, b.stays)
}
