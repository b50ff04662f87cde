package protocol

import "slices"

// Change is one step of a room's presence: a user came, or left.
type Change struct {
	User User
	Left bool

	json []byte // of User, by Prepared
}

// Prepared returns c as it is encoded with the least work. Those who come to a large room at the same time are each
// told of all that came after them: the same users again and again.
func (c Change) Prepared() Change {
	c.json = appendUser(make([]byte, 0, userBytes(c.User)), c.User)
	return c
}

func (c Change) append(dst []byte) []byte {
	if c.json == nil {
		return appendUser(dst, c.User)
	}
	return append(dst, c.json...)
}

// AppendUser appends the user of c under a type: updateUsers, leave or removeUser.
func (c Change) AppendUser(dst []byte, typ string) []byte {
	dst = append(append(dst, `{"type":"`...), typ...)
	return append(c.append(append(dst, `","user":`...)), '}')
}

// What stands around the users of a presence message.
const (
	presenceHead   = `{"type":"presence","joined":[`
	presenceMiddle = `],"left":[`
	presenceEnd    = `]}`
)

// AppendPresence appends changes, oldest first, as what they come to: who is there now and was not, and who was
// there and is not. Somebody who came and went is in neither, somebody who left and came back, with a new id, is in
// both. It appends nothing where nothing is left to say, and grows dst once.
func AppendPresence(dst []byte, changes []Change) []byte {
	joined, left := compact(changes)
	if len(joined)+len(left) == 0 {
		return dst
	}
	dst = slices.Grow(dst, len(presenceHead+presenceMiddle+presenceEnd)+usersBytes(changes))
	dst = appendChanges(append(dst, presenceHead...), joined)
	dst = appendChanges(append(dst, presenceMiddle...), left)
	return append(dst, presenceEnd...)
}

// Arrivals are the users of a run of changes, encoded once for all who are due an end of it in which nobody left.
type Arrivals struct {
	users  []byte // of those behind the last who left, a comma before each
	starts []int  // where each of them begins in users
	since  int    // how many changes come before them
}

// NewArrivals encodes changes, oldest first.
func NewArrivals(changes []Change) *Arrivals {
	a := new(Arrivals)
	for i, c := range changes {
		if c.Left {
			a.since = i + 1
		}
	}
	came := changes[a.since:]
	a.users, a.starts = make([]byte, 0, usersBytes(came)), make([]int, 0, len(came))
	for _, c := range came {
		a.starts = append(a.starts, len(a.users))
		a.users = c.append(append(a.users, ','))
	}
	return a
}

// Presence returns what AppendPresence makes of the changes but for the first skip, behind head and in parts, of
// which the middle one is shared and must not be changed. It returns nil where somebody left among them, or nobody is.
func (a *Arrivals) Presence(head []byte, skip int) [][]byte {
	first := skip - a.since
	if first < 0 || first >= len(a.starts) {
		return nil
	}
	users := a.users[a.starts[first]+len(","):]
	return [][]byte{append(head, presenceHead...), users, []byte(presenceMiddle + presenceEnd)}
}

// userBytes is how long a user is in JSON, with a comma, where no name needs to be escaped.
func userBytes(u User) int {
	const keys = len(`{"id":"","userName":""},`)
	return keys + len(u.ID) + len(u.Name)
}

// usersBytes is userBytes for all of changes.
func usersBytes(changes []Change) int {
	n := 0
	for _, c := range changes {
		n += userBytes(c.User)
	}
	return n
}

func appendChanges(dst []byte, changes []Change) []byte {
	for i, c := range changes {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = c.append(dst)
	}
	return dst
}

// compact returns who came and who left, without those who did both in that order.
func compact(changes []Change) (joined, left []Change) {
	if !slices.ContainsFunc(changes, func(c Change) bool { return c.Left }) {
		return changes, nil
	}
	came := make(map[User]int, len(changes)) // where in changes somebody is
	gone := make([]bool, len(changes))       // those who came and went
	for i, c := range changes {
		if !c.Left {
			came[c.User] = i
		} else if j, known := came[c.User]; known {
			gone[j] = true
		} else {
			left = append(left, c)
		}
	}
	for i, c := range changes {
		if !c.Left && !gone[i] {
			joined = append(joined, c)
		}
	}
	return joined, left
}
