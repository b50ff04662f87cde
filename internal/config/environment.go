package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// prefix starts the name of every variable of this program.
const prefix = "BECKON_"

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
	name := variable(flag)
	value, ok = e[name]
	return value, name, ok
}

// Stray is an environment variable that begins like those of this program and sets nothing.
type Stray struct {
	Name string
	// Near is the variable that may have been meant, "" if none is like it.
	Near string
}

// kubernetes matches what Kubernetes and Docker set to point at a service named beckon, or
// beckon-something.
var kubernetes = regexp.MustCompile(`^BECKON_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`)

// strays returns the variables that look like settings and are none, in the order of their names.
func (e environment) strays(flags []*kong.Flag) []Stray {
	var known []string
	for _, flag := range flags {
		known = append(known, flag.Envs...)
	}
	var strays []Stray
	for _, name := range slices.Sorted(maps.Keys(e)) {
		if strings.HasPrefix(name, prefix) && !slices.Contains(known, name) && !kubernetes.MatchString(name) {
			strays = append(strays, Stray{Name: name, Near: nearest(name, known)})
		}
	}
	return strays
}
