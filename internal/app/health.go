package app

import (
	"errors"
	"net"
	"net/http"
	"os"

	"beckon/internal/health"
	"beckon/internal/link"
	"beckon/internal/session"
	"beckon/internal/socketpair"
	"beckon/internal/wsconn"
)

// newMonitor watches what users depend on: the hub, and that a socket is taken, greeted and answered.
func (a *App) newMonitor(basePath string, dialect *session.Server) *health.Monitor {
	return health.New(
		health.Part{Name: "hub", Check: func() error {
			a.hub.Check()
			return nil
		}},
		health.Part{Name: "sockets", Check: func() error {
			return a.checkSockets(basePath+"/ws", dialect.AcceptUnseen)
		}},
	)
}

// checkSockets connects to the server as a client would, but for the network, and returns when that connection is over
// on the server's side, too: one that hangs there keeps the next one from being made.
//
// A server that drains takes no sockets, and closes those that there are: by saying so it answers.
func (a *App) checkSockets(path string, accept link.Accept) error {
	near, far := duplex()
	call := &caller{conn: far, header: make(http.Header)}
	seen := &witness{accept: accept, over: make(chan struct{})}
	handled := make(chan struct{})
	go func() {
		defer close(handled)
		a.pages.Handler.ServeHTTP(call, wsconn.Unseen(handshake(path), seen.watch))
		if !call.hijacked {
			far.Close()
		}
	}()
	err := converse(near)
	near.Close()
	<-handled
	if seen.Receiver != nil {
		<-seen.over
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return health.ErrNoAnswer
	case err == nil || a.draining.Load():
		return nil
	case !call.hijacked:
		return call.refusal()
	}
	return err
}

// duplex is two ends of a connection: sockets, which are watched and written to as those of clients are, where the
// system has them, and has descriptors left.
func duplex() (near, far net.Conn) {
	here, there, err := socketpair.Open(socketpair.Stream)
	if err != nil {
		return net.Pipe()
	}
	defer there.Close()
	if far, err = net.FileConn(there); err != nil {
		here.Close()
		return net.Pipe()
	}
	return here, far
}

// witness notices the end of a connection.
type witness struct {
	link.Receiver // nil before there is a connection; set while the handshake is handled
	accept        link.Accept
	over          chan struct{} // closed then
}

// watch is a link.Accept.
func (w *witness) watch(conn link.Conn) link.Receiver {
	w.Receiver = w.accept(conn)
	return w
}

// Closed is link.Receiver.
func (w *witness) Closed(end link.End) {
	defer close(w.over)
	w.Receiver.Closed(end)
}
