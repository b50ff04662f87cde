package wsconn

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// unacknowledged is how many bytes the client's machine has yet to acknowledge (SIOCOUTQ of tcp(7)). With TLS they are
// a few more than what was written.
func (o *outbox) unacknowledged() (bytes int64) {
	raw := o.raw
	if raw == nil {
		raw = socketUnder(o.conn.net)
	}
	if raw == nil {
		return 0
	}
	raw.Control(func(fd uintptr) {
		if n, err := unix.IoctlGetInt(int(fd), unix.SIOCOUTQ); err == nil {
			bytes = int64(n)
		}
	})
	return bytes
}

// socketUnder returns the socket under TLS; nil if there is none.
func socketUnder(conn net.Conn) syscall.RawConn {
	for {
		over, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			return rawOf(conn)
		}
		conn = over.NetConn()
	}
}
