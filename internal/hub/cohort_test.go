package hub

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// interrupted is a recorder in whose Flush something else happens: a cohort is being told then.
type interrupted struct {
	recorder
	flushed func()
}

func (i *interrupted) Flush() {
	i.recorder.Flush()
	if i.flushed != nil {
		i.flushed()
	}
}

// to has a member reached through another sink.
func to(sink Sink) func(*Join) { return func(j *Join) { j.Sink = sink } }

// TestFanOutIsInterrupted has members come and go while a cohort of many is told: those who stay hear of everything
// once and in order.
func TestFanOutIsInterrupted(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		stay := rapid.IntRange(1, 3*part).Draw(rt, "members who stay")
		leave := rapid.IntRange(1, 2*part).Draw(rt, "members who go")
		every := rapid.IntRange(1, part).Draw(rt, "flushes between two who go")
		come := rapid.Bool().Draw(rt, "as many come")
		order := rapid.Permutation(seats(stay, leave)).Draw(rt, "order")
		synctest.Test(t, func(t *testing.T) {
			c := &crossing{hub: New(Options{NewID: counter()}), every: every, come: come}
			for _, stays := range order {
				c.enter(t, stays)
			}
			settle()
			c.begin()
			for range leave { // at least one goes in each window
				settle()
			}
			c.check(t)
		})
	})
}

// seats is so many true and false.
func seats(stay, leave int) []bool {
	return append(slices.Repeat([]bool{true}, stay), slices.Repeat([]bool{false}, leave)...)
}

// crossing is a room in which some leave, and maybe as many come, while a cohort is told.
type crossing struct {
	hub   *Hub
	every int  // how many flushes from one to the next
	come  bool // whether somebody comes for each who leaves

	mu      sync.Mutex // of what follows: timers' goroutines come after one another, but share nothing else
	staying []*interrupted
	leaving []*Member
	flushes int
	changes []string // since begin
	entered int
}

func (c *crossing) enter(t *testing.T, stays bool) {
	c.entered++
	name := fmt.Sprint("user", c.entered)
	sink := new(interrupted)
	m, _ := join(t, c.hub, name, to(sink))
	if stays {
		c.staying = append(c.staying, sink)
	} else {
		c.leaving = append(c.leaving, m)
	}
	sink.flushed = func() { c.flushed(t) }
}

// begin makes the first change, whose fan-out is then interrupted.
func (c *crossing) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.staying {
		s.take()
	}
	c.leave()
}

func (c *crossing) leave() {
	m := c.leaving[0]
	c.leaving = c.leaving[1:]
	c.changes = append(c.changes, "-"+m.User.Name)
	m.Leave()
}

// flushed is called in every Flush once all are there.
func (c *crossing) flushed(t *testing.T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.changes) == 0 {
		return
	}
	if c.flushes++; c.flushes%c.every != 0 || len(c.leaving) == 0 {
		return
	}
	c.leave()
	if c.come {
		name := fmt.Sprint("late", len(c.changes))
		c.changes = append(c.changes, "+"+name)
		join(t, c.hub, name)
	}
}

func (c *crossing) check(t *testing.T) {
	want := strings.Join(c.changes, " ")
	for i, s := range c.staying {
		if got := s.take(); got != want {
			t.Fatalf("%d of %d who stay heard %q, want %q", i, len(c.staying), got, want)
		}
	}
	if kept := keeps(c.hub); kept != 0 {
		t.Errorf("%d changes are kept for nobody", kept)
	}
}

// A cohort of many is told in parts, between which others have the room.
func TestFanOutLetsOthersIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		sinks := make([]*interrupted, 3*part)
		for i := range sinks {
			sinks[i] = new(interrupted)
			join(t, h, fmt.Sprint("user", i), to(sinks[i]))
		}
		settle()
		told := func() (n int) {
			for _, s := range sinks {
				if len(s.all()) > 0 {
					n++
				}
			}
			return n
		}
		for _, s := range sinks {
			s.take()
		}
		last, seen := sinks[len(sinks)-1], 0
		last.flushed = func() { seen = told() }
		guest, _ := join(t, h, "Ana")
		time.Sleep(2 * window)
		synctest.Wait()
		if seen != part-1 && seen != part {
			t.Errorf("%d had been told when the first was written to, want about %d", seen, part)
		}
		if all := told(); all != len(sinks) {
			t.Errorf("%d were told in the end", all)
		}
		guest.Leave()
	})
}

// A timer that has fired cannot be stopped: its goroutine may get the room after the cohort's last member has left.
func TestAnEmptyCohortIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		ana, _ := join(t, h, "Ana")
		bob, _ := join(t, h, "Bob")
		settle()
		bob.Leave()
		c := ana.cohort
		ana.Leave()
		c.deliver()

		join(t, h, "Eve", func(j *Join) { j.Presence = false })
		settle()
		ana, heard := join(t, h, "Ana")
		c = ana.cohort
		ana.Leave()
		c.deliver() // the room lives on, without the cohort
		expect(t, "Ana", heard, "")
	})
}

// Somebody who does not read is told nothing meanwhile, later what it comes to, and is no reason to keep much.
func TestWhoIsBehindIsToldWhatItComesTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		_, ana := join(t, h, "Ana")
		bob, _ := join(t, h, "Bob")
		settle()
		ana.take()
		ana.lag(true)
		const changes = 1000
		for range changes {
			guest, _ := join(t, h, "guest")
			time.Sleep(window)
			guest.Leave()
			time.Sleep(window)
			synctest.Wait()
		}
		bob.Leave()
		eve, _ := join(t, h, "Eve")
		settle()
		expect(t, "Ana", ana, "")
		if kept := keeps(h); kept > 100 {
			t.Errorf("%d changes are kept for her of %d", kept, changes)
		}
		eve.Signal([]byte("ana"), offer("1")) // cannot wait, nor can what comes before it
		expect(t, "Ana", ana, "-Bob +Eve offer(Eve):1")
		guest, _ := join(t, h, "guest")
		settle()
		ana.lag(false)
		guest.Leave()
		zoe, _ := join(t, h, "Zoe")
		settle()
		expect(t, "Ana", ana, "+Zoe")
		zoe.Leave()
		settle()
		expect(t, "Ana", ana, "-Zoe")
	})
}

// What is kept for those who are behind is folded once where they have been told equally much.
func TestWhoIsBehindTogetherSharesWhatIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		ana, a := join(t, h, "Ana")
		bob, b := join(t, h, "Bob")
		settle()
		a.lag(true)
		b.lag(true)
		for i := range 200 {
			join(t, h, fmt.Sprint("guest", i))
		}
		settle()
		for range 200 {
			guest, _ := join(t, h, "guest")
			guest.Leave()
		}
		settle()
		if ana.unread != bob.unread {
			t.Error("each is kept a list of its own")
		}
		a.lag(false)
		b.lag(false)
		settle()
		if last := len(b.batches) - 1; a.batches[len(a.batches)-1] != b.batches[last] {
			t.Error("each was told in a batch of its own")
		}
	})
}

// Nobody who has left or waits for nothing holds on to what happens from then on.
func TestWhoHasLeftHoldsOnToNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		ana, _ := join(t, h, "Ana")
		bob, _ := join(t, h, "Bob", func(j *Join) { j.Presence = false })
		ana.Leave()
		if ana.unread != nil || ana.cohort != nil || bob.unread != nil {
			t.Error("they point to changes")
		}
	})
}

// One who is behind does not delay the others.
func TestWhoIsBehindDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		_, ana := join(t, h, "Ana")
		_, bob := join(t, h, "Bob")
		settle()
		ana.take()
		bob.take()
		ana.lag(true)
		join(t, h, "Eve")
		time.Sleep(window + time.Millisecond)
		synctest.Wait()
		expect(t, "Bob", bob, "+Eve")
		join(t, h, "Zoe")
		time.Sleep(window + time.Millisecond)
		synctest.Wait()
		expect(t, "Bob", bob, "+Zoe")
		ana.lag(false)
		time.Sleep(retry)
		synctest.Wait()
		expect(t, "Ana", ana, "+Eve +Zoe")
	})
}

// What changes while a cohort is told is told when the window is over that began with the telling.
func TestChangesWhileACohortIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		for i := range part { // told after Ana
			join(t, h, fmt.Sprint("user", i))
		}
		sink := new(interrupted)
		join(t, h, "Ana", to(sink))
		settle()
		meanwhile := "Eve"
		sink.flushed = func() {
			if name := meanwhile; name != "" {
				meanwhile = ""
				time.Sleep(window / 2)
				join(t, h, name)
			}
		}
		join(t, h, "Bob")
		time.Sleep(2*window + time.Millisecond)
		synctest.Wait()
		if got := sink.take(); got != "+Bob +Eve" {
			t.Errorf("heard %q", got)
		}
	})
}
