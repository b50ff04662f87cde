package bench

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"beckon/internal/bench/report"
	"beckon/internal/bench/scenario"
)

// command is a scenario on the command line.
type command struct {
	name, about string
	// register adds the scenario's own flags and returns what reads them once they are parsed.
	register func(f *flag.FlagSet) func() (load, error)
}

// commands are all scenarios.
func commands() []command {
	return []command{
		{"idle", "users who log in and stay: memory per user, processor time at rest", idle},
		{"relay", "pairs who send each other offers, answers and candidates: processor time per message, latency", relay},
		{"storm", "users who all log in to one room at once, until all have seen all", storm},
		{"churn", "users who come to a room, and go, beside others who stay and hear of it", churn},
		{"slow", "readers that stop while they are sent more, beside pairs that must not notice", slow},
		{"resume", "users of v1 whose connections break, and who come back to their sessions", resume},
	}
}

func find(name string) (command, bool) {
	for _, c := range commands() {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

func idle(f *flag.FlagSet) func() (load, error) {
	o := scenario.Idle{}
	users := counts{1000}
	f.Var(&users, "users", "how many, or several numbers separated by commas")
	f.IntVar(&o.Rooms, "rooms", 0, "how many rooms they are spread over; 0 is the lobby")
	f.BoolVar(&o.Presence, "presence", false, "ask for news of others")
	f.DurationVar(&o.Settle, "settle", 5*time.Second, "how long to wait before memory is read")
	f.DurationVar(&o.Duration, "duration", 30*time.Second, "for how long processor time is measured; servers ping meanwhile")
	return func() (load, error) {
		o.Users = users
		return o, nil
	}
}

func storm(f *flag.FlagSet) func() (load, error) {
	users := counts{1000}
	f.Var(&users, "users", "how many, or several numbers separated by commas, for one storm each")
	return func() (load, error) { return scenario.Storm{Users: users}, nil }
}

func relay(f *flag.FlagSet) func() (load, error) {
	o := scenario.Relay{}
	f.IntVar(&o.Pairs, "pairs", 100, "how many pairs")
	f.IntVar(&o.Rooms, "rooms", 0, "how many rooms the pairs are spread over; 0 is the lobby")
	f.BoolVar(&o.Presence, "presence", false, "ask for news of others")
	f.IntVar(&o.Window, "window", 2, "messages under way per pair, where each that arrives has the next one sent")
	f.Float64Var(&o.Rate, "rate", 0, "instead, messages per second in all; latency counts from when each was meant to be sent")
	f.DurationVar(&o.Warmup, "warmup", 2*time.Second, "how long to wait before the measurement")
	f.DurationVar(&o.Duration, "duration", 10*time.Second, "how long to measure")
	return func() (load, error) {
		if o.Pairs < 1 || o.Window < 1 || o.Rate < 0 {
			return nil, errors.New("--pairs and --window must be at least 1, --rate not negative")
		}
		return o, nil
	}
}

func churn(f *flag.FlagSet) func() (load, error) {
	o := scenario.Churn{}
	f.IntVar(&o.Users, "users", 1000, "how many stay")
	f.Float64Var(&o.Rate, "rate", 20, "how many come per second, and as many go")
	f.DurationVar(&o.Stay, "stay", 500*time.Millisecond, "how long each of them stays")
	f.BoolVar(&o.Sockets, "sockets", false, "whoever comes makes a new connection, even if the dialect can log in and out on one")
	f.DurationVar(&o.Duration, "duration", 10*time.Second, "how long they come")
	return func() (load, error) {
		if o.Users < 0 || o.Rate <= 0 {
			return nil, errors.New("--rate must be above 0, --users not below")
		}
		return o, nil
	}
}

func slow(f *flag.FlagSet) func() (load, error) {
	o := scenario.Slow{}
	f.IntVar(&o.Readers, "readers", 5, "how many stop reading")
	f.Float64Var(&o.Rate, "rate", 4000, "offers per second to all of them together")
	f.IntVar(&o.Pairs, "pairs", 50, "how many pairs go on")
	f.Float64Var(&o.PairsRate, "pairs-rate", 1000, "messages per second among all pairs")
	f.IntVar(&o.Buffer, "buffer", 64<<10, "bytes that the system takes for one who does not read; 0 for its own choice")
	f.DurationVar(&o.Duration, "duration", 5*time.Second, "how long to measure the pairs alone, and again beside stalled readers")
	f.DurationVar(&o.Stall, "stall", 14*time.Second, "how long readers stand still once messages to them are refused: longer than the server's write timeout, shorter than twice that")
	return func() (load, error) {
		if o.Readers < 1 || o.Pairs < 1 || o.Rate <= 0 || o.PairsRate <= 0 {
			return nil, errors.New("--readers and --pairs must be at least 1, the rates above 0")
		}
		return o, nil
	}
}

func resume(f *flag.FlagSet) func() (load, error) {
	o := scenario.Resume{}
	f.IntVar(&o.Users, "users", 500, "how many users' connections break; each has another who sends to it")
	f.Float64Var(&o.Percent, "percent", 5, "how many of them per second, in percent")
	f.Float64Var(&o.Rate, "rate", 2000, "messages per second to all of them together")
	f.DurationVar(&o.Away, "away", 500*time.Millisecond, "how long each stays away")
	f.DurationVar(&o.Duration, "duration", 10*time.Second, "how long to measure in peace, and again while connections break")
	return func() (load, error) {
		if o.Users < 1 || o.Percent <= 0 || o.Rate <= 0 {
			return nil, errors.New("--users must be at least 1, --percent and --rate above 0")
		}
		return o, nil
	}
}

// run runs a scenario and shows what it measured.
func (c command) run(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet(c.name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	var shared common
	shared.register(f)
	finish := c.register(f)
	url, err := parse(f, args)
	if errors.Is(err, flag.ErrHelp) {
		c.help(f, stdout)
		return errShown
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	load, err := finish()
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	b, end, err := shared.bench(url, stderr)
	if err != nil {
		return err
	}
	defer end()
	results, err := load.Run(b)
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	about := "beckon-bench " + c.name + " " + strings.Join(args, " ")
	return shared.show(report.Document{Title: "beckon-bench " + c.name, About: about, Results: results}, stdout)
}

func (c command) help(f *flag.FlagSet, w io.Writer) {
	fmt.Fprintf(w, "Usage: beckon-bench %s [flags] URL\n\n%s.\n\n", c.name, strings.ToUpper(c.about[:1])+c.about[1:])
	f.SetOutput(w)
	f.PrintDefaults()
}

func usage() string {
	var b strings.Builder
	b.WriteString("Usage: beckon-bench SCENARIO [flags] URL\n\nLoads a signaling server and measures it.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-8s %s\n", c.name, c.about)
	}
	b.WriteString("\n  peers    beckon beside other servers, held against its budget (make bench-peers)\n")
	b.WriteString("\nbeckon-bench SCENARIO --help lists the flags of a scenario.\n")
	return b.String()
}
