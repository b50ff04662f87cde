package config

import (
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Setting describes one flag of a [Config].
type Setting struct {
	// Flag is its name without the dashes.
	Flag string
	// Env is the environment variable that sets it too.
	Env string
	// Default is its value if nothing sets it, in the flag's syntax, "" if none.
	Default string
	// Value is its value in the Config at hand, secrets masked.
	Value string
	// Help is one or two sentences.
	Help string
}

// Reference returns all settings in the order of --help. Value is the default.
func Reference() []Setting {
	c, err := Load(nil, nil, io.Discard)
	if err != nil {
		// The defaults are constants, and a test loads them.
		panic(err)
	}
	return c.settings()
}

// MarkdownTable renders [Reference] as the table of the documentation, a line feed at its
// end.
func MarkdownTable() string {
	var b strings.Builder
	b.WriteString("| flag | environment | default | what it does |\n|---|---|---|---|\n")
	for _, s := range Reference() {
		def := ""
		if s.Default != "" {
			def = "`" + s.Default + "`"
		}
		fmt.Fprintf(&b, "| `--%s` | `%s` | %s | %s |\n", s.Flag, s.Env, def, strings.ReplaceAll(s.Help, "|", "\\|"))
	}
	return b.String()
}

// settings describes every flag and the value that it has in c.
func (c Config) settings() []Setting {
	g := grammar{Config: c}
	parser, err := newParser(&g, newEnvironment(nil), io.Discard)
	if err != nil {
		panic(err) // the grammar is a constant
	}
	var settings []Setting
	for _, flag := range parser.Model.Flags {
		if !configurable(flag) {
			continue
		}
		settings = append(settings, Setting{
			Flag:    flag.Name,
			Env:     variables(flag.Name)[0],
			Default: flag.Default,
			Value:   format(flag),
			Help:    flag.Help,
		})
	}
	return settings
}

// format writes the value of a flag in the flag's syntax, secrets masked.
func format(flag *kong.Flag) string {
	value := flag.Target
	if value.Kind() != reflect.Slice {
		return formatOne(value.Interface())
	}
	items := make([]string, value.Len())
	for i := range items {
		items[i] = formatOne(value.Index(i).Interface())
	}
	return strings.Join(items, ",")
}

// formatOne writes one value; types that hold secrets mask them in their String method.
func formatOne(value any) string {
	if d, ok := value.(time.Duration); ok {
		return brief(d)
	}
	return fmt.Sprint(value)
}
