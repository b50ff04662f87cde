package listen

import (
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestTCP(t *testing.T) {
	s := mustOpen(t, Options{Listen: "127.0.0.1:0", Admin: "127.0.0.1:0"})
	if len(s.Listeners) != 1 || s.Admin == nil || s.Redirect != nil || s.RedirectHandler != nil {
		t.Fatalf("opened %+v", s)
	}
	_, port, _ := net.SplitHostPort(s.Listeners[0].Addr().String())
	if got, want := s.URL(), "http://localhost:"+port; got != want {
		t.Errorf("URL() = %s, want %s", got, want)
	}
	for _, ln := range []net.Listener{s.Listeners[0], s.Admin} {
		serve(t, ln, http.HandlerFunc(whoami))
		body, err := get(t, "http://"+ln.Addr().String(), nil, nil)
		if err != nil || !strings.HasPrefix(body, "127.0.0.1:") {
			t.Errorf("%s answers %q, %v", ln.Addr(), body, err)
		}
	}
	if err := s.Reload(); err != nil {
		t.Errorf("Reload: %v", err)
	}
}

func TestTakenPorts(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()
	certPath, keyPath := newCA(t).pair(t, 1, "localhost")
	const free = "127.0.0.1:0"
	refused(t, Options{Listen: address},
		"--listen: "+address+": the address is in use; stop what listens there or choose another, such as --listen :9001")
	refused(t, Options{Listen: free, Admin: address},
		"--admin: "+address+": the address is in use; stop what listens there or choose another, such as --admin 127.0.0.1:9092")
	refused(t, Options{Listen: free, TLSCert: certPath, TLSKey: keyPath, Redirect: address},
		"--http-redirect: "+address+": the address is in use; stop what listens there or choose another, such as --http-redirect :8080")
}

// What was opened before a failure is closed again.
func TestOpensAllOrNothing(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	if _, err := Open(Options{Listen: address, Admin: taken.Addr().String()}); err == nil {
		t.Fatal("opened a port that is taken")
	}
	mustOpen(t, Options{Listen: address})
}

func TestAddressesThatCannotBe(t *testing.T) {
	refused(t, Options{Listen: "192.0.2.1:9000"},
		"--listen: 192.0.2.1:9000: this machine has no such address; use one that it has, or :PORT for all of them")
	if _, err := Open(Options{Listen: "no-such-host.invalid:9000"}); err == nil ||
		!strings.HasPrefix(err.Error(), "--listen: no-such-host.invalid:9000: the name no-such-host.invalid cannot be looked up (") {
		t.Errorf("a name that nobody knows: %v", err)
	}
	// The superuser may listen anywhere, so this one is made up.
	denied := &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EACCES)}
	if got := explainTCP("--listen", denied).Error(); !strings.HasPrefix(got, "no permission for this port; ") {
		t.Errorf("no permission: %s", got)
	}
	odd := &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EMFILE)}
	if got := explainTCP("--listen", odd); !errors.Is(got, syscall.EMFILE) || got.Error() != "too many open files" {
		t.Errorf("anything else: %v", got)
	}
}

func TestURL(t *testing.T) {
	for _, c := range []struct{ address, want string }{
		{"0.0.0.0:80", "http://localhost"},
		{"127.0.0.1:9000", "http://localhost:9000"},
		{"[::]:9000", "http://localhost:9000"},
		{"192.0.2.7:9000", "http://192.0.2.7:9000"},
		{"[2001:db8::1]:80", "http://[2001:db8::1]"},
		{"[2001:db8::1]:9000", "http://[2001:db8::1]:9000"},
	} {
		addr, err := net.ResolveTCPAddr("tcp", c.address)
		if err != nil {
			t.Fatal(err)
		}
		s := &Set{Listeners: []net.Listener{addressed{addr: addr}}}
		if got := s.URL(); got != c.want {
			t.Errorf("the page of %s is at %s, want %s", c.address, got, c.want)
		}
	}
}

// addressed is a listener that has an address and nothing else.
type addressed struct {
	net.Listener
	addr net.Addr
}

func (a addressed) Addr() net.Addr { return a.addr }
