//go:build linux || darwin

package wsconn

import (
	"net"
	"syscall"
)

// rawOf returns what tries calls on a socket that do not block; nil where conn is more than a socket.
func rawOf(conn net.Conn) syscall.RawConn {
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// attempt is one write that does not block. It is pooled together with the function that it hands to the
// socket, which would else be allocated for each.
type attempt struct {
	frames [][]byte
	n      int
	err    error
	write  func(fd uintptr) bool
	vector vector
}

func newAttempt() *attempt {
	a := new(attempt)
	a.write = func(fd uintptr) bool {
		a.n, a.err = a.vector.writeNow(int(fd), a.frames)
		return true // also when the socket is full: the flusher waits, not this call
	}
	return a
}

// try writes as much of b as the socket takes now and leaves the rest in b.
func (o *outbox) try(b *batch) error {
	if o.raw == nil {
		return nil
	}
	a := o.conn.server.attempts.Get().(*attempt)
	a.frames = b.frames
	err := o.raw.Write(a.write)
	if err == nil {
		err = a.err
	}
	b.frames = advance(b.frames, a.n)
	a.frames, a.n, a.err = nil, 0, nil
	o.conn.server.attempts.Put(a)
	return err
}
