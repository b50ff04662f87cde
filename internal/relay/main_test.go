//go:build unix

package relay

import (
	"fmt"
	"os"
	"testing"
	"time"

	"beckon/internal/turn"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"
)

// What the test's program is when it is started with one of these.
const (
	asProcess = "be-the-relay"
	asParent  = "be-the-parent" // prints the process id of its relay
	asGarbage = "say-garbage"
	asDeaf    = "say-nothing"
	asFailure = "fail-at-once"
)

// TestMain fails the whole run if a goroutine outlives the tests.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 {
		switch os.Args[1] {
		case asProcess:
			os.Exit(turn.Main(os.Stdin, os.Stdout, os.Stderr))
		case asParent:
			beParent()
		case asGarbage:
			fmt.Println("garbage")
			time.Sleep(time.Hour)
		case asDeaf:
			time.Sleep(time.Hour)
		case asFailure:
			fmt.Fprintln(os.Stderr, "it cannot be")
			os.Exit(3)
		}
	}
	goleak.VerifyTestMain(m)
}

func beParent() {
	r, err := Open(Options{
		Listen: "127.0.0.1:0", Settings: loopbackSettings(), Program: os.Args[0], Args: []string{asProcess},
		Log: zerolog.New(os.Stdout),
	})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	time.Sleep(time.Hour)
	r.Close()
}
