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

// AppendPresence appends changes, oldest first, as what they come to: who is there now and was not, and who was
// there and is not. Somebody who came and went is in neither, somebody who left and came back, with a new id, is in
// both. It appends nothing where nothing is left to say, and grows dst once.
func AppendPresence(dst []byte, changes []Change) []byte {
	joined, left := compact(changes)
	if len(joined)+len(left) == 0 {
		return dst
	}
	const rest = 64
	size := rest
	for _, c := range changes {
		size += userBytes(c.User)
	}
	dst = slices.Grow(dst, size)
	dst = appendChanges(append(dst, `{"type":"presence","joined":[`...), joined)
	dst = appendChanges(append(dst, `],"left":[`...), left)
	return append(dst, `]}`...)
}

// userBytes is how long a user is in JSON, with a comma, where no name needs to be escaped.
func userBytes(u User) int {
	const keys = len(`{"id":"","userName":""},`)
	return keys + len(u.ID) + len(u.Name)
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
