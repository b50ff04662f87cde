package hub

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"beckon/internal/fault"
	"beckon/internal/protocol"
	"beckon/internal/share"
)

// told is a fault.Observer.
type told func(fault.Report)

func (f told) Caught(r fault.Report) { f(r) }

// rotten is a recorder that panics where it is told to.
type rotten struct {
	recorder
	where string
}

func (r *rotten) fail(where string) {
	if r.where == where {
		panic("rotten")
	}
}

func (r *rotten) Signal(s Signal, from share.Source) bool {
	r.fail("Signal")
	return r.recorder.Signal(s, from)
}

func (r *rotten) Presence(b *Batch, skip int) bool {
	r.fail("Presence")
	return r.recorder.Presence(b, skip)
}

func (r *rotten) Behind() bool { r.fail("Behind"); return r.recorder.Behind() }
func (r *rotten) Flush()       { r.fail("Flush"); r.recorder.Flush() }

// A panic costs the room in which it happens, wherever that is, and no other.
func TestAFaultEmptiesItsRoom(t *testing.T) {
	for _, where := range strings.Fields("Signal Presence Behind Flush") {
		t.Run(where, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var stacks []string
				h := New(Options{NewID: counter(), Faults: told(func(r fault.Report) { stacks = append(stacks, string(r.Stack)) })})
				ana, heard := join(t, h, "Ana")
				bad := new(rotten)
				bob, _ := join(t, h, "Bob", to(bad))
				settle()
				den := func(j *Join) { j.RoomKey = "den" }
				far, farHeard := join(t, h, "Ana", den)
				join(t, h, "Bob", den)
				heard.take()

				bad.where = where
				if where == "Signal" {
					if _, err := ana.Signal([]byte("bob"), offer("1")); !errors.Is(err, ErrFault) {
						t.Errorf("the sender is told %v", err)
					}
				} else {
					join(t, h, "Eve")
				}
				settle()
				if len(stacks) == 0 || !strings.Contains(stacks[0], "(*rotten).fail") {
					t.Errorf("the stacks are %q", stacks)
				}
				if heard.why() != protocol.EndFault || bad.why() != protocol.EndFault || farHeard.why() != 0 {
					t.Errorf("ended: %v and %v, far away %v", heard.why(), bad.why(), farHeard.why())
				}
				if _, err := bob.Signal([]byte("ana"), offer("4")); !errors.Is(err, ErrUnknownUser) {
					t.Errorf("in the room that is no more: %v", err)
				}
				for _, m := range []*Member{ana, bob} { // as their connections' readers do
					m.Leave()
				}
				if h.Users() != 2 || h.Rooms() != 1 {
					t.Errorf("%d users in %d rooms, want the two far away", h.Users(), h.Rooms())
				}
				if _, err := far.Signal([]byte("bob"), offer("2")); err != nil {
					t.Errorf("far away: %v", err)
				}
				again, _ := join(t, h, "Ana")
				_, bobHeard := join(t, h, "Bob")
				again.Signal([]byte("bob"), offer("3"))
				expect(t, "Bob", bobHeard, "offer(Ana):3")
				again.Leave()
			})
		})
	}
}

// A panic while somebody comes or goes leaves the hub as it should be.
func TestAFaultWhileARoomChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		faults := 0
		h := New(Options{NewID: counter(), Faults: told(func(fault.Report) { faults++ })})
		ana, heard := join(t, h, "Ana")
		join(t, h, "Bob")
		settle()
		ana.room.upcoming = nil // something that cannot be
		if _, _, err := h.Join(Join{Name: "Eve", NameKey: "eve", Sink: new(recorder), Presence: true}); !errors.Is(err, ErrFault) {
			t.Errorf("who comes is told %v", err)
		}
		ana.Leave()
		settle()
		if faults == 0 || heard.why() != protocol.EndFault && heard.why() != 0 {
			t.Errorf("%d faults, ended with %v", faults, heard.why())
		}
		if h.Users() != 0 || h.Rooms() != 0 {
			t.Errorf("%d users in %d rooms", h.Users(), h.Rooms())
		}
		join(t, h, "Ana")
		if h.Users() != 1 || h.Rooms() != 1 {
			t.Errorf("then %d users in %d rooms", h.Users(), h.Rooms())
		}
	})
}
