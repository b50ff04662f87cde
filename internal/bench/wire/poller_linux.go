package wire

import (
	"errors"
	"net"
	"syscall"
	"time"
	"unsafe"
)

// sysEpollPwait2 is epoll_pwait2, epoll_wait with a timeout in nanoseconds: the same number on every
// architecture, since Linux 5.11.
const sysEpollPwait2 = 441

const prSetTimerslack = 29

// poller tells which sockets are ready. It belongs to the loop's goroutine, but for wake.
type poller struct {
	epoll, wakeup int
	events        []syscall.EpollEvent
	coarse        bool // the system has no epoll_pwait2
}

func newPoller() (*poller, error) {
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	wakeup, _, errno := syscall.Syscall(syscall.SYS_EVENTFD2, 0, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if errno != 0 {
		syscall.Close(epoll)
		return nil, errno
	}
	// Timers of the calling thread may otherwise be 50 microseconds late.
	syscall.Syscall(syscall.SYS_PRCTL, prSetTimerslack, 1, 0)
	p := &poller{epoll: epoll, wakeup: int(wakeup), events: make([]syscall.EpollEvent, 512)}
	return p, p.add(p.wakeup)
}

func (p *poller) close() {
	syscall.Close(p.wakeup)
	syscall.Close(p.epoll)
}

// add watches a descriptor for what can be read.
func (p *poller) add(fd int) error {
	return syscall.EpollCtl(p.epoll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)})
}

// watchWrites watches a descriptor for room to write as well, or no longer.
func (p *poller) watchWrites(fd int, watch bool) {
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}
	if watch {
		event.Events |= syscall.EPOLLOUT
	}
	syscall.EpollCtl(p.epoll, syscall.EPOLL_CTL_MOD, fd, &event)
}

func (p *poller) remove(fd int) {
	syscall.EpollCtl(p.epoll, syscall.EPOLL_CTL_DEL, fd, nil)
}

// wake makes wait return. It may be called from any goroutine.
func (p *poller) wake() {
	one := [8]byte{1}
	syscall.Write(p.wakeup, one[:])
}

// wait waits for at most the given time and calls ready for every descriptor that is.
func (p *poller) wait(timeout time.Duration, ready func(fd int, readable, writable bool)) error {
	n, err := p.block(timeout)
	if err != nil && !errors.Is(err, syscall.EINTR) {
		return err
	}
	for _, event := range p.events[:max(n, 0)] {
		fd := int(event.Fd)
		if fd == p.wakeup {
			var count [8]byte
			syscall.Read(fd, count[:])
			continue
		}
		const failed = syscall.EPOLLERR | syscall.EPOLLHUP
		ready(fd, event.Events&(syscall.EPOLLIN|failed) != 0, event.Events&syscall.EPOLLOUT != 0)
	}
	return nil
}

func (p *poller) block(timeout time.Duration) (int, error) {
	if p.coarse {
		return syscall.EpollWait(p.epoll, p.events, int((timeout+time.Millisecond-1)/time.Millisecond))
	}
	spec := syscall.NsecToTimespec(int64(timeout))
	n, _, errno := syscall.Syscall6(sysEpollPwait2, uintptr(p.epoll), uintptr(unsafe.Pointer(&p.events[0])),
		uintptr(len(p.events)), uintptr(unsafe.Pointer(&spec)), 0, 0)
	switch errno {
	case 0:
		return int(n), nil
	case syscall.ENOSYS:
		p.coarse = true
		return 0, nil
	default:
		return 0, errno
	}
}

// take returns a descriptor of its own for a connection, which it closes.
func take(conn net.Conn) (fd int, err error) {
	defer conn.Close()
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err != nil {
		return 0, err
	}
	controlErr := raw.Control(func(original uintptr) {
		dup, _, errno := syscall.Syscall(syscall.SYS_FCNTL, original, syscall.F_DUPFD_CLOEXEC, 0)
		if fd = int(dup); errno != 0 {
			err = errno
		}
	})
	return fd, errors.Join(err, controlErr)
}

// read reads what is there. It returns errAgain if that is nothing, and 0 at the end.
func read(fd int, p []byte) (int, error) { return transfer(syscall.SYS_READ, fd, p) }

// write writes as much as there is room for. It returns errAgain if that is nothing.
func write(fd int, p []byte) (int, error) { return transfer(syscall.SYS_WRITE, fd, p) }

// transfer makes a call that does not block, of which the scheduler need not know. p must not be empty.
func transfer(call uintptr, fd int, p []byte) (int, error) {
	for {
		n, _, errno := syscall.RawSyscall(call, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)))
		switch errno {
		case 0:
			return int(n), nil
		case syscall.EAGAIN:
			return 0, errAgain
		case syscall.EINTR:
		default:
			return 0, errno
		}
	}
}

// closeFD closes a descriptor, with a reset instead of a farewell if cut is set.
func closeFD(fd int, cut bool) {
	if cut {
		syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
	}
	syscall.Close(fd)
}

// setReceiveBuffer bounds what the system holds for a connection that nobody reads.
func setReceiveBuffer(fd, n int) {
	syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, n)
}

// RaiseFileLimit allows this process to have n descriptors open, and those that it starts.
func RaiseFileLimit(n uint64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	if limit.Cur >= n {
		return nil
	}
	limit.Cur, limit.Max = n, max(n, limit.Max)
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
}
