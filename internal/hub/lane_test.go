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

// interrupted is a recorder in whose Flush something else happens: a lane is being served then.
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

// TestServingIsInterrupted has members come and go while a lane of many is served: those who stay hear of everything
// once and in order.
func TestServingIsInterrupted(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		stay := rapid.IntRange(1, 3*some).Draw(rt, "members who stay")
		leave := rapid.IntRange(1, 2*some).Draw(rt, "members who go")
		every := rapid.IntRange(1, some).Draw(rt, "flushes between two who go")
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

// crossing is a room in which some leave, and maybe as many come, while a lane is served.
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

// begin makes the first change, whose news is then interrupted.
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

// A lane of many is served in parts, between which others have the room.
func TestServingLetsOthersIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		sinks := make([]*interrupted, 3*some)
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
		if seen != some-1 && seen != some {
			t.Errorf("%d had been told when the first was written to, want about %d", seen, some)
		}
		if all := told(); all != len(sinks) {
			t.Errorf("%d were told in the end", all)
		}
		guest.Leave()
	})
}

// A timer that has fired cannot be stopped: its goroutine may get the room after the lane's last member has left.
func TestAnEmptyLaneIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		ana, _ := join(t, h, "Ana")
		bob, _ := join(t, h, "Bob")
		settle()
		bob.Leave()
		l := ana.lane
		ana.Leave()
		ana.room.serve(l)

		eve, _ := join(t, h, "Eve", func(j *Join) { j.Presence = false })
		settle()
		ana, heard := join(t, h, "Ana")
		l = ana.lane
		ana.Leave()
		eve.room.serve(l) // the room lives on, without the lane
		expect(t, "Ana", heard, "")
	})
}
