package wsconn

import "golang.org/x/sys/unix"

// unacknowledged is how many bytes the client's machine has yet to acknowledge (SIOCOUTQ of tcp(7)).
func (o *outbox) unacknowledged() (bytes int64) {
	if o.raw == nil {
		return 0
	}
	o.raw.Control(func(fd uintptr) {
		if n, err := unix.IoctlGetInt(int(fd), unix.SIOCOUTQ); err == nil {
			bytes = int64(n)
		}
	})
	return bytes
}
