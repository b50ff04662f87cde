//go:build unix

package proxies_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// HAProxy looks for the socket inside its chroot, as the page says, by the path without that part.
func TestUnixSocketInsideChroot(t *testing.T) {
	root, err := os.MkdirTemp("", "beckon-proxies-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	const socket = "/run/beckon/beckon.sock"
	if err := os.MkdirAll(filepath.Dir(root+socket), 0o700); err != nil {
		t.Fatal(err)
	}
	flags := strings.Split(strings.ReplaceAll(strings.Join(bySocket.flags, "\n"), socket, root+socket), "\n")
	if s := bareServer(t, flags...); s.address != root+socket {
		t.Fatalf("beckon listens on %s", s.address)
	}
	confined := *haproxy
	confined.around = func(f *front, block string) string {
		return strings.Replace(haproxy.around(f, block), "global\n", "global\n    chroot "+root+"\n", 1)
	}
	if os.Getuid() != 0 { // who is not root is made to be, in a user namespace
		confined.program, confined.binary = "unshare", "util-linux"
		confined.arguments = func(f *front) []string {
			return append([]string{"--map-root-user", haproxy.path(t)}, haproxy.arguments(f)...)
		}
	}
	f := confined.newFront(t, bySocket, socket)
	servesPage(f)
	servesSockets(f)
}
