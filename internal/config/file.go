package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v4"

	"beckon/internal/invisible"
)

// maxFileBytes is more than anybody has to set.
const maxFileBytes = 1 << 20

// file is what a configuration file sets: a YAML mapping from flag names to values or lists
// of them. Values are taken as they are written; what they mean is up to the flag.
type file struct {
	path   string
	values map[string]entry
}

// entry is the value of one key.
type entry struct {
	text string // in the syntax of the flag
	line int
}

// lookup returns the value of a flag and the place that it is from.
func (f file) lookup(flag string) (value, origin string, ok bool) {
	e, ok := f.values[flag]
	return e.text, fmt.Sprintf("%s, line %d", f.path, e.line), ok
}

// readFile reads the file at path, whose keys must be among flags.
func readFile(path string, flags []*kong.Flag) (file, error) {
	source, err := readSource(path)
	if err != nil {
		return file{}, newUsageError("--config: " + err.Error())
	}
	f := file{path: path, values: map[string]entry{}}
	if err := f.parse(source, flags); err != nil {
		return file{}, newUsageError(err.Error())
	}
	return f, nil
}

// readSource reads a file and says what to do if that fails.
func readSource(path string) ([]byte, error) {
	content, err := os.Open(path)
	if err != nil {
		var cause *fs.PathError
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return nil, fmt.Errorf("cannot open %s: %w", path, err)
	}
	defer content.Close()
	source, err := io.ReadAll(io.LimitReader(content, maxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: it must be a file", path)
	}
	if len(source) > maxFileBytes {
		return nil, fmt.Errorf("%s is longer than %d bytes", path, maxFileBytes)
	}
	return source, nil
}

// parse fills f from the text of the file.
func (f *file) parse(source []byte, flags []*kong.Flag) error {
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	var document yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil // empty
	} else if err != nil {
		return fmt.Errorf("%s, %s", f.path, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: must be one document, without --- in between", f.path)
	}
	settings := document.Content[0]
	if settings.Kind != yaml.MappingNode {
		return f.wrong(settings, "must be lines of the form setting: value")
	}
	for i := 0; i < len(settings.Content); i += 2 {
		if err := f.set(settings.Content[i], settings.Content[i+1], flags); err != nil {
			return err
		}
	}
	return nil
}

// set takes over one key and its value.
func (f *file) set(key, value *yaml.Node, flags []*kong.Flag) error {
	flag, err := findSetting(key.Value, flags)
	switch _, twice := f.values[key.Value]; {
	case key.Kind != yaml.ScalarNode:
		return f.wrong(key, "must be lines of the form setting: value")
	case err != nil:
		return f.wrong(key, err.Error())
	case twice:
		return f.wrong(key, key.Value+" is set twice")
	}
	text := ""
	switch {
	case value.Kind == yaml.SequenceNode && flag.IsSlice():
		items := make([]string, len(value.Content))
		for i, item := range value.Content {
			if !isPlain(item) {
				return f.wrong(item, key.Value+" must be a list of plain values")
			}
			items[i] = item.Value
		}
		text = kong.JoinEscaped(items, flag.Tag.Sep)
	case isPlain(value):
		text = value.Value
	default:
		return f.wrong(value, key.Value+" must be one plain value")
	}
	if text != "" { // an empty value counts as unset, as in the environment
		f.values[key.Value] = entry{text: text, line: value.Line}
	}
	return nil
}

// isPlain tells a value that stands for itself from lists, mappings, references and typed
// values.
func isPlain(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.Anchor == "" && node.Style&yaml.TaggedStyle == 0
}

// findSetting returns the flag that a key of the file names.
func findSetting(key string, flags []*kong.Flag) (*kong.Flag, error) {
	var known []string
	for _, flag := range flags {
		if !inFile(flag) {
			continue
		}
		if flag.Name == key {
			return flag, nil
		}
		known = append(known, flag.Name)
	}
	message := fmt.Sprintf("unknown setting %s", key)
	if found := invisible.In(key); found != "" {
		message = "the name of a setting " + found
	}
	if near := nearest(key, known); near != "" {
		message += ", did you mean " + near + "?"
	}
	return nil, errors.New(message)
}

func (f *file) wrong(at *yaml.Node, message string) error {
	return fmt.Errorf("%s, line %d: %s", f.path, at.Line, message)
}
