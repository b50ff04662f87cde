package ratelimit

// idleList is the groups without a connection, the one that has been idle longest first. It is a ring through its
// own root, so that no link is ever nil.
type idleList struct {
	root group
	len  int
}

func (l *idleList) init() {
	l.root.prev, l.root.next = &l.root, &l.root
}

// first is the group that has been idle longest, or nil.
func (l *idleList) first() *group {
	if l.len == 0 {
		return nil
	}
	return l.root.next
}

// append puts a group that is in no list at the end.
func (l *idleList) append(g *group) {
	last := l.root.prev
	g.prev, g.next = last, &l.root
	last.next, l.root.prev = g, g
	l.len++
}

// remove takes a group of the list out of it.
func (l *idleList) remove(g *group) {
	g.prev.next, g.next.prev = g.next, g.prev
	g.prev, g.next = nil, nil
	l.len--
}
