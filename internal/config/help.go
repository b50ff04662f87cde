package config

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// The first arguments that ask for something else than a server.
const (
	DoctorCommand     = "doctor"
	HealthCommand     = "health"
	HelpCommand       = "help"
	VersionCommand    = "version"
	CompletionCommand = "completion"
)

// programName is what the server is called, as a command.
const programName = "beckon"

// allSections is what `beckon help` shows everything for.
const allSections = "all"

const serverDescription = "A WebRTC signaling server with a chat page. To examine one that does not work as it should: beckon doctor URL (beckon doctor --help says more). A flag wins over its environment variable, that over the file of --config, and that over the default."

// command is one of these, with its arguments and what it does as help has them.
type command struct{ name, arguments, does string }

func commands() []command {
	return []command{
		{DoctorCommand, "URL", "examine a server, and say what is wrong"},
		{HealthCommand, "[URL]", "ask a server whether it lives, for containers"},
		{HelpCommand, "[TOPIC]", "explain a section, a flag, a command, or all"},
		{VersionCommand, "", "say which build this is"},
		{CompletionCommand, "SHELL", "write completion for bash, zsh or fish"},
	}
}

func commandNames() []string {
	var names []string
	for _, command := range commands() {
		names = append(names, command.name)
	}
	return names
}

// unknownCommand is the error for a first argument that is no flag.
func unknownCommand(word string) *UsageError {
	message := "unknown command " + word
	if near := nearest(word, commandNames()); near != "" {
		message += fmt.Sprintf(", did you mean %q?", near)
	} else {
		message += fmt.Sprintf(": there are %s; without one it is a server", strings.Join(commandNames(), ", "))
	}
	return newUsageError(message)
}

// firstScreen are the flags that most need, and what they do in a few words.
func firstScreen() [][2]string {
	return [][2]string{
		{"config", "File with settings (YAML)"},
		{"listen", "Address to serve on, or unix:PATH; default :9000"},
		{"acme-domain", "Get a certificate for this name by ACME"},
		{"tls-cert", "Certificate of your own, with --tls-key"},
		{"trusted-proxy", "Reverse proxy to trust for client addresses"},
		{"allowed-host", "Name by which users reach the server"},
		{"allowed-origin", "Other site whose pages may connect"},
		{"auth-jwks-url", "Let in only logins with a token of this issuer's"},
		{"turn", "Run a TURN server, so that any two connect"},
		{"ice-server", "STUN or TURN server to give to clients"},
		{"admin", "Where to serve metrics, such as 127.0.0.1:9091"},
		{"log-level", "debug, info, warn or error; default info"},
	}
}

// printHelp writes one screen for the server, and all that a lesser command understands.
func printHelp(trace *kong.Context, stdout io.Writer) error {
	if trace.Model.Name != programName {
		for _, flag := range trace.Model.Flags {
			flag.Hidden = configurable(flag) || flag.Name == "version" || flag.Name == "print-config"
		}
		return trace.PrintUsage(false)
	}
	var b strings.Builder
	b.WriteString("Usage: beckon [flags]          serve; without flags on port 9000\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "       beckon %-16s %s\n", c.name+" "+c.arguments, c.does)
	}
	b.WriteString("\nA WebRTC signaling server with a chat page inside. What most need to set:\n\n")
	flags := trace.Flags()
	for _, most := range firstScreen() {
		i := slices.IndexFunc(flags, func(flag *kong.Flag) bool { return flag.Name == most[0] })
		fmt.Fprintf(&b, "  %-24s %s\n", usage(flags[i]), most[1])
	}
	b.WriteString(`
  --print-config           Show the settings, as a file to begin with
  --version, -h, --help

Each flag is an environment variable, too (--listen is BECKON_LISTEN), and a
line of the file that --config names. Flags win over variables, those over it.

All flags, by section (beckon help SECTION):
`)
	names := sections(flags)
	fmt.Fprintf(&b, "  %s,\n  %s\n", strings.Join(names[:len(names)/2], ", "), strings.Join(names[len(names)/2:], ", "))
	_, err := io.WriteString(stdout, b.String())
	return err
}

// usage is a flag as it is typed.
func usage(flag *kong.Flag) string {
	if flag.IsBool() {
		return "--" + flag.Name
	}
	return "--" + flag.Name + " " + strings.TrimSuffix(flag.FormatPlaceHolder(), ",...")
}

// sections are the names by which `beckon help` knows the groups of flags, in their order.
func sections(flags []*kong.Flag) []string {
	var names []string
	for _, flag := range flags {
		if configurable(flag) && !slices.Contains(names, section(flag)) {
			names = append(names, section(flag))
		}
	}
	return names
}

// section is the name of a flag's group, in one word.
func section(flag *kong.Flag) string {
	switch flag.Group.Title {
	case "Who may come in":
		return "access"
	case "TURN built in":
		return "turn"
	}
	return strings.ToLower(flag.Group.Title)
}

// Help answers `beckon help` with the arguments that follow it: nothing, all, or one section, flag or command. Its errors
// are those of [Load].
func Help(args []string, stdout io.Writer) error {
	switch {
	case len(args) > 1:
		return newUsageError("help: one topic at a time")
	case len(args) == 0, args[0] == "--help", args[0] == "-h":
		_, err := Load([]string{"--help"}, nil, stdout)
		return err
	}
	switch args[0] {
	case DoctorCommand:
		_, err := LoadDoctor([]string{"--help"}, stdout)
		return err
	case HealthCommand:
		_, err := LoadHealth([]string{"--help"}, nil, stdout)
		return err
	case CompletionCommand:
		return Completion([]string{"--help"}, stdout)
	}
	return helpOn(args[0], stdout)
}

func helpOn(topic string, stdout io.Writer) error {
	parser, err := newParser(new(grammar), programName, serverDescription, newSources(nil), stdout)
	if err != nil {
		return err
	}
	flags := parser.Model.Flags
	names := sections(flags)
	known := append(names, commandNames()...)
	shown := 0
	for _, flag := range flags {
		known = append(known, flag.Name)
		switch {
		case topic == allSections:
		case slices.Contains(names, topic): // also where a flag has the same name, which is asked for with its dashes
			flag.Hidden = !configurable(flag) || section(flag) != topic
		default:
			flag.Hidden = flag.Name != strings.TrimLeft(topic, "-")
		}
		if !flag.Hidden {
			shown++
		}
	}
	if shown == 0 {
		return unknownTopic(topic, nearest(strings.TrimLeft(topic, "-"), known))
	}
	trace, err := kong.Trace(parser, nil)
	if err == nil {
		err = trace.PrintUsage(false)
	}
	if err == nil {
		err = ErrShown
	}
	return err
}

func unknownTopic(topic, near string) error {
	message := fmt.Sprintf("help: there is no section, flag or command %s", topic)
	if near != "" {
		message += fmt.Sprintf(", did you mean %q?", near)
	}
	return newUsageError(message)
}
