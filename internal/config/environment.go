package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

const (
	// prefix starts the name of every variable of this program.
	prefix = "BECKON_"
	// portVariable is set by hosting platforms to the port that they send requests to.
	portVariable = "PORT"
)

// environment resolves flags that the command line leaves open.
type environment struct {
	values map[string]string
	// used maps a flag to the variable that its value was taken from.
	used map[string]string
}

var _ kong.Resolver = (*environment)(nil)

func newEnvironment(environ []string) *environment {
	e := &environment{values: map[string]string{}, used: map[string]string{}}
	for _, pair := range environ {
		if name, value, ok := strings.Cut(pair, "="); ok && value != "" {
			e.values[name] = value
		}
	}
	return e
}

// Validate is part of kong.Resolver.
func (e *environment) Validate(*kong.Application) error { return nil }

// Resolve returns the value of a flag, or nil if no variable sets it.
func (e *environment) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if !configurable(flag) {
		return nil, nil
	}
	for _, name := range variables(flag.Name) {
		value, ok := e.values[name]
		if !ok {
			continue
		}
		e.used[flag.Name] = name
		if name == portVariable {
			value = ":" + value
		}
		return value, nil
	}
	return nil, nil
}

// attribute adds to a message that starts with a flag's name the variable that the value
// came from, if it came from one.
func (e *environment) attribute(message string) string {
	flag, rest, ok := strings.Cut(message, ":")
	if name := e.used[strings.TrimPrefix(flag, "--")]; ok && name != "" {
		return fmt.Sprintf("%s (from %s):%s", flag, name, rest)
	}
	return message
}

// kubernetes matches what Kubernetes and Docker set to point at a service named beckon, or
// beckon-something.
var kubernetes = regexp.MustCompile(`^BECKON_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`)

// check refuses variables that look like settings and are none.
func (e *environment) check(flags []*kong.Flag) error {
	var known []string
	for _, flag := range flags {
		known = append(known, flag.Envs...)
	}
	var unknown []string
	for name := range e.values {
		if strings.HasPrefix(name, prefix) && !slices.Contains(known, name) && !kubernetes.MatchString(name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	message := unknown[0] + ": unknown environment variable"
	if near := nearest(unknown[0], known); near != "" {
		message += ", did you mean " + near + "?"
	}
	return newUsageError(message)
}
