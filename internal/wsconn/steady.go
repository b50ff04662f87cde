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
	took    func(bytes int) // is told of what it takes
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

// begin sets the timeout, and who is told of what the socket takes, before anything is written concurrently.
func (s *steady) begin(timeout time.Duration, took func(bytes int)) {
	s.timeout, s.took, s.raw = timeout, took, rawOf(s.Conn)
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

// write blocks until all is written, an error comes, or the socket takes nothing for the timeout. It looks a few times
// in that: what is taken between two looks is known no more exactly, so that the end may come one of these steps late.
// Where the system tells nothing it looks once, since what is no socket, such as TLS, may not survive a deadline.
func (s *steady) write(rest *net.Buffers) error {
	looks := 4
	if s.raw == nil {
		looks = 1
	}
	for idle := 0; len(*rest) > 0; {
		s.SetWriteDeadline(time.Now().Add(s.timeout / time.Duration(looks)))
		before := s.waiting()
		n, err := s.some(rest)
		switch {
		case err == nil:
			idle = 0
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		case n > 0 || s.waiting() < before:
			idle = 0
		default:
			idle++
		}
		if idle == looks {
			return err
		}
	}
	return nil
}

// some writes a piece of what is left, so that it is known in time how far it has come.
func (s *steady) some(rest *net.Buffers) (n int, err error) {
	most := 4096 // bytes: few enough that a slow client takes them in the timeout
	if s.raw != nil {
		most = 32 << 10 // the system tells how much of it was written
	}
	if first := (*rest)[0]; len(*rest) == 1 || len(first) >= most {
		n, err = s.Conn.Write(first[:min(most, len(first))])
	} else {
		piece := firstOf(*rest, most)
		written, e := piece.WriteTo(s.Conn)
		n, err = int(written), e
	}
	*rest = advance(*rest, n)
	s.took(n)
	return n, err
}

// firstOf is the first buffers, with at most so many bytes, in a slice of its own: net.Buffers.WriteTo writes into it.
func firstOf(rest net.Buffers, bytes int) net.Buffers {
	const most = 64
	n := 0
	for n < min(len(rest), most) && len(rest[n]) <= bytes {
		bytes -= len(rest[n])
		n++
	}
	return append(net.Buffers(nil), rest[:n]...)
}

// advance drops the first n bytes.
func advance(rest [][]byte, n int) [][]byte {
	for len(rest) > 0 && n >= len(rest[0]) {
		n -= len(rest[0])
		rest = rest[1:]
	}
	if n > 0 {
		rest[0] = rest[0][n:]
	}
	return rest
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
