package config

import (
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

// environment is the variables of the process that are not empty.
type environment map[string]string

func newEnvironment(environ []string) environment {
	e := environment{}
	for _, pair := range environ {
		if name, value, ok := strings.Cut(pair, "="); ok && value != "" {
			e[name] = value
		}
	}
	return e
}

// lookup returns the value of a flag and the variable that it is from.
func (e environment) lookup(flag string) (value, origin string, ok bool) {
	for _, name := range variables(flag) {
		value, ok := e[name]
		if !ok {
			continue
		}
		if name == portVariable {
			value = ":" + value
		}
		return value, name, true
	}
	return "", "", false
}

// kubernetes matches what Kubernetes and Docker set to point at a service named beckon, or
// beckon-something.
var kubernetes = regexp.MustCompile(`^BECKON_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`)

// check refuses variables that look like settings and are none.
func (e environment) check(flags []*kong.Flag) error {
	var known []string
	for _, flag := range flags {
		known = append(known, flag.Envs...)
	}
	var unknown []string
	for name := range e {
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
