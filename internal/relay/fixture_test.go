//go:build unix

package relay

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"beckon/internal/turn"

	"github.com/pion/logging"
	pion "github.com/pion/turn/v5"
	"github.com/rs/zerolog"
)

const (
	patience = 20 * time.Second
	secret   = "north"
	realm    = "beckon"
)

// observed is an Observer that remembers.
type observed struct {
	mu        sync.Mutex
	open      map[turn.Transport]int
	created   map[turn.Transport]int
	refused   map[turn.Refusal]int
	sent      int64
	received  int64
	restarted int
	revoked   int
	lost      int
}

func (o *observed) Allocations(t turn.Transport, now int) { o.lock(func() { o.open[t] = now }) }
func (o *observed) Created(t turn.Transport, n int)       { o.lock(func() { o.created[t] += n }) }
func (o *observed) Sent(n int64)                          { o.lock(func() { o.sent += n }) }
func (o *observed) Received(n int64)                      { o.lock(func() { o.received += n }) }
func (o *observed) Refused(r turn.Refusal, n int)         { o.lock(func() { o.refused[r] += n }) }
func (o *observed) Revoked(n int)                         { o.lock(func() { o.revoked += n }) }
func (o *observed) NotRevoked(n int)                      { o.lock(func() { o.lost += n }) }
func (o *observed) Restarted()                            { o.lock(func() { o.restarted++ }) }

func (o *observed) lock(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f()
}

// until waits for what the reports say.
func (o *observed) until(t *testing.T, what string, is func() bool) {
	t.Helper()
	eventually(t, what, func() (done bool) {
		o.lock(func() { done = is() })
		return done
	})
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// lines is a log.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// pid is that of the process that runs.
func (f *fixture) pid(t *testing.T) (pid int) {
	t.Helper()
	eventually(t, "there is a process", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.child != nil {
			pid = f.child.cmd.Process.Pid
		}
		return pid != 0
	})
	return pid
}

// fixture is a relay with its process.
type fixture struct {
	*Relay
	observed *observed
	server   string // host:port
	lines    *lines // of the log
}

// newRelay starts a relay on loopback, which relays to 127.0.0.1 as well.
func newRelay(t *testing.T, change func(*turn.Settings)) *fixture {
	t.Helper()
	o := &observed{open: map[turn.Transport]int{}, created: map[turn.Transport]int{}, refused: map[turn.Refusal]int{}}
	settings := loopbackSettings()
	if change != nil {
		change(&settings)
	}
	log := &lines{}
	r, err := Open(Options{
		Listen: "127.0.0.1:0", Settings: settings, Program: os.Args[0], Args: []string{asProcess},
		Log: zerolog.New(log), Observer: o,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	udp, _ := r.Addrs()
	return &fixture{Relay: r, observed: o, server: udp.String(), lines: log}
}

func loopbackSettings() turn.Settings {
	return turn.Settings{
		Realm: realm, Secrets: []string{secret}, MinPort: 49152, MaxPort: 65535,
		PublicIPs:  []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::1")},
		AllowPeers: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::1/128")},
	}
}

// credential is a user's, as the REST convention has it.
func credential(user string, lasts time.Duration, secret string) (username, password string) {
	username = fmt.Sprintf("%d:%s", time.Now().Add(lasts).Unix(), user)
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(username))
	return username, base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// connect opens a way to the relay: udp, tcp, or handed, which is a stream that the test hands over.
func (f *fixture) connect(t *testing.T, transport string) net.PacketConn {
	t.Helper()
	switch transport {
	case "udp":
		conn, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	case "tcp":
		return pion.NewSTUNConn(dial(t, f.server))
	}
	return pion.NewSTUNConn(f.handed(t))
}

// handed is a stream that was handed over.
func (f *fixture) handed(t *testing.T) net.Conn {
	t.Helper()
	client, server := streamPair(t)
	if err := f.Hand(server); err != nil {
		t.Fatal(err)
	}
	return client
}

// streamPair is a connection, both ends of which are the test's.
func streamPair(t *testing.T) (client, server net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client = dial(t, listener.Addr().String())
	if server, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	return client, server
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// client is a pion client of a user.
func (f *fixture) client(t *testing.T, transport, user string) *pion.Client {
	t.Helper()
	username, password := credential(user, time.Hour, secret)
	return f.clientWith(t, f.connect(t, transport), username, password, 0)
}

func (f *fixture) clientWith(t *testing.T, conn net.PacketConn, username, password string, family pion.RequestedAddressFamily) *pion.Client {
	t.Helper()
	c, err := pion.NewClient(&pion.ClientConfig{
		STUNServerAddr: f.server, TURNServerAddr: f.server, Username: username, Password: password, Conn: conn,
		RequestedAddressFamily: family,
		LoggerFactory:          &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Listen(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// allocate is a relayed address of a client.
func allocate(t *testing.T, c *pion.Client) net.PacketConn {
	t.Helper()
	relayed, err := c.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { relayed.Close() })
	return relayed
}

// socket is a peer that is not relayed.
func socket(t *testing.T, network, addr string) net.PacketConn {
	t.Helper()
	conn, err := net.ListenPacket(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// permit lets another one send to a relayed address.
func permit(t *testing.T, relayed, other net.PacketConn) {
	t.Helper()
	if _, err := relayed.WriteTo([]byte("hello"), other.LocalAddr()); err != nil {
		t.Fatal(err)
	}
}

// exchange sends both ways, and again where a datagram was lost.
func exchange(t *testing.T, a, b net.PacketConn) {
	t.Helper()
	send(t, a, b, "there")
	send(t, b, a, "back")
}

func send(t *testing.T, from, to net.PacketConn, text string) {
	t.Helper()
	if err := trySend(from, to, text, patience); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func trySend(from, to net.PacketConn, text string, within time.Duration) error {
	buf := make([]byte, 1500)
	for deadline := time.Now().Add(within); ; {
		if _, err := from.WriteTo([]byte(text), to.LocalAddr()); err != nil {
			return err
		}
		to.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		n, sender, err := to.ReadFrom(buf)
		if err == nil && string(buf[:n]) == text && sender.String() == from.LocalAddr().String() {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("nothing from %v within %v, but %q from %v: %w", from.LocalAddr(), within, buf[:n], sender, err)
		}
	}
}
