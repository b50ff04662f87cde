package wsconn

import "golang.org/x/sys/unix"

// held is how many bytes a socket holds that have not arrived at the other end (tcp(7), unix(7)); 0 if it does not say.
func held(fd int) int {
	n, err := unix.IoctlGetInt(fd, unix.SIOCOUTQ)
	if err != nil {
		return 0
	}
	return n
}
