//go:build unix

package listen

import (
	"io"
	"syscall"
	"testing"
)

// The socket can be had for writes that do not block.
func TestSocketBehindProxyHeader(t *testing.T) {
	s := mustOpen(t, Options{Listen: "127.0.0.1:0", ProxyProtocol: true, Trusts: loopback, HeaderTimeout: patience})
	client, err := behind("tcp", s.Listeners[0].Addr().String(), append(header(t, 1, "198.51.100.7:4711"), "rest"...))()
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	conn, err := s.Listeners[0].Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	rest := make([]byte, 4)
	if _, err := io.ReadFull(conn, rest); err != nil || string(rest) != "rest" {
		t.Fatalf("after the header comes %q, %v", rest, err)
	}
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Write(func(fd uintptr) bool {
		syscall.Write(int(fd), []byte("answer"))
		return true
	})
	answer := make([]byte, 6)
	if _, err := io.ReadFull(client, answer); err != nil || string(answer) != "answer" {
		t.Errorf("the client reads %q, %v", answer, err)
	}
}
