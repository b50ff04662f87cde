package config

import (
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Setting describes one flag of a [Config], or --config.
type Setting struct {
	// Flag is its name without the dashes, which is its name in the file too.
	Flag string
	// Env is the environment variable that sets it too.
	Env string
	// Group is the heading that it stands under.
	Group string
	// Default is its value if nothing sets it, in the flag's syntax, "" if none.
	Default string
	// Value is its value in the Config at hand, secrets masked.
	Value string
	// Help is one sentence or a few.
	Help string

	description string   // as in --help
	placeholder string   // of the value in --help
	list        []string // the items of Value if it is a list, else nil
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
// end. A line in bold begins each group.
func MarkdownTable() string {
	var b strings.Builder
	b.WriteString("| flag | environment | default | what it does |\n|---|---|---|---|\n")
	group := ""
	for _, s := range Reference() {
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "| **%s** | | | |\n", group)
		}
		def := ""
		if s.Default != "" {
			def = "`" + s.Default + "`"
		}
		fmt.Fprintf(&b, "| `--%s` | `%s` | %s | %s |\n", s.Flag, s.Env, def, strings.ReplaceAll(s.Help, "|", "\\|"))
	}
	return b.String()
}

// flags returns all flags, whose targets are the values in a copy of c.
func (c Config) flags() []*kong.Flag {
	parser, err := newParser(&grammar{Config: c}, programName, serverDescription, newSources(nil), io.Discard)
	if err != nil {
		panic(err) // the grammar is a constant
	}
	return parser.Model.Flags
}

// settings describes every flag and the value that it has in c.
func (c Config) settings() []Setting {
	var settings []Setting
	for _, flag := range c.flags() {
		if !configurable(flag) {
			continue
		}
		value, list := format(flag)
		settings = append(settings, Setting{
			Flag:        flag.Name,
			Env:         variable(flag.Name),
			Group:       flag.Group.Title,
			Default:     flag.Default,
			Value:       value,
			Help:        flag.Help,
			description: describe(flag.Value),
			placeholder: flag.FormatPlaceHolder(),
			list:        list,
		})
	}
	return settings
}

// format writes the value of a flag in the flag's syntax, secrets masked, and the items of a
// list.
func format(flag *kong.Flag) (text string, list []string) {
	value := flag.Target
	if value.Kind() != reflect.Slice {
		return formatOne(value.Interface()), nil
	}
	items := make([]string, value.Len())
	for i := range items {
		items[i] = formatOne(value.Index(i).Interface())
	}
	return kong.JoinEscaped(items, flag.Tag.Sep), items
}

// formatOne writes one value; types that hold secrets mask them in their String method.
func formatOne(value any) string {
	switch v := value.(type) {
	case time.Duration:
		return brief(v)
	case fs.FileMode:
		return fmt.Sprintf("%04o", v)
	}
	return fmt.Sprint(value)
}
