package wsconn

import (
	"os"
	"syscall"
	"unsafe"

	"beckon/internal/fault"
)

// poller watches the sockets of silent connections (epoll(7)), and has a reader begin where something has come. A
// socket that is watched costs some bytes; a goroutine that waits for it would cost some thousand.
//
// Its own descriptor is in the care of Go's poller, so that the one goroutine waits as any other does, and not in a
// system call.
type poller struct {
	// Static.

	epoll int
	file  *os.File        // of epoll
	raw   syscall.RawConn // of file

	mu    fault.Mutex
	conns []*Conn // by descriptor, nil for those that are not watched; guarded by mu
}

// newPoller starts a poller, or returns nil where the system gives none.
func newPoller() *poller {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil
	}
	syscall.SetNonblock(fd, true) // else os.NewFile would take it for a file that blocks
	p := &poller{epoll: fd, file: os.NewFile(uintptr(fd), "epoll")}
	if p.raw, err = p.file.SyscallConn(); err != nil {
		p.file.Close()
		return nil
	}
	go p.run()
	return p
}

// stop ends the goroutine. No connection may be watched any more.
func (p *poller) stop() {
	if p != nil {
		p.file.Close()
	}
}

// run is the poller's goroutine.
func (p *poller) run() {
	var events [256]syscall.EpollEvent
	n := 0
	wait := func(fd uintptr) bool {
		n = pollNow(int(fd), events[:])
		return n > 0
	}
	var called []*Conn
	for p.raw.Read(wait) == nil {
		called = p.watched(called[:0], events[:n])
		for _, c := range called {
			c.call()
		}
	}
}

// watched appends the connections that events are about. One whose socket was closed a moment ago may stand for
// another with the same descriptor, which looks in vain then.
func (p *poller) watched(dst []*Conn, events []syscall.EpollEvent) []*Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, event := range events {
		if c := p.conns[event.Fd]; c != nil {
			dst = append(dst, c)
		}
	}
	return dst
}

// watch has c called once when its socket, which is open and has the descriptor fd, has something to read. It returns
// false where the system refuses.
func (p *poller) watch(c *Conn, fd int) bool {
	if p == nil {
		return false
	}
	const oneShot = 1 << 30 // EPOLLONESHOT; package syscall's does not fit on every system
	op := syscall.EPOLL_CTL_MOD
	if p.note(c, fd) {
		op = syscall.EPOLL_CTL_ADD
	}
	err := syscall.EpollCtl(p.epoll, op, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN | oneShot, Fd: int32(fd)})
	return err == nil
}

// note notes that fd is c's; false if that is known.
func (p *poller) note(c *Conn, fd int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if fd >= len(p.conns) {
		p.conns = append(p.conns, make([]*Conn, fd+1-len(p.conns))...)
	}
	if p.conns[fd] == c {
		return false
	}
	p.conns[fd] = c
	return true
}

// forget lets go of c, whose descriptor was fd.
func (p *poller) forget(c *Conn, fd int) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if fd < len(p.conns) && p.conns[fd] == c {
		p.conns[fd] = nil
	}
}

// pollNow is epoll_wait without waiting. Go's scheduler is not told of it; see now_linux.go.
func pollNow(epoll int, events []syscall.EpollEvent) int {
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(epoll),
			uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), 0, 0, 0)
		switch errno {
		case 0:
			return int(n)
		case syscall.EINTR:
			continue
		default:
			return 0
		}
	}
}
