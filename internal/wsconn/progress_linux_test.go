package wsconn

import (
	"crypto/tls"
	"net"
	"runtime"
	"testing"
)

// What the client's machine has not acknowledged is known with and without TLS: here, what does not fit into the other
// end's buffers.
func TestWhatIsUnacknowledgedIsKnown(t *testing.T) {
	for name, wrap := range map[string]func(net.Conn) net.Conn{
		"plain": func(c net.Conn) net.Conn { return c },
		"TLS":   func(c net.Conn) net.Conn { return tls.Server(c, new(tls.Config)) },
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			client, err := net.Dial("tcp", l.Addr().String()) // does not read
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			socket, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer socket.Close()
			c := newConn(NewServer(usual(), nil), wrap(socket), "")
			if n := c.out.unacknowledged(); n != 0 {
				t.Errorf("%d bytes before the first", n)
			}
			const much = 64 << 20
			go socket.Write(make([]byte, much))
			for c.out.unacknowledged() == 0 {
				runtime.Gosched() // the kernel takes it at once, and the other end not all of it
			}
		})
	}
}
