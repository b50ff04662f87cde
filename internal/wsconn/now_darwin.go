package wsconn

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// readNow reads what is there; syscall.EAGAIN if there is nothing.
func readNow(fd int, p []byte) (n int, err error) {
	for {
		if n, err = syscall.Read(fd, p); err != syscall.EINTR {
			return max(0, n), err
		}
	}
}

// vector is of use on Linux.
type vector struct{}

// writeNow writes as much as the socket takes, in one call.
func (vector) writeNow(fd int, frames [][]byte) (n int, err error) {
	const most = 1024 // IOV_MAX
	for {
		n, err = unix.Writev(fd, frames[:min(most, len(frames))])
		switch err {
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return 0, nil
		}
		return max(0, n), err
	}
}
