package testkit

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// FreePort finds a TCP port that a program under test can listen on at 127.0.0.1. It is none of those that systems
// give to outgoing connections: such a one may be taken again before the program comes to it.
func FreePort(t testing.TB) string {
	t.Helper()
	const first, count, tries = 20_000, 10_000, 100
	for range tries {
		port := fmt.Sprint(first + rand.IntN(count))
		if ln, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			ln.Close()
			return port
		}
	}
	t.Fatal("no free port")
	return ""
}
