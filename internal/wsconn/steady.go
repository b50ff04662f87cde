package wsconn

import (
	"errors"
	"net"
	"os"
	"syscall"
	"time"
)

// steady is a socket on which a write may last for as long as the socket takes something: with all that it takes, the
// deadline moves. It belongs below TLS, since there a write cannot be gone on with once it has met its deadline
// (crypto/tls, Conn.SetWriteDeadline).
type steady struct {
	net.Conn // static

	// Static once there is a WebSocket; until then the socket is like any other.

	timeout time.Duration   // how long it may take nothing
	raw     syscall.RawConn // nil where the socket has no descriptor
	look    func(fd uintptr)

	// Owned by the one who writes.

	one  [1][]byte   // what Write was called with
	rest net.Buffers // what is left of it
	held int         // what look has seen
}

// BelowTLS is to be put between a socket and its TLS, so that the write timeout is for a socket that takes nothing,
// and not for one that takes long.
func BelowTLS(socket net.Conn) net.Conn { return &steady{Conn: socket} }

// begin sets the timeout, before anything is written concurrently.
func (s *steady) begin(timeout time.Duration) {
	s.timeout, s.raw = timeout, rawOf(s.Conn)
	s.look = func(fd uintptr) { s.held = held(int(fd)) }
}

// socketBelow is what conn is made of: TLS is more than a socket.
func socketBelow(conn net.Conn) net.Conn {
	if layered, ok := conn.(interface{ NetConn() net.Conn }); ok {
		return layered.NetConn()
	}
	return conn
}

// Write is net.Conn.
func (s *steady) Write(b []byte) (n int, err error) {
	if s.timeout == 0 {
		return s.Conn.Write(b)
	}
	s.one[0], n = b, len(b)
	s.rest = s.one[:]
	err = s.write(&s.rest)
	for _, left := range s.rest {
		n -= len(left)
	}
	s.one[0] = nil
	return n, err
}

// write blocks until all is written, an error comes, or the socket takes nothing for the timeout.
func (s *steady) write(rest *net.Buffers) error {
	for len(*rest) > 0 {
		s.SetWriteDeadline(time.Now().Add(s.timeout))
		before := s.waiting()
		n, err := s.some(rest)
		if errors.Is(err, os.ErrDeadlineExceeded) && (n > 0 || s.waiting() < before) {
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// some writes what is left, or where nobody could tell how much of it was written, a piece.
func (s *steady) some(rest *net.Buffers) (n int64, err error) {
	if s.raw != nil {
		return rest.WriteTo(s.Conn)
	}
	const piece = 4096 // bytes: few enough that a slow client takes them in the timeout
	first := (*rest)[0]
	taken, err := s.Conn.Write(first[:min(piece, len(first))])
	if taken < len(first) {
		(*rest)[0] = first[taken:]
	} else {
		(*rest)[0], *rest = nil, (*rest)[1:]
	}
	return int64(taken), err
}

// waiting is how many bytes the system holds that the client has not acknowledged. It offers room in steps, for one of
// which a slow client may need longer than the timeout: this shrinks meanwhile.
func (s *steady) waiting() int {
	if s.raw == nil {
		return 0
	}
	s.held = 0
	_ = s.raw.Control(s.look) // what fails here fails in the write, too
	return s.held
}
