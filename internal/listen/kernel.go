package listen

import "net"

// kernelBytes is what the system is asked to keep for a connection, each way. Left to itself it keeps several MiB for
// each client that does not read, beside the outbox that the settings bound. It is enough for what clients say to each
// other: 256 KiB in a round trip.
const kernelBytes = 256 << 10

// frugal makes connections for which the system keeps little.
type frugal struct{ net.Listener }

// Accept is net.Listener.
func (l frugal) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		// A connection that takes no setting works all the same.
		_ = tcp.SetWriteBuffer(kernelBytes)
		_ = tcp.SetReadBuffer(kernelBytes)
	}
	return conn, err
}
