package listen

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// inheritorVariable makes the test binary a service that is started by a service manager.
const inheritorVariable = "LISTEN_TEST_INHERITOR"

// inheritor opens a set as the daemon does, says what it got, and serves until its standard
// input ends.
func inheritor() {
	s, err := Open(Options{Listen: "127.0.0.1:1", TLSCert: os.Getenv("TEST_CERT"), TLSKey: os.Getenv("TEST_KEY")})
	if err != nil {
		fmt.Println("error", err)
		fmt.Println("end")
		return
	}
	for _, ln := range s.Listeners {
		fmt.Println("main", ln.Addr())
		go http.Serve(ln, http.HandlerFunc(whoami))
	}
	for name, ln := range map[string]net.Listener{"redirect": s.Redirect, "admin": s.Admin} {
		if ln != nil {
			fmt.Println(name, ln.Addr())
		}
	}
	fmt.Println("left", os.Getenv("LISTEN_PID")+os.Getenv("LISTEN_FDS")+os.Getenv("LISTEN_FDNAMES"))
	fmt.Println("end")
	io.Copy(io.Discard, os.Stdin)
	s.Close()
}

// inherits starts the service and returns what it says. It ends with the test.
func inherits(t *testing.T, cmd *exec.Cmd, environ ...string) string {
	t.Helper()
	cmd.Env = append(append(os.Environ(), inheritorVariable+"=1"), environ...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the service: %v", err)
		}
	})
	var said strings.Builder
	for lines := bufio.NewScanner(stdout); lines.Scan() && lines.Text() != "end"; {
		said.WriteString(lines.Text() + "\n")
	}
	return said.String()
}

// passing is a command that passes sockets to the test binary as a service manager does. A
// shell between the two learns the process id, which exec keeps.
func passing(t *testing.T, names string, sockets ...interface{ File() (*os.File, error) }) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", `LISTEN_PID=$$ exec "$0"`, os.Args[0])
	for _, socket := range sockets {
		file, err := socket.File()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		cmd.ExtraFiles = append(cmd.ExtraFiles, file)
	}
	t.Setenv("LISTEN_FDS", fmt.Sprint(len(sockets)))
	t.Setenv("LISTEN_FDNAMES", names)
	return cmd
}

func listenTCP(t *testing.T) *net.TCPListener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return ln.(*net.TCPListener)
}

// Sockets that systemd passes take the place of --listen, whatever their kind, and outlive the
// service.
func TestSocketActivation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	socket, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	tcp := listenTCP(t)
	t.Run("service", func(t *testing.T) {
		said := inherits(t, passing(t, "beckon.socket:beckon.socket", tcp, socket))
		if want := fmt.Sprintf("main %s\nmain %s\nleft \n", tcp.Addr(), path); said != want {
			t.Fatalf("the service says %q, want %q", said, want)
		}
		if _, err := get(t, "http://"+tcp.Addr().String(), nil, nil); err != nil {
			t.Error(err)
		}
		if _, err := get(t, "http://beckon.test", dialUnix(path), nil); err != nil {
			t.Error(err)
		}
	})
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("the service has removed systemd's socket: %v", err)
	}
	conn, err := net.Dial("tcp", tcp.Addr().String())
	if err != nil {
		t.Fatalf("systemd's socket is closed: %v", err)
	}
	conn.Close()
}

func TestNamedSockets(t *testing.T) {
	authority := newCA(t)
	certPath, keyPath := authority.pair(t, 1, "localhost")
	main, redirect, admin := listenTCP(t), listenTCP(t), listenTCP(t)
	said := inherits(t, passing(t, "http-redirect:https:admin", redirect, main, admin), "TEST_CERT="+certPath, "TEST_KEY="+keyPath)
	for _, want := range []string{"main " + main.Addr().String(), "redirect " + redirect.Addr().String(), "admin " + admin.Addr().String()} {
		if !strings.Contains(said, want+"\n") {
			t.Errorf("the service says\n%s, without %s", said, want)
		}
	}
	if _, err := get(t, "https://"+main.Addr().String(), nil, authority.trust("localhost")); err != nil {
		t.Error(err)
	}
}

// Sockets that are meant for another process are left alone.
func TestSocketsOfAnotherProcess(t *testing.T) {
	t.Setenv("LISTEN_PID", fmt.Sprint(os.Getppid()))
	t.Setenv("LISTEN_FDS", "1")
	s := mustOpen(t, Options{Listen: "127.0.0.1:0"})
	if len(s.Listeners) != 1 {
		t.Errorf("%d listeners", len(s.Listeners))
	}
}

func TestSocketsThatAreOfNoUse(t *testing.T) {
	udp, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	ln := listenTCP(t)
	near, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	for _, c := range []struct {
		names  string
		socket interface{ File() (*os.File, error) }
		want   string
	}{
		{"voice", udp, `error LISTEN_FDS: the socket "voice" passed by systemd is no stream socket; use ListenStream= in its unit`},
		{"", near.(*net.TCPConn), `error LISTEN_FDS: the socket "LISTEN_FD_3" passed by systemd does not listen; use Accept=no in its unit`},
		{"http-redirect", ln, "error --http-redirect: there is no https to redirect to: add --tls-cert and --tls-key, or --acme-domain"},
	} {
		t.Run(c.names, func(t *testing.T) {
			if said := inherits(t, passing(t, c.names, c.socket)); said != c.want+"\n" {
				t.Errorf("the service says %q, want %q", said, c.want)
			}
		})
	}
}

// The real thing, where it is installed; what it does is emulated above in any case.
func TestSystemdSocketActivate(t *testing.T) {
	tool, err := exec.LookPath("systemd-socket-activate")
	if err != nil {
		t.Log("systemd-socket-activate is not installed: the other tests pass sockets themselves")
		return
	}
	probe := listenTCP(t)
	address := probe.Addr().String()
	probe.Close()
	cmd := exec.Command(tool, "-l", address, "-E", inheritorVariable, os.Args[0])
	cmd.Env = append(os.Environ(), inheritorVariable+"=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer stdin.Close()
	body := ""
	for begun := time.Now(); body == "" && time.Since(begun) < patience; {
		body, err = get(t, "http://"+address, nil, nil) // the first connection starts the service
	}
	if !strings.HasPrefix(body, "127.0.0.1:") {
		t.Errorf("the service answers %q, %v", body, err)
	}
}
