package wsconn

import "golang.org/x/sys/unix"

// held is how many bytes a socket holds that have not arrived at the other end; 0 if it does not say.
func held(fd int) int {
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_NWRITE)
	if err != nil {
		return 0
	}
	return n
}
