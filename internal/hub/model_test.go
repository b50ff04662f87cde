package hub

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"beckon/internal/protocol"
)

// world runs a hub beside the simplest thing that could be right: a map of rooms, and for each member the
// full list of what it must have heard once all windows are over.
type world struct {
	hub   *Hub
	rooms map[string]map[string]*person // by room and name
	sent  int
}

type person struct {
	member  *Member
	heard   *recorder
	found   []string // who was there before
	stalled bool     // whether it was ever behind
	must    []string // the signals, in order per sender
	entered []string // who must be seen to come and go, in order
}

var (
	somebody = rapid.SampledFrom(strings.Fields("ana bob eve zoe"))
	anywhere = rapid.SampledFrom([]string{"", "den"})
)

func TestHubAgreesWithModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(drawStep), 1, 60).Draw(rt, "steps")
		synctest.Test(t, func(t *testing.T) {
			w := &world{hub: New(Options{NewID: counter()}), rooms: map[string]map[string]*person{"": {}, "den": {}}}
			for i, s := range steps {
				if err := w.do(s); err != nil {
					t.Fatalf("step %d (%+v): %v", i, s, err)
				}
			}
			w.read()
			settle()
			if err := w.check(); err != nil {
				t.Fatalf("%v after %+v", err, steps)
			}
		})
	})
}

type step struct {
	What           string
	Room, Name, To string
	Wait           time.Duration
	Slow           bool
}

func drawStep(t *rapid.T) step {
	return step{
		What: rapid.SampledFrom(strings.Fields("join join leave leave signal signal wait wait stall read")).Draw(t, "what"),
		Room: anywhere.Draw(t, "room"), Name: somebody.Draw(t, "name"), To: somebody.Draw(t, "to"),
		Wait: time.Duration(rapid.IntRange(1, 120).Draw(t, "ms")) * time.Millisecond,
		Slow: rapid.Bool().Draw(t, "slow"),
	}
}

func (w *world) do(s step) error {
	room := w.rooms[s.Room]
	p := room[s.Name]
	switch {
	case s.What == "wait":
		time.Sleep(s.Wait)
		synctest.Wait()
		return nil
	case s.What == "join":
		return w.join(s, p != nil)
	case p == nil:
		return nil
	case s.What == "leave":
		p.member.Leave()
		delete(room, s.Name)
		for _, other := range room {
			other.entered = append(other.entered, "-"+s.Name)
		}
		return nil
	case s.What == "stall":
		p.heard.lag(true)
		p.stalled = true
		return nil
	case s.What == "read":
		p.heard.lag(false)
		return nil
	default:
		return w.signal(p, room[s.To], s)
	}
}

func (w *world) join(s step, taken bool) error {
	r := new(recorder)
	j := Join{RoomKey: s.Room, Name: s.Name, NameKey: s.Name, Sink: r, Presence: true, Window: window}
	if s.Slow {
		j.Window = 5 * window
	}
	m, users, err := w.hub.Join(j)
	if (err != nil) != taken {
		return fmt.Errorf("join: %v, taken: %v", err, taken)
	}
	if taken {
		return nil
	}
	m.Ready()
	room := w.rooms[s.Room]
	there := slices.Collect(users.All())
	if len(there) != len(room) {
		return fmt.Errorf("roster of %d, want %d", len(there), len(room))
	}
	for _, u := range there {
		if room[u.Name] == nil || room[u.Name].member.User != u {
			return fmt.Errorf("roster has %v", u)
		}
	}
	for _, other := range room {
		other.entered = append(other.entered, "+"+s.Name)
	}
	room[s.Name] = &person{member: m, heard: r, found: slices.Collect(maps.Keys(room))}
	return nil
}

// read lets everybody catch up.
func (w *world) read() {
	for _, room := range w.rooms {
		for _, p := range room {
			p.heard.lag(false)
		}
	}
}

func (w *world) signal(from, to *person, s step) error {
	w.sent++
	payload := fmt.Sprint(w.sent)
	_, err := from.member.Signal([]byte(s.To), Signal{Type: protocol.Offer, Payload: []byte(payload)})
	if (err != nil) != (to == nil) {
		return fmt.Errorf("signal: %v, but there: %v", err, to != nil)
	}
	if to == nil {
		return nil
	}
	to.must = append(to.must, fmt.Sprintf("offer(%s):%s", s.Name, payload))
	// What is heard up to here must hold the sender, and may not yet hold that it left.
	heard := strings.Join(to.heard.all(), " ") + " "
	last := to.must[len(to.must)-1] + " "
	if !strings.HasSuffix(heard, last) {
		return fmt.Errorf("%q was not delivered at once", last)
	}
	if i := slices.Index(to.entered, "+"+s.Name); i >= 0 && !strings.Contains(heard, "+"+s.Name+" ") {
		return fmt.Errorf("a signal of %s overtook the presence of it", s.Name)
	}
	if knows, err := to.knows(); err != nil || s.Name != s.To && !knows[s.Name] {
		return fmt.Errorf("a signal of %s, who is not there by %q: %v", s.Name, heard, err)
	}
	return nil
}

// knows returns who is there by all that p was told.
func (p *person) knows() (map[string]bool, error) {
	there := make(map[string]bool)
	for _, name := range p.found {
		there[name] = true
	}
	for _, h := range p.heard.all() {
		switch came, name := h[0] == '+', h[1:]; {
		case h[0] != '+' && h[0] != '-':
		case there[name] == came:
			return nil, fmt.Errorf("%s makes no sense in %v", h, p.heard.all())
		case came:
			there[name] = true
		default:
			delete(there, name)
		}
	}
	return there, nil
}

// check compares what everybody still there heard with what they must have heard.
func (w *world) check() error {
	users := 0
	for _, room := range w.rooms {
		users += len(room)
		for name, p := range room {
			var signals, presence []string
			for _, h := range p.heard.all() {
				if strings.HasPrefix(h, "offer") {
					signals = append(signals, h)
				} else {
					presence = append(presence, h)
				}
			}
			if !slices.Equal(signals, p.must) {
				return fmt.Errorf("%s got %v, want %v", name, signals, p.must)
			}
			if !p.stalled && !slices.Equal(presence, p.entered) {
				return fmt.Errorf("%s saw %v, want %v", name, presence, p.entered)
			}
			knows, err := p.knows()
			if err != nil {
				return fmt.Errorf("%s: %v", name, err)
			}
			knows[name] = true
			if there := slices.Sorted(maps.Keys(room)); !slices.Equal(slices.Sorted(maps.Keys(knows)), there) {
				return fmt.Errorf("%s knows %v, there are %v", name, knows, there)
			}
		}
	}
	if w.hub.Users() != users {
		return fmt.Errorf("%d users, want %d", w.hub.Users(), users)
	}
	return nil
}
