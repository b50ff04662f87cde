package listen

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"
)

const (
	// maxSocketPath is the least that common systems allow (sockaddr_un less its final zero).
	maxSocketPath = 103
	// probeTimeout is how long whoever serves on a socket may take to accept.
	probeTimeout = time.Second
)

// openUnix makes a Unix socket with the permissions given. A socket that a dead process has
// left there is replaced.
func openUnix(path string, mode fs.FileMode) (net.Listener, error) {
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("the path is longer than the %d bytes that a socket may have; choose a shorter one", maxSocketPath)
	}
	if err := removeStale(path); err != nil {
		return nil, err
	}
	// The socket has its permissions from the beginning where the system allows that: there is
	// no moment in which others may connect.
	early := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { setSocketMode(fd, mode) })
	}}
	ln, err := early.Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, explainUnix(err)
	}
	l := &unixListener{UnixListener: ln.(*net.UnixListener), path: path}
	l.SetUnlinkOnClose(false)
	if err := os.Chmod(path, mode); err != nil { // despite the umask
		l.Close()
		return nil, fmt.Errorf("cannot set its permissions: %w", bare(err))
	}
	if l.made, err = os.Lstat(path); err != nil {
		l.Close()
		return nil, fmt.Errorf("the socket is gone: %w", err)
	}
	return l, nil
}

// removeStale removes a socket on which nobody serves. Anything else that is at the path is
// an error.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return explainUnix(err)
	case info.Mode().Type() != fs.ModeSocket:
		return errors.New("there is something that is no socket; remove it or choose another path")
	}
	conn, err := net.DialTimeout("unix", path, probeTimeout)
	if err == nil {
		conn.Close()
		return errors.New("another process serves on this socket; stop it or choose another path")
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("there is a socket, and it is not clear whether it is in use (%w); remove it if it is not", bare(err))
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("a dead process has left a socket that cannot be removed (%w); remove it", bare(err))
	}
	return nil
}

// unixListener removes its socket when it closes, unless another process has put its own there.
type unixListener struct {
	*net.UnixListener
	path string
	made fs.FileInfo // nil if it could not be read
}

func (l *unixListener) Close() error {
	if now, err := os.Lstat(l.path); err == nil && l.made != nil && os.SameFile(l.made, now) {
		l.made = nil // inode numbers are used again
		os.Remove(l.path)
	}
	return l.UnixListener.Close()
}
