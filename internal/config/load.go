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
	if len(args) > 0 && args[0] != "" && !strings.HasPrefix(args[0], "-") {
		return Config{}, unknownCommand(args[0])
	}
	var g grammar
	err := load(&g, &g, programName, serverDescription, args, environ, stdout)
	return g.Config, err
}

// load reads the settings into g, which is a part of all that the command line understands.
func load(all any, g *grammar, name, description string, args, environ []string, stdout io.Writer) error {
	from := newSources(environ)
	parser, err := newParser(all, name, description, from, stdout)
	if err != nil {
		return err
	}
	trace, err := kong.Trace(parser, args)
	if err == nil {
		err = trace.Error
	}
	if err != nil {
		return newUsageError(asElsewhere(oneDash(err.Error(), args, parser.Model.Flags), parser.Model.Flags))
	}
	if shown, err := show(trace, stdout); shown {
		return err
	}
	if err := from.open(trace, parser.Model.Flags); err != nil {
		return err
	}
	if _, err := parser.Parse(args); err != nil {
		return newUsageError(from.attribute(err.Error()))
	}
	g.adapt(func(flag string) bool { return from.used[flag] != "" || given(trace, flag) != nil })
	if err := g.finish(); err != nil {
		return newUsageError(from.attribute(err.Error()))
	}
	if g.PrintConfig {
		return g.print(stdout)
	}
	return nil
}

// oneDash says of a flag that is unknown for want of a second dash which one was meant: to the parser it is several flags
// of one letter.
func oneDash(message string, args []string, flags []*kong.Flag) string {
	const letters = "unknown flag -"
	if !strings.HasPrefix(message, letters) || strings.HasPrefix(message, letters+"-") {
		return message
	}
	var known []string
	for _, flag := range flags {
		known = append(known, flag.Name)
	}
	for _, arg := range args {
		word, _, _ := strings.Cut(arg, "=")
		if len(word) < len("-xx") || word[0] != '-' || word[1] == '-' || word[1] != message[len(letters)] {
			continue
		}
		message = "unknown flag " + word
		if near := nearest(word[1:], known); near != "" {
			message += meaning(near)
		}
		return message
	}
	return message
}

// asElsewhere says of a flag that is unknown here, and that other servers have, what it is called here.
func asElsewhere(message string, flags []*kong.Flag) string {
	word, unknown := strings.CutPrefix(message, "unknown flag ")
	if !unknown {
		return message
	}
	name := ""
	switch strings.TrimLeft(word, "-") {
	case "port", "host", "bind", "addr", "address":
		name = "listen"
	case "origin", "origins", "cors", "allow-origin", "cors-origin":
		name = "allowed-origin"
	case "cert", "ssl-cert", "sslcert", "certificate":
		name = "tls-cert"
	case "key", "ssl-key", "sslkey":
		name = "tls-key"
	case "path":
		name = "base-path"
	}
	if !slices.ContainsFunc(flags, func(f *kong.Flag) bool { return f.Name == name }) {
		return message
	}
	return message + meaning(name)
}

// meaning says which flag may be meant.
func meaning(flag string) string { return `, did you mean "--` + flag + `"?` }

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

func newParser(grammar any, name, description string, from *sources, stdout io.Writer) (*kong.Kong, error) {
	parser, err := kong.New(grammar, append(mappers(),
		kong.Name(name),
		kong.Description(description),
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

// configurable tells whether a flag is a setting, not a question: settings are in groups.
func configurable(flag *kong.Flag) bool { return flag.Group != nil }

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
		err = printHelp(trace, stdout)
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
