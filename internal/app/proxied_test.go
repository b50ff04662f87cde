package app_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// overUnix is the PROXY protocol's header, version 2, for a client that came to the proxy by a Unix socket.
func overUnix(path string) string {
	const names = 108 // bytes of each
	return "\r\n\r\n\x00\r\nQUIT\n\x21\x31\x00\xd8" + path + strings.Repeat("\x00", 2*names-len(path))
}

// They have no address of their own, and are limited together, however their sockets are called, by the default, which
// tools of this machine are exempt from.
func TestClientsOfAProxysUnixSocketAreLimited(t *testing.T) {
	p := launch(t, nil, "--listen=127.0.0.1:0", "--trusted-proxy=loopback", "--proxy-protocol")
	upgrade := func(path string) (status int) {
		conn, err := net.Dial("tcp", p.addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		conn.SetDeadline(time.Now().Add(testkit.Patience))
		fmt.Fprint(conn, overUnix(path)+"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	const most = 100
	for n := range most + 1 {
		switch status := upgrade(fmt.Sprintf("/run/front%d.sock", n)); {
		case status == http.StatusTooManyRequests && n > 0:
			return
		case status != http.StatusSwitchingProtocols:
			t.Fatalf("connection %d is answered with %d", n, status)
		}
	}
	t.Errorf("%d connections, want at most %d", most+1, most)
}
