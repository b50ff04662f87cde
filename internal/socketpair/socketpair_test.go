//go:build unix

package socketpair

import (
	"net"
	"testing"
)

func TestPairIsConnected(t *testing.T) {
	for kind, want := range map[Kind]string{Stream: "onetwo", Datagrams: "one"} {
		here, there, err := Open(kind)
		if err != nil {
			t.Fatal(err)
		}
		far, err := net.FileConn(there)
		if err != nil {
			t.Fatal(err)
		}
		there.Close()
		for _, word := range []string{"one", "two"} {
			if _, err := here.Write([]byte(word)); err != nil {
				t.Fatal(err)
			}
		}
		got := make([]byte, 10)
		if n, err := far.Read(got); string(got[:n]) != want || err != nil {
			t.Errorf("kind %d: read %q, %v, want %s", kind, got[:n], err, want)
		}
		here.Close()
		far.Close()
	}
}
