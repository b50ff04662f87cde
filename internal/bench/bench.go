// Package bench is the command line of the load generator.
package bench

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"beckon/internal/bench/dialect"
	"beckon/internal/bench/process"
	"beckon/internal/bench/report"
	"beckon/internal/bench/scenario"
	"beckon/internal/bench/wire"
)

// load is one kind of load.
type load interface {
	Run(b *scenario.Bench) ([]report.Result, error)
}

// openFiles is how many descriptors this program may need, and the servers that it starts.
const openFiles = 20_000

// errShown says that help was asked for, and given.
var errShown = errors.New("shown")

// Main runs the program with its arguments and returns its exit code.
func Main(args []string, stdout, stderr io.Writer) int {
	err := run(args, stdout, stderr)
	switch {
	case errors.Is(err, errShown):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "beckon-bench:", err)
		return 1
	}
	return 0
}

func run(args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 || strings.TrimLeft(args[0], "-") == "help" || args[0] == "-h" {
		fmt.Fprint(stdout, usage())
		return errShown
	}
	command, ok := find(args[0])
	if !ok && args[0] != "peers" {
		return fmt.Errorf("there is no scenario %q; --help lists them", args[0])
	}
	// All is done on one goroutine, which is to stay on its thread. Less collecting of garbage disturbs it less.
	runtime.LockOSThread()
	debug.SetGCPercent(400)
	if err := wire.RaiseFileLimit(openFiles); err != nil {
		return fmt.Errorf("the limit of open files: %w", err)
	}
	if !ok {
		return peers(args[1:], stdout, stderr)
	}
	return command.run(args[1:], stdout, stderr)
}

// common are the flags that every scenario has.
type common struct {
	dialect, start, output, admin string
	json, html                    string
	pid                           int
	insecure                      bool
}

func (c *common) register(f *flag.FlagSet) {
	f.StringVar(&c.dialect, "dialect", "v1", "what to speak: v1, plain, tutorial or peerjs")
	f.IntVar(&c.pid, "pid", 0, "process of the server on this machine, to measure its processor time and memory")
	f.StringVar(&c.start, "start", "", "command that starts the server, instead of --pid; it is stopped afterwards")
	f.StringVar(&c.output, "output", "", "file for what a server started by --start writes; without it, nowhere")
	f.StringVar(&c.admin, "admin", "", "address of beckon's admin listener, http://HOST:PORT, for goroutines and heap")
	f.BoolVar(&c.insecure, "insecure", false, "accept any certificate (wss)")
	f.StringVar(&c.json, "json", "", "file for the results as JSON")
	f.StringVar(&c.html, "html", "", "file for the results as a page with plots")
}

// bench prepares what scenarios need, for a server at url. The function returned ends what was begun.
func (c *common) bench(url string, stderr io.Writer) (*scenario.Bench, func(), error) {
	target, err := wire.NewTarget(url, c.insecure)
	if err != nil {
		return nil, nil, err
	}
	b := &scenario.Bench{Target: target, Command: c.start, Admin: c.admin, Progress: stderr}
	if b.Dialect, err = dialect.Named(c.dialect); err != nil {
		return nil, nil, fmt.Errorf("--dialect: %w", err)
	}
	if c.pid != 0 && c.start != "" {
		return nil, nil, errors.New("--pid is for a server that runs already, --start for one that does not: give one of the two")
	}
	if c.pid != 0 {
		if b.Server, err = process.Watch(c.pid); err != nil {
			return nil, nil, fmt.Errorf("--pid: %w", err)
		}
	}
	end := func() {}
	if c.output != "" {
		if b.Output, err = os.Create(c.output); err != nil {
			return nil, nil, fmt.Errorf("--output: %w", err)
		}
		end = func() { b.Output.Close() }
	}
	return b, end, nil
}

// parse reads flags, which may stand before and after the one argument, the server's address.
func parse(f *flag.FlagSet, args []string) (url string, err error) {
	for {
		if err := f.Parse(args); err != nil {
			return "", err
		}
		switch args = f.Args(); {
		case len(args) == 0 && url == "":
			return "", errors.New("the server's address is missing, such as ws://127.0.0.1:9000/ws")
		case len(args) == 0:
			return url, nil
		case url != "":
			return "", fmt.Errorf("%q: one address is enough", args[0])
		}
		url, args = args[0], args[1:]
	}
}

// counts is the value of a flag: numbers above 0, separated by commas, each more than the one before.
type counts []int

// String is flag.Value.
func (c *counts) String() string {
	var words []string
	for _, n := range *c {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ",")
}

// Set is flag.Value.
func (c *counts) Set(text string) error {
	*c = nil
	for _, word := range strings.Split(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 || n > math.MaxInt32 {
			return fmt.Errorf("%q is no number of users", word)
		}
		if len(*c) > 0 && n <= (*c)[len(*c)-1] {
			return fmt.Errorf("%d is not more than the number before it", n)
		}
		*c = append(*c, n)
	}
	return nil
}
