package wsconn

import (
	"syscall"
	"unsafe"
)

// The calls here are on sockets in non-blocking mode. Go's scheduler is not told of them, as it would be by
// package syscall, since it then makes ready to run others meanwhile: where messages are rare, waking it up for
// that costs more than the message.

// readNow reads what is there; syscall.EAGAIN if there is nothing.
func readNow(fd int, p []byte) (n int, err error) {
	return callNow(syscall.SYS_READ, fd, unsafe.Pointer(unsafe.SliceData(p)), len(p))
}

// vector is what a write of several frames hands to the system, kept for its room.
type vector []syscall.Iovec

// writeNow writes as much as the socket takes, in one call.
func (v *vector) writeNow(fd int, frames [][]byte) (n int, err error) {
	const most = 1024 // IOV_MAX
	if len(frames) == 1 {
		n, err = callNow(syscall.SYS_WRITE, fd, unsafe.Pointer(unsafe.SliceData(frames[0])), len(frames[0]))
	} else {
		parts := (*v)[:0]
		for _, f := range frames[:min(most, len(frames))] {
			parts = append(parts, syscall.Iovec{Base: unsafe.SliceData(f)})
			parts[len(parts)-1].SetLen(len(f))
		}
		n, err = callNow(syscall.SYS_WRITEV, fd, unsafe.Pointer(unsafe.SliceData(parts)), len(parts))
		clear(parts) // so that no frame is kept alive
		*v = parts
	}
	if err == syscall.EAGAIN {
		return 0, nil
	}
	return n, err
}

func callNow(call uintptr, fd int, p unsafe.Pointer, size int) (n int, err error) {
	for {
		n, _, errno := syscall.RawSyscall(call, uintptr(fd), uintptr(p), uintptr(size))
		switch errno {
		case 0:
			return int(n), nil
		case syscall.EINTR:
			continue
		default:
			return 0, errno
		}
	}
}
