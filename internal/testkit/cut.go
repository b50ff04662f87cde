package testkit

import (
	"context"
	"io"
	"net"
	"sync/atomic"
)

// Cut is where a connection breaks: after so many bytes from the server, or to it, whichever is first. 0 is
// before the first one, a negative number never.
type Cut struct{ Down, Up int }

// Through is dial with connections that break there.
func (c Cut) Through(dial DialFunc) DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &brittle{Conn: conn, cut: c}, nil
	}
}

// brittle is a connection that breaks.
type brittle struct {
	net.Conn
	cut      Cut
	down, up atomic.Int64 // bytes so far
}

// Read is net.Conn.
func (b *brittle) Read(p []byte) (int, error) {
	p, broken := b.within(p, b.cut.Down, &b.down)
	if broken {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := b.Conn.Read(p)
	b.down.Add(int64(n))
	return n, err
}

// Write is net.Conn.
func (b *brittle) Write(p []byte) (int, error) {
	part, broken := b.within(p, b.cut.Up, &b.up)
	if broken {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := b.Conn.Write(part)
	b.up.Add(int64(n))
	if err == nil && n < len(p) {
		b.Conn.Close()
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// within is the part of p that still passes; if there is none, it breaks the connection.
func (b *brittle) within(p []byte, limit int, passed *atomic.Int64) (part []byte, broken bool) {
	if limit < 0 {
		return p, false
	}
	left := limit - int(passed.Load())
	if left <= 0 {
		b.Conn.Close()
		return nil, true
	}
	return p[:min(left, len(p))], false
}

var _ net.Conn = (*brittle)(nil)
