package bench

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"beckon/internal/bench/compare"
)

// peers runs a comparison.
func peers(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("peers", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	o := compare.Options{Progress: stderr}
	var shared common
	f.StringVar(&o.Beckon, "beckon", "bin/beckon", "program of beckon")
	f.StringVar(&o.Floor, "floor", "bin/floor", "program of the bare floor, internal/lab/floor")
	f.StringVar(&o.Node, "node", "node", "program that runs the servers written for Node")
	f.StringVar(&o.Peers, "peers", "internal/lab/peers", "folder of these servers, npm's packages installed")
	f.StringVar(&o.Processor, "processor", "0", "processor that servers run on; put this program on another, by taskset")
	f.IntVar(&o.Rounds, "rounds", 3, "how many times to measure; medians count")
	f.BoolVar(&o.Quick, "quick", false, "small crowds and short measurements, to see that everything works")
	f.StringVar(&shared.json, "json", "", "file for the results as JSON")
	f.StringVar(&shared.html, "html", "", "file for the results as a page with plots")
	err := f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, "Usage: beckon-bench peers [flags]\n\nRuns beckon beside other servers, in turns, and holds ratios against a budget.\n\n")
		f.SetOutput(stdout)
		f.PrintDefaults()
		return errShown
	}
	if err == nil && f.NArg() > 0 {
		err = fmt.Errorf("%q: no argument is expected", f.Arg(0))
	}
	if err != nil {
		return fmt.Errorf("peers: %w", err)
	}
	document, failed := compare.Run(o)
	if failed != nil {
		failed = fmt.Errorf("peers: %w", failed)
	}
	return errors.Join(shared.show(document, stdout), failed)
}
