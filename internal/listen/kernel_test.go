package listen

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// What the system keeps for one connection is bounded, however little a client reads and however much it sends. Left
// to itself Linux keeps up to 4 MiB one way and 6 MiB or more the other.
func TestTheSystemKeepsLittleForOneConnection(t *testing.T) {
	const most = 6 * kernelBytes // Linux takes the setting twice, and the system of the client keeps something too
	s := mustOpen(t, Options{Listen: "127.0.0.1:0"})
	client, err := net.Dial("tcp", s.Listeners[0].Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server, err := s.Listeners[0].Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if err := client.(*net.TCPConn).SetReadBuffer(kernelBytes); err != nil {
		t.Fatal(err)
	}
	if err := client.(*net.TCPConn).SetWriteBuffer(kernelBytes); err != nil {
		t.Fatal(err)
	}
	if n := fill(t, server); n > most {
		t.Errorf("%d bytes wait for a client that does not read, want at most %d", n, most)
	}
	if _, err := io.CopyN(io.Discard, server, bulk(t, client)); err != nil { // the system learns to expect much
		t.Fatal(err)
	}
	if n := fill(t, client); n > most {
		t.Errorf("%d bytes of a client wait to be read, want at most %d", n, most)
	}
}

// bulk sends much, at once, and returns how much that will be.
func bulk(t *testing.T, conn net.Conn) int64 {
	t.Helper()
	const much = 64 << 20
	done := make(chan struct{})
	t.Cleanup(func() { <-done })
	go func() {
		defer close(done)
		if _, err := io.CopyN(conn, endless{}, much); err != nil {
			t.Error(err)
		}
	}()
	return much
}

// endless is zeros.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// fill writes until nothing has been taken for a while.
func fill(t *testing.T, conn net.Conn) (n int64) {
	t.Helper()
	for chunk := make([]byte, 1<<20); ; {
		conn.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
		taken, err := conn.Write(chunk)
		n += int64(taken)
		if errors.Is(err, os.ErrDeadlineExceeded) && taken == 0 {
			conn.SetWriteDeadline(time.Time{})
			return n
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal(err)
		}
	}
}
