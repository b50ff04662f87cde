package wsconn

import (
	"context"
	"net/http"
	"net/netip"

	"beckon/internal/link"
)

// unseenKey is where the context of a request says that it is Unseen.
type unseenKey struct{}

// Unseen returns r as a request of the server to itself, to find out whether sockets answer. Its connection is of one who
// is let in whoever else is there: no limit counts it, and the Observer and the log are not told of it. All else is as
// for anybody, but that accept serves it. Nothing that a client sends makes a request one.
func Unseen(r *http.Request, accept link.Accept) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), unseenKey{}, accept))
}

// unseen returns who serves a request that is Unseen; nil for any other.
func unseen(r *http.Request) link.Accept {
	accept, _ := r.Context().Value(unseenKey{}).(link.Accept)
	return accept
}

// serveUnseen upgrades a request that is Unseen. A server that drains refuses it.
func (s *Server) serveUnseen(w http.ResponseWriter, r *http.Request, accept link.Accept) {
	s.opts.Gate.Open() // only to see that they can be asked
	s.opts.LocalGate.Open()
	if s.isDraining() {
		http.Error(w, "the server is restarting", http.StatusServiceUnavailable)
		return
	}
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // gorilla has answered
	}
	c := newConn(s, ws.NetConn(), ws.Subprotocol())
	c.unseen, c.source = true, sourceOf(netip.Prefix{})
	if !s.add(c) {
		c.net.Close()
		return
	}
	c.begin(accept)
	go c.read()
}

// observer is who is told of the connection.
func (c *Conn) observer() Observer {
	if c.unseen {
		return unobserved{}
	}
	return c.server.opts.Observer
}
