//go:build linux

package soak_test

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"time"
)

// model is what must be so, by what clients have asked and what they were told. It knows the order of two events only
// where one had been told before the other was begun; whatever may have been either way is allowed.
type model struct {
	mu    sync.Mutex       // after a client's
	stays map[string]*stay // by id; guarded by mu, as is all that they lead to
	boxes map[address]*box
	count tally
}

// tally is what has happened, for the reader of the result.
type tally struct{ logins, resumes, messages, heard, refused, busy int }

func (t tally) String() string {
	return fmt.Sprintf("%d logins, %d sessions resumed; of %d messages %d arrived, %d met unknown_user, %d recipient_busy",
		t.logins, t.resumes, t.messages, t.heard, t.refused, t.busy)
}

// address is a room and a name, both in the form in which equal ones are equal.
type address struct{ room, key string }

func addressOf(room, name string) address {
	return address{strings.ToLower(room), strings.ToLower(name)}
}

// box is what the model keeps of an address.
type box struct {
	stays []*stay  // who has it, has had it, or may have it, oldest request first
	open  []*burst // what was sent to it and may have to be heard yet
	busy  bool     // whether somebody was told that it is behind
}

// stay is a user, from a login to the end of that. Before the server has answered there is no id.
type stay struct {
	at    address
	room  string // as it was written
	name  string // likewise
	id    string
	asked time.Time // before the login was sent
	since time.Time // when the reply was read
	proof time.Time // until when, at least, it was there
	gone  time.Time // when it was known to be gone; zero before
	lapse time.Time // when it must be gone although nobody has said so; zero for never

	claimed time.Time      // when somebody else last asked for the name
	said    int            // the number of the last message
	sent    []*burst       // since the last rest, oldest first
	heard   map[string]int // the number of the newest message, by the sender's id
}

// burst is messages of one user to another that were sent together.
type burst struct {
	from     *stay
	to       address
	first, n int
	size     int       // of the payload
	begun    time.Time // before it was sent
	settled  time.Time // when the server was known to have dealt with it; zero before
	quiet    bool      // whether errors about it may have been lost
	refused  int       // how many of it were answered by unknown_user
	busy     int       // and by recipient_busy
	heard    uint64    // which of it have arrived, by bits
}

func (b *burst) arrived() int { return bits.OnesCount64(b.heard) }
func (b *burst) missing() int { return b.n - b.arrived() - b.refused - b.busy }

func (b *burst) String() string {
	return fmt.Sprintf("messages %d to %d of %s (%s) to %q in %q, begun at %s, settled at %s: %d arrived, %d unknown_user, %d recipient_busy",
		b.first, b.first+b.n-1, b.from.name, b.from.id, b.to.key, b.to.room, clock(b.begun), clock(b.settled), b.arrived(), b.refused, b.busy)
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format("15:04:05.000")
}

func (s *stay) String() string {
	return fmt.Sprintf("%s (%s) in %q, asked at %s, in at %s, surely there until %s, gone at %s",
		s.name, s.id, s.at.room, clock(s.asked), clock(s.since), clock(s.proof), clock(s.gone))
}

func newModel() *model { return &model{stays: map[string]*stay{}, boxes: map[address]*box{}} }

func (m *model) box(at address) *box {
	b := m.boxes[at]
	if b == nil {
		b = &box{}
		m.boxes[at] = b
	}
	return b
}

// ask notes that a login is about to be sent; by is the user who does it to resume, nil for none.
func (m *model) ask(room, name string, by *stay) *stay {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := &stay{at: addressOf(room, name), room: room, name: name, asked: time.Now(), heard: map[string]int{}}
	b := m.box(s.at)
	for _, other := range b.stays {
		if other != by {
			other.claimed = s.asked
		}
	}
	b.stays = append(b.stays, s)
	return s
}

// enter notes that a login has succeeded.
func (m *model) enter(s *stay, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count.logins++
	s.id, s.since = id, time.Now()
	s.proof = s.since
	if other := m.stays[id]; other != nil {
		return fmt.Errorf("the id is that of %v", other)
	}
	m.stays[id] = s
	for _, other := range m.box(s.at).stays {
		if err := clash(other, s); err != nil {
			return err
		}
		if other.id != "" && other.gone.IsZero() && other.since.Before(s.asked) {
			other.gone = s.since // else it has not been
		}
	}
	return nil
}

// clash says whether a name has been given to b while a surely had it.
func clash(a, b *stay) error {
	if a != b && a.id != "" && b.id != "" && !a.since.After(b.asked) && !b.since.After(a.proof) {
		return fmt.Errorf("the name was given twice: to %v; and to %v", a, b)
	}
	return nil
}

// refuse notes that a login was answered by name_taken, which must be true.
func (m *model) refuse(s *stay) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.box(s.at)
	b.stays = slices.DeleteFunc(b.stays, func(other *stay) bool { return other == s })
	for _, other := range b.stays {
		if other.mayBeThere(s.asked, time.Now()) {
			return nil
		}
	}
	return fmt.Errorf("name_taken for %q in %q, asked at %s, but nobody has it: %v", s.name, s.at.room, clock(s.asked), b.stays)
}

// mayBeThere tells whether the user may have been there at some time between two.
func (s *stay) mayBeThere(from, to time.Time) bool {
	return !s.asked.After(to) && (s.gone.IsZero() || !s.gone.Before(from)) && (s.lapse.IsZero() || !s.lapse.Before(from))
}

// resume notes that a login has resumed a session: it was none.
func (m *model) resume(s *stay) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count.resumes++
	b := m.box(s.at)
	b.stays = slices.DeleteFunc(b.stays, func(other *stay) bool { return other == s })
}

// leave notes that a user is known to be gone.
func (m *model) leave(s *stay) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.gone.IsZero() {
		s.gone = time.Now()
	}
}

// lose notes that a user will be gone in some time.
func (m *model) lose(s *stay, within time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.lapse = time.Now().Add(within)
}

// claimed tells whether somebody else has asked for the name since a time.
func (m *model) claimed(s *stay, since time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !s.claimed.Before(since)
}

// prove notes that a user was there at a time in the past, and has heard by now all that was settled then.
func (m *model) prove(s *stay, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at.After(s.proof) {
		s.proof = at
	}
	b := m.box(s.at)
	for _, other := range b.stays {
		if err := clash(s, other); err != nil {
			return err
		}
	}
	open := b.open[:0]
	for _, sent := range b.open {
		switch {
		case sent.settled.IsZero() || sent.settled.After(at):
			open = append(open, sent)
		case sent.begun.Before(s.since):
			// It may have been for somebody else, or for nobody.
		case sent.refused > 0:
			return fmt.Errorf("unknown_user, but the user was there: %v; %v", sent, s)
		case sent.missing() > 0 && !(sent.quiet && b.busy):
			return fmt.Errorf("lost: %v; the user was there and has read all: %v", sent, s)
		}
	}
	clear(b.open[len(open):])
	b.open = open
	return nil
}
