package config

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"beckon/internal/invisible"
)

// ErrShown is returned by [Load] when it was asked for help, for the version or for the
// configuration and has written it. The process has nothing more to do and exits with code 0.
var ErrShown = errors.New("help, version or configuration shown")

// UsageError is a setting that cannot be used. Its text is one line that names the flag, and
// the environment variable or the line of the file if the value came from there. The process
// exits with code 2.
type UsageError struct {
	message string
}

// newUsageError keeps to one line whatever the message quotes.
func newUsageError(message string) *UsageError {
	return &UsageError{message: strings.ReplaceAll(message, "\n", " ")}
}

// Error returns the line to show.
func (e *UsageError) Error() string { return e.message }

// grammar is everything the command line understands.
type grammar struct {
	File string `name:"config" group:"Configuration" placeholder:"FILE" help:"File with settings: YAML, a line of the form flag-name: value for each, or a list of values."`

	Config `embed:""`

	Help        bool `short:"h" help:"Show this help."`
	Version     bool `help:"Show the version."`
	PrintConfig bool `help:"Show the configuration that would be used, in the form of --config, secrets masked."`
}

// Input is what the settings are read from.
type Input struct {
	// Args is the command line without the program's name.
	Args []string
	// Environ is the environment in the form of os.Environ.
	Environ []string
}

// Load is [Load]. Another call reads the file anew.
func (i Input) Load(stdout io.Writer) (Config, error) { return Load(i.Args, i.Environ, stdout) }

// Strays returns the environment variables that look like settings and are none, but for those that Kubernetes sets.
// Images and orchestrators set such names for ends of their own, so that they are worth a warning and no more.
func (i Input) Strays() []Stray { return newEnvironment(i.Environ).strays(Config{}.flags()) }

// Load reads the settings from the arguments (without the program's name), from the
// environment in the form of os.Environ, and from the file that either of them names. What it
// is asked to show goes to stdout.
//
// Its errors are [ErrShown] and [*UsageError]; any other is a failure to write to stdout.
func Load(args, environ []string, stdout io.Writer) (Config, error) {
	var g grammar
	from := newSources(environ)
	parser, err := newParser(&g, from, stdout)
	if err != nil {
		return Config{}, err
	}
	trace, err := kong.Trace(parser, args)
	if err == nil {
		err = trace.Error
	}
	if err != nil {
		return Config{}, newUsageError(err.Error())
	}
	if shown, err := show(trace, stdout); shown {
		return Config{}, err
	}
	if err := from.open(trace, parser.Model.Flags); err != nil {
		return Config{}, err
	}
	if _, err := parser.Parse(args); err != nil {
		return Config{}, newUsageError(from.attribute(err.Error()))
	}
	g.adapt(func(flag string) bool { return from.used[flag] != "" || given(trace, flag) != nil })
	if err := g.finish(); err != nil {
		return Config{}, newUsageError(from.attribute(err.Error()))
	}
	if g.PrintConfig {
		return g.Config, g.print(stdout)
	}
	return g.Config, nil
}

// open reads the file that the command line or the environment names.
func (s *sources) open(trace *kong.Context, flags []*kong.Flag) error {
	path, _, _ := s.environment.lookup("config")
	if flag := given(trace, "config"); flag != nil {
		path, _ = trace.FlagValue(flag).(string)
	}
	if path == "" {
		return nil
	}
	if found := invisible.In(path); found != "" {
		return newUsageError("--config: the value " + found)
	}
	var err error
	s.file, err = readFile(path, flags)
	return err
}

// given returns a flag if it is on the command line, else nil.
func given(trace *kong.Context, name string) *kong.Flag {
	i := slices.IndexFunc(trace.Path, func(step *kong.Path) bool {
		return step.Flag != nil && step.Flag.Name == name
	})
	if i < 0 {
		return nil
	}
	return trace.Path[i].Flag
}

func newParser(g *grammar, from *sources, stdout io.Writer) (*kong.Kong, error) {
	parser, err := kong.New(g, append(mappers(),
		kong.Name("beckon"),
		kong.Description("A WebRTC signaling server with a chat page. To examine one that does not work as it should: beckon doctor URL (beckon doctor --help says more). A flag wins over its environment variable, that over the file of --config, and that over the default."),
		kong.NoDefaultHelp(),
		kong.ValueFormatter(describe),
		kong.Writers(stdout, stdout),
		kong.Resolvers(from),
	)...)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	for _, flag := range parser.Model.Flags {
		if configurable(flag) {
			flag.Envs = variables(flag.Name)
		}
	}
	return parser, nil
}

// configurable tells whether a flag is a setting, not a question.
func configurable(flag *kong.Flag) bool {
	return !slices.Contains([]string{"help", "version", "print-config"}, flag.Name)
}

// inFile tells whether a flag is a setting that may stand in the file.
func inFile(flag *kong.Flag) bool { return configurable(flag) && flag.Name != "config" }

// describe is the text of a flag in --help and in the file.
func describe(value *kong.Value) string {
	flag := value.Flag
	if flag == nil || !configurable(flag) {
		return value.Help
	}
	text := value.Help
	if flag.Default != "" {
		text += " Default: " + flag.Default + "."
	}
	return text + " [" + strings.Join(flag.Envs, ", ") + "]"
}

// show answers --help and --version, and reports whether either was asked.
func show(trace *kong.Context, stdout io.Writer) (bool, error) {
	var err error
	switch {
	case given(trace, "help") != nil:
		err = trace.PrintUsage(false)
	case given(trace, "version") != nil:
		_, err = fmt.Fprintln(stdout, Version())
	default:
		return false, nil
	}
	if err == nil {
		err = ErrShown
	}
	return true, err
}

// variable returns the environment variable that sets a flag.
func variable(flag string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// variables returns the environment variables that have a say in a flag, the strongest first.
func variables(flag string) []string {
	if flag == listenFlag {
		return []string{variable(flag), portVariable}
	}
	return []string{variable(flag)}
}
