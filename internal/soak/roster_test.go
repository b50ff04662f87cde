//go:build linux

package soak_test

import (
	"fmt"
	"maps"
	"strings"
)

// roster is who is in a room, as a client was told. It is guarded by client.mu.
type roster struct {
	names   map[string]string // by id
	ids     map[string]string // by name, in the form in which equal ones are equal
	removed map[string]bool   // of whom a plain client has heard leave, and not yet removeUser
}

func newRoster(there []user) (*roster, error) {
	r := &roster{names: make(map[string]string, len(there)), ids: make(map[string]string, len(there)), removed: map[string]bool{}}
	for _, p := range there {
		if err := r.join(p); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *roster) join(p user) error {
	key := strings.ToLower(p.UserName)
	if _, twice := r.names[p.ID]; twice {
		return fmt.Errorf("%s (%s) came, who is there", p.UserName, p.ID)
	}
	if other, twice := r.ids[key]; twice {
		return fmt.Errorf("%s (%s) came, whose name is that of (%s)", p.UserName, p.ID, other)
	}
	r.names[p.ID], r.ids[key] = p.UserName, p.ID
	return nil
}

func (r *roster) leave(p user) error {
	if r.names[p.ID] != p.UserName {
		return fmt.Errorf("%s (%s) left, who is not there", p.UserName, p.ID)
	}
	delete(r.names, p.ID)
	delete(r.ids, strings.ToLower(p.UserName))
	return nil
}

// remove is the removeUser that follows leave.
func (r *roster) remove(p user) error {
	if !r.removed[p.ID] {
		return fmt.Errorf("removeUser without a leave before it")
	}
	delete(r.removed, p.ID)
	return nil
}

// hear takes presence in either dialect.
func (r *roster) hear(f message) error {
	switch f.Type {
	case "updateUsers":
		return r.join(*f.User)
	case "leave":
		r.removed[f.User.ID] = true
		return r.leave(*f.User)
	case "removeUser":
		return r.remove(*f.User)
	}
	for _, p := range f.Left {
		if err := r.leave(p); err != nil {
			return err
		}
	}
	for _, p := range f.Joined {
		if err := r.join(p); err != nil {
			return err
		}
	}
	return nil
}

// differs says in what the roster is not the truth, which is names by id; empty if it is.
func (r *roster) differs(truth map[string]string, self string) string {
	want := maps.Clone(truth)
	delete(want, self)
	for id, name := range r.names {
		if want[id] != name {
			return fmt.Sprintf("%s (%s) is not there", name, id)
		}
		delete(want, id)
	}
	for id, name := range want {
		return fmt.Sprintf("%s (%s) is there, too, with %d others", name, id, len(want)-1)
	}
	for id := range r.removed {
		return fmt.Sprintf("there was no removeUser for (%s)", id)
	}
	return ""
}
