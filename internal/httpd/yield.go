package httpd

import (
	"errors"
	"net"
	"syscall"
	"time"
)

// yielding is a listener for when the process has no file descriptor left to accept with: then the visitor with whom
// nothing has happened for longest is closed.
type yielding struct {
	net.Listener
	visitors *visitors
}

// Accept is net.Listener. Where there is nobody to close, it fails, and net/http tries again a little later.
func (l yielding) Accept() (net.Conn, error) {
	const moment = time.Millisecond // for the closed connection's goroutine to let go of it
	for {
		conn, err := l.Listener.Accept()
		if !outOfFiles(err) || !l.visitors.yield() {
			return conn, err
		}
		time.Sleep(moment)
	}
}

func outOfFiles(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
