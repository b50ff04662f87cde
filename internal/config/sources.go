package config

import (
	"fmt"
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
