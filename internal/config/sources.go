package config

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// sources resolve flags that the command line leaves open: by the environment, else by the
// configuration file.
type sources struct {
	environment environment
	file        file
	// used maps a flag to where its value was taken from.
	used map[string]string
}

var _ kong.Resolver = (*sources)(nil)

func newSources(environ []string) *sources {
	return &sources{environment: newEnvironment(environ), used: map[string]string{}}
}

// Validate is part of kong.Resolver.
func (s *sources) Validate(*kong.Application) error { return nil }

// Resolve returns the value of a flag, or nil if nothing sets it.
func (s *sources) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if !configurable(flag) {
		return nil, nil
	}
	value, origin, ok := s.environment.lookup(flag.Name)
	if !ok {
		value, origin, ok = s.file.lookup(flag.Name)
		if port, set := s.environment[portVariable]; set && flag.Name == listenFlag {
			value, origin = movePort(value, origin, flag.Default, port)
			ok = true
		}
	}
	if !ok {
		return nil, nil
	}
	s.used[flag.Name] = origin
	return value, nil
}

// attribute adds to a message that starts with a flag's name where the value came from, if it
// came from the environment or a file.
func (s *sources) attribute(message string) string {
	flag, rest, ok := strings.Cut(message, ":")
	if origin := s.used[strings.TrimPrefix(flag, "--")]; ok && origin != "" {
		return fmt.Sprintf("%s (from %s):%s", flag, origin, rest)
	}
	return message
}

// Overridden returns the settings of the file that have no effect, in the order of --help: a flag or a variable wins over
// them, which stands in parentheses. Nil if the input cannot be read.
func (i Input) Overridden() []string {
	var g grammar
	from := newSources(i.Environ)
	parser, err := newParser(&g, programName, serverDescription, from, io.Discard)
	if err != nil {
		return nil
	}
	trace, err := kong.Trace(parser, i.Args)
	if err != nil || trace.Error != nil || from.open(trace, parser.Model.Flags) != nil {
		return nil
	}
	var overridden []string
	for _, flag := range parser.Model.Flags {
		if _, _, inFile := from.file.lookup(flag.Name); !inFile {
			continue
		}
		if given(trace, flag.Name) != nil {
			overridden = append(overridden, flag.Name+" (--"+flag.Name+")")
		} else if _, name, set := from.environment.lookup(flag.Name); set {
			overridden = append(overridden, flag.Name+" ("+name+")")
		}
	}
	return overridden
}
