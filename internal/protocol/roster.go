package protocol

import (
	"iter"
	"slices"
	"sync"
)

// Roster is the users of a room, kept so that a login reply, which holds them all, costs little more than its
// bytes: they stand in pages, which are encoded once, and only the page that somebody joins or leaves is
// encoded again. It is not safe for concurrent use; the Users that it gives are.
//
// A page is never changed, but replaced. Its number stays, and those that have room are filled first, so that
// there are never more pages than the room once had users for.
type Roster struct {
	pages []*page
	roomy []int // the numbers of the pages that are not full
}

// pageUsers is how many users a full page has.
const pageUsers = 64

type page struct {
	users []*User // in no order

	encode  sync.Once
	encoded []byte // a comma before each
}

// Add adds u, which must not be changed any more, and returns the number of its page.
func (r *Roster) Add(u *User) (number int) {
	if len(r.roomy) == 0 {
		r.roomy = append(r.roomy, len(r.pages))
		r.pages = append(r.pages, new(page))
	}
	number = r.roomy[len(r.roomy)-1]
	users := append(r.pages[number].users, u) // behind what the page before can see
	r.pages[number] = &page{users: users}
	if len(users) == pageUsers {
		r.roomy = r.roomy[:len(r.roomy)-1]
	}
	return number
}

// Remove removes u from the page that it was added to.
func (r *Roster) Remove(u *User, number int) {
	if len(r.pages[number].users) == pageUsers {
		r.roomy = append(r.roomy, number)
	}
	r.pages[number] = r.pages[number].without(u)
}

func (p *page) without(u *User) *page {
	rest := make([]*User, 0, len(p.users))
	for _, other := range p.users {
		if other != u {
			rest = append(rest, other)
		}
	}
	return &page{users: rest}
}

// Users is who was in a Roster at one moment. The zero Users is nobody.
type Users struct {
	pages []*page
}

// Users returns who is there now.
func (r *Roster) Users() Users { return Users{slices.Clone(r.pages)} }

// Others returns who is there now but for u, which is on the page with the given number.
func (r *Roster) Others(u *User, number int) Users {
	others := r.Users()
	others.pages[number] = others.pages[number].without(u)
	return others
}

// All are the users, in no order.
func (u Users) All() iter.Seq[User] {
	return func(yield func(User) bool) {
		for _, p := range u.pages {
			for _, user := range p.users {
				if !yield(*user) {
					return
				}
			}
		}
	}
}

// bytes is how long the parts are together, or one more.
func (u Users) bytes() int {
	n := 0
	for _, p := range u.pages {
		n += len(p.json())
	}
	return n
}

// parts are the users as the members of a JSON array, in pieces that must not be changed.
func (u Users) parts() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		first := true
		for _, p := range u.pages {
			part := p.json()
			if len(part) == 0 {
				continue
			}
			if first {
				part, first = part[len(","):], false
			}
			if !yield(part) {
				return
			}
		}
	}
}

func (p *page) json() []byte {
	p.encode.Do(func() {
		size := 0
		for _, u := range p.users {
			size += userBytes(*u)
		}
		p.encoded = make([]byte, 0, size)
		for _, u := range p.users {
			p.encoded = appendUser(append(p.encoded, ','), *u)
		}
	})
	return p.encoded
}
