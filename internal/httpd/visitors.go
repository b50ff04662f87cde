package httpd

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// visitors are the connections that are no WebSockets, or not yet. When there are too many, the one with
// which nothing has happened for longest is closed: whoever holds on to connections makes room
// for who has just come.
type visitors struct {
	most int // static; 0 for any number

	mu     sync.Mutex
	places map[net.Conn]*list.Element // in queue; guarded by mu
	queue  list.List                  // of net.Conn, the longest unchanged first; guarded by mu
}

func newVisitors(most int) *visitors {
	return &visitors{most: most, places: map[net.Conn]*list.Element{}}
}

// note is the ConnState of an http.Server.
func (v *visitors) note(conn net.Conn, state http.ConnState) {
	if excess := v.move(conn, state); excess != nil {
		cut(excess)
	}
}

// yield closes the visitor with whom nothing has happened for longest; false if there is none, or but one: it may be
// that one who is being served, as the system says that there is no descriptor left also when nobody waits for it.
func (v *visitors) yield() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.queue.Len() < 2 {
		return false
	}
	cut(v.forget(v.queue.Front()))
	return true
}

func cut(excess net.Conn) {
	if secure, ok := excess.(interface{ NetConn() net.Conn }); ok {
		excess = secure.NetConn() // TLS would wait until it can say goodbye
	}
	_ = excess.Close() // it may be closed already
}

// move finds a connection its place and returns one that is to be closed, or nil.
func (v *visitors) move(conn net.Conn, state http.ConnState) (excess net.Conn) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch place, known := v.places[conn]; {
	case state == http.StateNew:
		v.places[conn] = v.queue.PushBack(conn)
	case !known: // it was one too many, and is about to end
	case state == http.StateHijacked || state == http.StateClosed:
		v.forget(place)
	default:
		v.queue.MoveToBack(place)
	}
	if v.most == 0 || v.queue.Len() <= v.most {
		return nil
	}
	return v.forget(v.queue.Front())
}

// forget needs mu.
func (v *visitors) forget(place *list.Element) net.Conn {
	conn := v.queue.Remove(place).(net.Conn)
	delete(v.places, conn)
	return conn
}
