package turn

import (
	"container/list"
	"net/netip"
	"sync"
)

// lobby holds the streams that have no allocation. Where there are too many, of an address or in all, the one that has
// been silent for longest is closed: whoever holds on to streams makes room for who has just come. It is safe for
// concurrent use.
type lobby struct {
	mu        sync.Mutex
	most      int                         // in all; guarded by mu
	mostPerIP int                         // of one address, see networksOf; guarded by mu
	all       list.List                   // of *visitor, the longest silent first; guarded by mu
	networks  map[netip.Prefix]*list.List // the same, of those that are not empty; guarded by mu
}

// visitor is a stream, as a lobby sees it.
type visitor struct {
	addr  netip.Addr // static
	close func()     // ends the stream; static

	places []place // where it stands, nil outside; guarded by lobby.mu
	over   bool    // it never comes in again; guarded by lobby.mu
}

// place is where a visitor stands in a queue.
type place struct {
	queue   *list.List
	most    int
	network netip.Prefix // whose queue it is; the zero Prefix for that of all
	element *list.Element
}

func newLobby(most, mostPerIP int) *lobby {
	return &lobby{most: most, mostPerIP: mostPerIP, networks: make(map[netip.Prefix]*list.List)}
}

// enter lets a stream in, and closes those that are too many, the longest silent of a narrow network before that of a
// wider one. It tells how many it closed.
func (l *lobby) enter(v *visitor) (closed int) {
	excess := l.admit(v)
	for _, other := range excess {
		other.close()
	}
	return len(excess)
}

func (l *lobby) admit(v *visitor) (excess []*visitor) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if v.over || v.places != nil {
		return nil
	}
	for _, n := range networksOf(v.addr) {
		queue := l.networks[n.prefix]
		if queue == nil {
			queue = list.New()
			l.networks[n.prefix] = queue
		}
		v.places = append(v.places, place{queue, n.share * l.mostPerIP, n.prefix, queue.PushBack(v)})
	}
	v.places = append(v.places, place{queue: &l.all, most: l.most, element: l.all.PushBack(v)})
	for _, p := range v.places {
		if p.queue.Len() > p.most {
			oldest := p.queue.Front().Value.(*visitor)
			l.remove(oldest)
			oldest.over = true
			excess = append(excess, oldest)
		}
	}
	return excess
}

// spoke notes that a stream that may be inside is not silent.
func (l *lobby) spoke(v *visitor) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range v.places {
		p.queue.MoveToBack(p.element)
	}
}

// leave lets a stream go that has an allocation now.
func (l *lobby) leave(v *visitor) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.remove(v)
}

// end lets a stream go that is closed.
func (l *lobby) end(v *visitor) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.remove(v)
	v.over = true
}

// remove needs mu.
func (l *lobby) remove(v *visitor) {
	for _, p := range v.places {
		p.queue.Remove(p.element)
		if p.queue.Len() == 0 && p.network.IsValid() {
			delete(l.networks, p.network)
		}
	}
	v.places = nil
}
