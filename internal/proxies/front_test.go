//go:build unix

package proxies_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"beckon/internal/testkit"
)

// front is a proxy that runs, with the pages' text for one mount.
type front struct {
	*program
	t       *testing.T
	product *product
	mount   mount
	backend string // host:port, or the path of a socket
	dir     string // of all its files
	pki     *authority
	port    string
	admin   string // another port, for Caddy
}

// newFront starts a proxy before a server. It is killed when the test ends.
func (p *product) newFront(t *testing.T, m mount, backend string) *front {
	t.Helper()
	dir, err := os.MkdirTemp("", "beckon-proxies-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	f := &front{t: t, product: p, mount: m, backend: backend, dir: dir, pki: newAuthority(t, dir)}
	f.port, f.admin = testkit.FreePort(t), testkit.FreePort(t)
	f.configure()
	f.start()
	return f
}

func (f *front) addr() string   { return "127.0.0.1:" + f.port }
func (f *front) config() string { return filepath.Join(f.dir, "config") }

// configure writes its configuration.
func (f *front) configure() {
	f.t.Helper()
	swaps := append(f.product.swaps(f), swap{pageBackend, f.backend})
	text := f.product.around(f, swapped(f.t, f.product.block(f.t, f.mount), swaps))
	if err := os.WriteFile(f.config(), []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// start starts it and waits until it answers.
func (f *front) start() {
	f.t.Helper()
	f.program = launch(f.t, f.product.path(f.t), f.product.arguments(f), f.environ(), nil)
	eventually(f.t, f.product.name+" answers", func() bool {
		if f.ended() {
			f.t.Fatalf("%s ended", f.product.name)
		}
		return f.answers()
	})
}

// environ keeps what a proxy writes at home in its folder.
func (f *front) environ() []string { return []string{"HOME=" + f.dir} }

// answers tells whether a TLS handshake works.
func (f *front) answers() bool {
	conn, err := f.dialFrom("127.0.0.1")(context.Background(), "tcp", "")
	if err == nil {
		conn.Close()
	}
	return err == nil
}

// move makes it listen on another port and reload its configuration. It returns when that has happened.
func (f *front) move() {
	f.t.Helper()
	f.port = testkit.FreePort(f.t)
	f.configure()
	if f.product.reload != 0 {
		f.signal(f.t, f.product.reload)
	} else {
		command := exec.Command(f.product.path(f.t), "reload", "--adapter", "caddyfile",
			"--address", "127.0.0.1:"+f.admin, "--config", f.config())
		command.Env = append(os.Environ(), f.environ()...)
		if output, err := command.CombinedOutput(); err != nil {
			f.t.Fatalf("reload: %v: %s", err, output)
		}
	}
	eventually(f.t, f.product.name+" answers after the reload", f.answers)
}

// dialFrom connects to it with TLS, from an address of this machine, whatever address is asked for: clients may speak
// of the host and the port that they would use in life.
func (f *front) dialFrom(source string) testkit.DialFunc {
	dialer := tls.Dialer{
		NetDialer: &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}, Timeout: testkit.Patience},
		Config:    &tls.Config{RootCAs: f.pki.roots, ServerName: testHost, NextProtos: []string{"http/1.1"}},
	}
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, "tcp", f.addr())
	}
}

// open connects a WebSocket through it.
func (f *front) open(options ...testkit.Option) *testkit.Client {
	f.t.Helper()
	return testkit.Dial(f.t, f.socket("ws"), f.through(options)...)
}

// refused connects a WebSocket that is expected to be refused.
func (f *front) refused(options ...testkit.Option) *http.Response {
	f.t.Helper()
	return testkit.DialRefused(f.t, f.socket("ws"), f.through(options)...)
}

// socket is the address of a WebSocket below the mount. It has no wss, since the dialer brings TLS along.
func (f *front) socket(path string) string { return "ws://" + testHost + f.mount.path + path }

func (f *front) through(options []testkit.Option) []testkit.Option {
	return append([]testkit.Option{testkit.Through(f.dialFrom("127.0.0.1"))}, options...)
}

// get asks for a path of the host and returns the answer, whose body is read, and no redirect followed.
func (f *front) get(path string) (*http.Response, string) {
	f.t.Helper()
	transport := &http.Transport{DialTLSContext: f.dialFrom("127.0.0.1"), DisableKeepAlives: true}
	client := http.Client{
		Transport: transport, Timeout: testkit.Patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Get("https://" + testHost + path)
	if err != nil {
		f.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return response, string(body)
}
