package faults_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// binary is the program, built once.
var binary struct {
	once sync.Once
	dir  string
	err  error
}

func beckon(t *testing.T) string {
	t.Helper()
	binary.once.Do(func() {
		if binary.dir, binary.err = os.MkdirTemp("", "beckon-faults-"); binary.err != nil {
			return
		}
		if output, err := exec.Command("go", "build", "-o", binary.dir, "beckon/cmd/beckon").CombinedOutput(); err != nil {
			binary.err = fmt.Errorf("%w: %s", err, output)
		}
	})
	if binary.err != nil {
		t.Fatal(binary.err)
	}
	return filepath.Join(binary.dir, "beckon")
}

// A heartbeat that notices within four seconds at most, and is slow enough for a busy machine.
const (
	pingInterval = 2 * time.Second
	pongTimeout  = 1500 * time.Millisecond
)

var quickPings = []string{"--ping-interval=" + pingInterval.String(), "--pong-timeout=" + pongTimeout.String()}

// server is the program, listening.
type server struct {
	*process
	t       *testing.T
	program string
	environ []string
	addr    string
	flags   []string
	ends    map[string]int // how many ends of a user's connections were waited for
}

// newServer starts it on a free port and waits until it listens. It is killed when the test ends.
func newServer(t *testing.T, flags ...string) *server {
	t.Helper()
	s := &server{t: t, program: beckon(t), addr: freeAddress(t), flags: flags, ends: map[string]int{}}
	s.start()
	return s
}

// start starts it at its address; also after it was killed.
func (s *server) start() {
	s.t.Helper()
	listening := make(chan struct{})
	args := append([]string{"--listen=" + s.addr, "--log-format=json"}, s.flags...)
	s.process = launch(s.t, s.environ, func(line string) {
		var entry struct{ Message string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Message == "listening" {
			close(listening)
		}
	}, s.program, args...)
	select {
	case <-listening:
	case <-s.done:
		s.t.Fatalf("ended before it listened: %s", s.said())
	case <-time.After(testkit.Patience):
		s.t.Fatal("does not say that it listens")
	}
}

func (s *server) url() string { return "ws://" + s.addr + "/ws" }

// user logs a client in, who answers pings.
func (s *server) user(name string, options ...testkit.Option) *testkit.Client {
	s.t.Helper()
	c := testkit.Dial(s.t, s.url(), options...)
	c.Login(name)
	return c
}

// raw connects a client that answers nothing by itself, not even pings, and takes the greeting.
func (s *server) raw() *testkit.Raw {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	r := testkit.Handshake(s.t, conn)
	r.ExpectText("connect")
	return r
}

// back resumes a session on a new connection.
func (s *server) back(session testkit.Session) *testkit.Client {
	s.t.Helper()
	c := testkit.Dial(s.t, s.url(), testkit.V1())
	c.Resume(session)
	return c
}

// disconnected waits until the log tells once more that a connection of a user has ended, which must be for a reason.
func (s *server) disconnected(user, reason string) {
	s.t.Helper()
	s.ends[user]++
	eventually(s.t, user+" is disconnected: "+reason, func() bool {
		ends := 0
		for line := range strings.Lines(s.said()) {
			var entry struct{ Message, User, Reason string }
			if json.Unmarshal([]byte(line), &entry) != nil || entry.Message != "disconnect" || entry.User != user {
				continue
			}
			if ends++; ends == s.ends[user] && entry.Reason != reason {
				s.t.Fatalf("%s is disconnected: %s, want %s", user, entry.Reason, reason)
			}
		}
		return ends >= s.ends[user]
	})
}

// freeAddress finds a port to listen on, of those that systems do not give to connections: it is to be free again
// after a kill.
func freeAddress(t *testing.T) string {
	t.Helper()
	const first, count, tries = 10_000, 10_000, 100
	for range tries {
		address := fmt.Sprint("127.0.0.1:", first+rand.IntN(count))
		if ln, err := net.Listen("tcp", address); err == nil {
			ln.Close()
			return address
		}
	}
	t.Fatal("no free port")
	return ""
}

// speaker is whoever sends messages.
type speaker interface{ Say(testkit.Message) }

// send sends the numbers from first up to, not including, end.
func send(from speaker, to string, first, end int) { sendLong(from, to, first, end, "") }

// sendLong sends numbers with something to carry.
func sendLong(from speaker, to string, first, end int, payload string) {
	for i := first; i < end; i++ {
		from.Say(testkit.Message{"type": "candidate", "name": to, "call": strconv.Itoa(i), "candidate": payload})
	}
}

// take expects these numbers, each once, in their order and with nothing in between.
func take(t *testing.T, c *testkit.Client, from string, first, end int) {
	t.Helper()
	for i := first; i < end; i++ {
		if f := c.ExpectRelay("candidate", from); f.Text("call") != strconv.Itoa(i) {
			t.Fatalf("got %.200s, want the number %d", f.JSON, i)
		}
	}
}
