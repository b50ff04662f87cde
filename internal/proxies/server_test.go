//go:build unix

package proxies_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"beckon/internal/testkit"
)

// binary is the program, built once.
var binary struct {
	once sync.Once
	dir  string
	err  error
}

// TestMain fails the whole run if a goroutine outlives the tests.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(binary.dir)
		os.Exit(code)
	}))
}

func beckon(t *testing.T) string {
	t.Helper()
	binary.once.Do(func() {
		if binary.dir, binary.err = os.MkdirTemp("", "beckon-proxies-"); binary.err != nil {
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

// server is beckon as the pages say to start it, but for the port.
type server struct {
	*program
	t       *testing.T
	address string // host:port, or the path of a socket
}

// newServer starts beckon with the pages' flags, those of the mount and more, and waits until it listens. It is killed
// when the test ends.
func newServer(t *testing.T, m mount, more ...string) *server {
	t.Helper()
	flags := strings.Fields(strings.Replace(serverFlags, ":9000", ":0", 1))
	return bareServer(t, append(append(flags, m.flags...), more...)...)
}

// bareServer starts beckon with the given flags.
func bareServer(t *testing.T, flags ...string) *server {
	t.Helper()
	flags = append(flags, "--log-format=json")
	listening := make(chan string, 1)
	s := &server{t: t}
	s.program = launch(t, beckon(t), flags, nil, func(line string) {
		var entry struct{ Message, Address string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Message == "listening" {
			listening <- entry.Address
		}
	})
	select {
	case s.address = <-listening:
	case <-s.done:
		t.Fatal("beckon ended before it listened")
	case <-time.After(testkit.Patience):
		t.Fatal("beckon does not say where it listens")
	}
	return s
}

// open connects a WebSocket to the server itself, past the proxy.
func (s *server) open(m mount) *testkit.Client {
	s.t.Helper()
	return testkit.Dial(s.t, "ws://"+s.address+m.inner()+"ws")
}
