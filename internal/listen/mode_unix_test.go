//go:build unix

package listen

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// The permissions are those asked for, whatever the umask.
func TestUnixSocketPermissions(t *testing.T) {
	for _, umask := range []int{0, 0o077} {
		for _, mode := range []os.FileMode{0o600, 0o660, 0o666} {
			path := filepath.Join(t.TempDir(), "s")
			old := syscall.Umask(umask)
			s, err := Open(Options{Listen: "unix:" + path, SocketMode: mode})
			syscall.Umask(old)
			if err != nil {
				t.Fatal(err)
			}
			if info, err := os.Lstat(path); err != nil || info.Mode() != os.ModeSocket|mode {
				t.Errorf("umask %o, mode %o: %v, %v", umask, mode, info.Mode(), err)
			}
			s.Close()
		}
	}
}

// On Linux there is no moment between bind and chmod in which others may connect.
func TestUnixSocketIsBornWithItsPermissions(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("other systems do not heed the mode of a socket that is not bound yet")
		return
	}
	path := filepath.Join(t.TempDir(), "s")
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { setSocketMode(fd, 0o600) })
	}}
	old := syscall.Umask(0)
	ln, err := config.Listen(t.Context(), "unix", path)
	syscall.Umask(old)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if info, err := os.Lstat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}
