// Package scenario is what the load generator does to a server, one file for each kind of load.
package scenario

import (
	"fmt"
	"io"
	"os"
	"time"

	"beckon/internal/bench/dialect"
	"beckon/internal/bench/process"
	"beckon/internal/bench/report"
	"beckon/internal/bench/wire"
)

// Bench is what every scenario needs to know.
type Bench struct {
	Target  *wire.Target
	Dialect dialect.Dialect
	// Server is watched if it is not nil.
	Server *process.Server
	// Command starts the server anew for each of several crowds; without it Server goes on.
	Command string
	// Output takes what such a server writes; nil throws it away.
	Output *os.File
	// Admin is the server's admin listener, http://HOST:PORT, or empty.
	Admin string
	// Progress takes a line now and then.
	Progress io.Writer
}

// Start starts the server if there is a command for it, and stops the one before.
func (b *Bench) Start() error {
	if b.Command == "" {
		return nil
	}
	b.Stop()
	server, err := process.Start(b.Command, b.Target.Address(), b.Output)
	b.Server = server
	return err
}

// Stop stops a server that Start has started.
func (b *Bench) Stop() {
	if b.Command != "" && b.Server != nil {
		b.Server.Stop()
		b.Server = nil
	}
}

func (b *Bench) progress(format string, values ...any) {
	fmt.Fprintf(b.Progress, format+"\n", values...)
}

// result begins the result of a scenario.
func (b *Bench) result(scenario, settings string) report.Result {
	r := report.Result{
		Scenario: scenario,
		Dialect:  b.Dialect.Name(),
		Server:   b.Target.URL.String(),
		Settings: settings,
		Time:     time.Now().UTC().Truncate(time.Second),
	}
	if b.Server != nil && b.Server.Started > 0 {
		r.Add("started", "from its start to the first connection", b.Server.Started.Seconds(), report.Seconds)
	}
	return r
}

// addInside adds what the server says of itself, per user.
func (b *Bench) addInside(r *report.Result, users int) error {
	if b.Admin == "" {
		return nil
	}
	inside, err := process.Ask(b.Admin)
	if err != nil {
		return fmt.Errorf("the admin listener: %w", err)
	}
	r.Add("goroutines", "server goroutines", float64(inside.Goroutines), report.Count)
	r.Add("heap", "server heap, live", float64(inside.Heap), report.Bytes)
	r.Add("stacks", "server stacks", float64(inside.Stacks), report.Bytes)
	if users > 0 {
		r.Add("heap_per_user", "heap and stacks per user", float64(inside.Heap+inside.Stacks)/float64(users), report.Bytes)
	}
	return nil
}
