//go:build linux

package soak_test

import (
	"strings"
	"testing"
)

// room is a model of one room, and what was wrong first.
type room struct {
	*model
	wrong error
}

func (r *room) note(err error) {
	if r.wrong == nil {
		r.wrong = err
	}
}

// enter logs somebody in, who has the name for an id.
func (r *room) enter(name string) *stay {
	s := r.ask("den", name, nil)
	r.note(r.model.enter(s, name))
	return s
}

// say sends two messages, with which the server deals.
func (r *room) say(from *stay, to string) *burst {
	b := r.model.say(from, addressOf("den", to), 2, 3)
	r.settle([]*burst{b}, false)
	return b
}

// hear is the arrival of one of them.
func (r *room) hear(to *stay, b *burst, i int) {
	id := call(b.from, b.first+i)
	_, _, err := r.model.hear(to, message{Type: "offer", Name: b.from.name, Call: id, Offer: []byte(`"` + payload(id, b.size) + `"`)})
	r.note(err)
}

// prove has somebody be there now, and have read everything.
func (r *room) prove(s *stay) {
	now := r.ask("elsewhere", "nobody", nil).asked
	r.note(r.model.prove(s, now))
}

// What the model says of a server that lies. The empty word is for one that does not.
func TestLiesAreSeen(t *testing.T) {
	for name, test := range map[string]struct {
		want string
		tell func(r *room, ana, ben *stay)
	}{
		"all arrives": {"", func(r *room, ana, ben *stay) {
			b := r.say(ana, "BEN")
			r.hear(ben, b, 0)
			r.hear(ben, b, 1)
			r.prove(ben)
		}},
		"one is lost": {"lost", func(r *room, ana, ben *stay) {
			r.hear(ben, r.say(ana, "ben"), 0)
			r.prove(ben)
		}},
		"one is refused, the user being behind": {"", func(r *room, ana, ben *stay) {
			b := r.say(ana, "ben")
			r.refused(b, true)
			r.hear(ben, b, 1)
			r.prove(ben)
		}},
		"one is refused, the user being there": {"unknown_user, but", func(r *room, ana, ben *stay) {
			b := r.say(ana, "ben")
			r.hear(ben, b, 0)
			r.refused(b, false)
			r.prove(ben)
		}},
		"one is refused and arrives": {"although there was an error", func(r *room, ana, ben *stay) {
			b := r.say(ana, "ben")
			r.refused(b, false)
			r.refused(b, false)
			r.hear(ben, b, 0)
		}},
		"one is lost when the user leaves": {"", func(r *room, ana, ben *stay) {
			r.say(ana, "ben")
			r.leave(ben)
			r.note(r.rest())
		}},
		"one is lost that is for nobody": {"lost without an error", func(r *room, ana, ben *stay) {
			r.say(ana, "eve")
			r.note(r.rest())
		}},
		"one arrives twice": {"has arrived before", func(r *room, ana, ben *stay) {
			b := r.say(ana, "ben")
			r.hear(ben, b, 0)
			r.hear(ben, b, 0)
		}},
		"the second arrives first": {"arrives after", func(r *room, ana, ben *stay) {
			b := r.say(ana, "ben")
			r.hear(ben, b, 1)
			r.hear(ben, b, 0)
		}},
		"somebody else gets it": {"was not for", func(r *room, ana, ben *stay) { r.hear(ana, r.say(ana, "ben"), 0) }},
		"a name is given to two": {"given twice", func(r *room, ana, ben *stay) {
			second := r.ask("den", "Ben", nil)
			r.note(r.model.enter(second, "another"))
			r.prove(ben)
		}},
		"a name is given to the next": {"", func(r *room, ana, ben *stay) {
			r.leave(ben)
			r.note(r.model.enter(r.ask("den", "Ben", nil), "another"))
		}},
		"a name is refused that nobody has": {"nobody has it", func(r *room, ana, ben *stay) {
			r.leave(ben)
			r.note(r.refuse(r.ask("den", "Ben", nil)))
		}},
		"a name is refused that somebody has": {"", func(r *room, ana, ben *stay) {
			r.note(r.refuse(r.ask("den", "Ben", nil)))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := &room{model: newModel()}
			test.tell(r, r.enter("ana"), r.enter("ben"))
			if test.want == "" && r.wrong != nil || test.want != "" && (r.wrong == nil || !strings.Contains(r.wrong.Error(), test.want)) {
				t.Errorf("the model says %v, want %q", r.wrong, test.want)
			}
		})
	}
}
