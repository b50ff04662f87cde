package config

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// commentWidth is where the comments of a printed configuration are wrapped, in bytes.
const commentWidth = 100

// print writes the configuration in the form of the file, and returns [ErrShown] when it has.
// What is not set stands there as a comment, so that the output is also a file to start from.
func (c Config) print(w io.Writer) error {
	var b strings.Builder
	comment(&b, "The configuration of beckon. A flag wins over its environment variable, that over this file, and that over the default. Secrets are masked as ***.")
	group := ""
	for _, s := range c.settings() {
		if s.Flag == "config" {
			continue
		}
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "\n# ---- %s ----\n", group)
		}
		b.WriteString("\n")
		comment(&b, s.description)
		b.WriteString(s.yaml())
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	return ErrShown
}

// yaml writes the setting as a line of the file, or several for a list.
func (s Setting) yaml() string {
	switch {
	case s.list == nil && s.Value != "":
		return s.Flag + ": " + scalar(s.Value) + "\n"
	case len(s.list) > 0:
		text := s.Flag + ":\n"
		for _, item := range s.list {
			text += "  - " + scalar(item) + "\n"
		}
		return text
	}
	return "#" + s.Flag + ": " + s.placeholder + "\n"
}

// unquoted matches text that YAML reads as it stands.
var unquoted = regexp.MustCompile(`^[A-Za-z0-9/:]([A-Za-z0-9/:.@_*+-]*[A-Za-z0-9/.@_*+-])?$`)

// scalar writes text so that YAML reads it back: every JSON string is one of YAML.
func scalar(text string) string {
	if unquoted.MatchString(text) {
		return text
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string can always be encoded
	}
	return string(quoted)
}

// comment writes text as comment lines, wrapped between words.
func comment(b *strings.Builder, text string) {
	line := "#"
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > commentWidth {
			b.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}
