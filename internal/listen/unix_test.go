package listen

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func dialUnix(path string) func() (net.Conn, error) {
	return func() (net.Conn, error) { return net.Dial("unix", path) }
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "beckon.sock")
	s := mustOpen(t, Options{Listen: "unix:" + path, SocketMode: 0o660})
	if got := s.URL(); got != "unix:"+path {
		t.Errorf("URL() = %s", got)
	}
	serve(t, s.Listeners[0], http.HandlerFunc(whoami))
	if _, err := get(t, "http://beckon.test/", dialUnix(path), nil); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("after Close the socket is still there: %v", err)
	}
}

func TestStaleSocketIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()
	s := mustOpen(t, Options{Listen: "unix:" + path, SocketMode: 0o660})
	serve(t, s.Listeners[0], http.HandlerFunc(whoami))
	if _, err := get(t, "http://beckon.test/", dialUnix(path), nil); err != nil {
		t.Error(err)
	}
}

func TestSocketsThatAreInTheWay(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s")
	mustOpen(t, Options{Listen: "unix:" + path, SocketMode: 0o660})
	refused(t, Options{Listen: "unix:" + path, SocketMode: 0o660},
		"--listen: unix:"+path+": another process serves on this socket; stop it or choose another path")
	if _, err := net.Dial("unix", path); err != nil {
		t.Errorf("the socket that was there first is gone: %v", err)
	}

	file := filepath.Join(dir, "file")
	write(t, file, []byte("precious"))
	refused(t, Options{Listen: "unix:" + file}, "--listen: unix:"+file+": there is something that is no socket; remove it or choose another path")
	refused(t, Options{Listen: "unix:" + dir}, "--listen: unix:"+dir+": there is something that is no socket; remove it or choose another path")
	if content, err := os.ReadFile(file); string(content) != "precious" {
		t.Errorf("the file is now %q, %v", content, err)
	}

	const nowhere = ": the directory does not exist; create it, or let systemd do so with RuntimeDirectory="
	refused(t, Options{Listen: "unix:" + dir + "/no/s"}, "--listen: unix:"+dir+"/no/s"+nowhere)
	refused(t, Options{Listen: "unix:" + file + "/s"}, "--listen: unix:"+file+"/s"+nowhere)
	long := dir + "/" + strings.Repeat("s", 200)
	refused(t, Options{Listen: "unix:" + long},
		"--listen: unix:"+long+": the path is longer than the 103 bytes that a socket may have; choose a shorter one")
	refused(t, Options{Listen: "127.0.0.1:0", Admin: "unix:" + file}, "--admin: unix:"+file+": there is something that is no socket; remove it or choose another path")
}

// A socket that another process has put in place of ours is not removed.
func TestOthersSocketIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	first := mustOpen(t, Options{Listen: "unix:" + path, SocketMode: 0o660})
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, Options{Listen: "unix:" + path, SocketMode: 0o660})
	first.Close()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatalf("the second socket is gone: %v", err)
	}
	conn.Close()
}
