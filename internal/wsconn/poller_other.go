//go:build !linux

package wsconn

// poller would watch the sockets of silent connections: here each has a goroutine that waits.
type poller struct{}

func newPoller() *poller { return nil }

func (*poller) stop()                 {}
func (*poller) watch(*Conn, int) bool { return false }
func (*poller) forget(*Conn, int)     {}
