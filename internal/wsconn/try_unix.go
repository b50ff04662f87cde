//go:build linux || darwin

package wsconn

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// attempt is one write that does not block. It is pooled together with the function that it hands to the
// socket, which would else be allocated for each.
type attempt struct {
	frames [][]byte
	n      int
	err    error
	write  func(fd uintptr) bool
}

func newAttempt() *attempt {
	a := new(attempt)
	a.write = func(fd uintptr) bool {
		a.n, a.err = writeNow(int(fd), a.frames)
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
	b.advance(a.n)
	*a = attempt{write: a.write}
	o.conn.server.attempts.Put(a)
	return err
}

// advance drops the first n bytes.
func (b *batch) advance(n int) {
	for len(b.frames) > 0 && n >= len(b.frames[0]) {
		n -= len(b.frames[0])
		b.frames = b.frames[1:]
	}
	if n > 0 {
		b.frames[0] = b.frames[0][n:]
	}
}

// writeNow is one write on a socket that is in non-blocking mode.
func writeNow(fd int, frames [][]byte) (n int, err error) {
	const most = 1024 // IOV_MAX
	for {
		if len(frames) == 1 {
			n, err = syscall.Write(fd, frames[0])
		} else {
			n, err = unix.Writev(fd, frames[:min(most, len(frames))])
		}
		switch err {
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return 0, nil
		}
		return max(0, n), err
	}
}
