package wsconn

import (
	"fmt"
	"io"
	"net"
	"testing"

	"beckon/internal/frame"
)

// BenchmarkWrite is frames that leave in one write to a socket whose other end reads everything.
func BenchmarkWrite(b *testing.B) {
	for _, frames := range []int{1, 4, 16} {
		b.Run(fmt.Sprint(frames), func(b *testing.B) {
			b.ReportAllocs()
			c := connected(b)
			message := frame.New(frame.Text, make([]byte, 500))
			for b.Loop() {
				for range frames {
					c.Enqueue(message)
				}
				c.Flush()
			}
		})
	}
}

// connected is a connection with nobody behind it, over a real socket.
func connected(b *testing.B) *Conn {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	socket, err := l.Accept()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { client.Close(); socket.Close() })
	go io.Copy(io.Discard, client)
	opts := usual()
	opts.OutboxBytes = 1 << 30
	opts.OutboxMessages = 1 << 30
	return newConn(NewServer(opts, nil), socket, "")
}
