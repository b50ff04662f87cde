package hub

import "beckon/internal/protocol"

// change is a node of a room's presence: somebody came or left. The changes of a room form a singly linked list, whose
// last node is the one that has yet to happen. Each member points to the first change that it has not been told of;
// telling it is walking from there to the end, and what nobody points to any more is garbage.
//
// A node that has happened never changes.
type change struct {
	what *protocol.Change
	next *change // nil while it has yet to happen
	seq  uint64  // tells which of two came first, and nothing else
}

// happen fills the last node of a list and returns the new last one.
func (c *change) happen(what protocol.Change) *change {
	c.what, c.next = &what, &change{seq: c.seq + 1}
	return c.next
}

// before tells whether c comes earlier in its room's presence than other.
func (c *change) before(other *change) bool { return c.seq < other.seq }

// each calls visit for the nodes from c up to end, which is left out.
func (c *change) each(end *change, visit func(*change)) {
	for ; c != end && c.next != nil; c = c.next {
		visit(c)
	}
}

// fold returns what the changes from first up to end come to, as a list of its own that goes on at end: whoever came
// and left in between is in neither place. For each who remains it holds a node, whatever has happened meanwhile.
func fold(first, end *change) *change {
	var kept []*change
	came := make(map[string]int) // where in kept a user came, by id
	first.each(end, func(c *change) {
		at, known := came[c.what.User.ID]
		switch {
		case !c.what.Left:
			came[c.what.User.ID] = len(kept)
			kept = append(kept, c)
		case known:
			kept[at] = nil
		default:
			kept = append(kept, c)
		}
	})
	list := end
	for i := len(kept) - 1; i >= 0; i-- {
		if c := kept[i]; c != nil {
			list = &change{what: c.what, next: list, seq: c.seq}
		}
	}
	return list
}
