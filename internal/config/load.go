package config

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// ErrShown is returned by [Load] when it was asked for help or for the version and has
// written it. The process has nothing more to do and exits with code 0.
var ErrShown = errors.New("help or version shown")

// UsageError is a setting that cannot be used. Its text is one line that names the flag, and
// the environment variable if the value came from there. The process exits with code 2.
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
	Config `embed:""`

	Help    bool `short:"h" help:"Show this help."`
	Version bool `help:"Show the version."`
}

// Load reads the settings from the arguments (without the program's name) and from the
// environment in the form of os.Environ. Help and version go to stdout.
//
// Its errors are [ErrShown] and [*UsageError]; any other is a failure to write to stdout.
func Load(args, environ []string, stdout io.Writer) (Config, error) {
	var g grammar
	env := newEnvironment(environ)
	parser, err := newParser(&g, env, stdout)
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
	if err := env.check(parser.Model.Flags); err != nil {
		return Config{}, err
	}
	if _, err := parser.Parse(args); err != nil {
		return Config{}, newUsageError(env.attribute(err.Error()))
	}
	g.Config.adapt(func(flag string) bool { return env.used[flag] != "" || given(trace, flag) })
	if err := g.Config.finish(); err != nil {
		return Config{}, newUsageError(env.attribute(err.Error()))
	}
	return g.Config, nil
}

// given tells whether a flag is on the command line.
func given(trace *kong.Context, flag string) bool {
	return slices.ContainsFunc(trace.Path, func(step *kong.Path) bool {
		return step.Flag != nil && step.Flag.Name == flag
	})
}

func newParser(g *grammar, env *environment, stdout io.Writer) (*kong.Kong, error) {
	parser, err := kong.New(g, append(mappers(),
		kong.Name("beckon"),
		kong.Description("A WebRTC signaling server with a chat page. A flag wins over its environment variable, and that over the default."),
		kong.NoDefaultHelp(),
		kong.ValueFormatter(describe),
		kong.Writers(stdout, stdout),
		kong.Resolvers(env),
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
	return flag.Name != "help" && flag.Name != "version"
}

// describe is the text of a flag in --help.
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
	for _, step := range trace.Path {
		if step.Flag == nil || configurable(step.Flag) {
			continue
		}
		var err error
		if step.Flag.Name == "help" {
			err = trace.PrintUsage(false)
		} else {
			_, err = fmt.Fprintln(stdout, Version())
		}
		if err == nil {
			err = ErrShown
		}
		return true, err
	}
	return false, nil
}

// variables returns the environment variables that set a flag, the strongest first.
func variables(flag string) []string {
	own := prefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
	if flag == "listen" {
		return []string{own, portVariable}
	}
	return []string{own}
}
