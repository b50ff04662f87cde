//go:build unix

package listen

import (
	"io/fs"
	"net"
	"syscall"
)

// setSocketMode gives a socket that is not bound yet its permissions. Linux heeds them; where
// the system does not, they are set later.
func setSocketMode(fd uintptr, mode fs.FileMode) {
	_ = syscall.Fchmod(int(fd), uint32(mode.Perm()))
}

// isMine tells whether a file belongs to the user that runs this.
func isMine(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == syscall.Geteuid()
}

// accepts tells whether a passed socket is one that listens.
func accepts(ln net.Listener) bool {
	on := 0
	if socket, ok := ln.(syscall.Conn); ok {
		if raw, err := socket.SyscallConn(); err == nil {
			_ = raw.Control(func(fd uintptr) {
				on, _ = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN)
			})
		}
	}
	return on != 0
}
