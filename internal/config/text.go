package config

import (
	"fmt"
	"reflect"
	"strings"

	"beckon/internal/invisible"
)

// checkText refuses settings with something in them that people do not see, wherever they are from: the server would
// start with them, and find that no file has such a name or no token such an issuer. Settings that are no text fail to
// be read then. Blanks around the items of a list do not count.
func (c *Config) checkText() error {
	for _, flag := range c.flags() {
		if !configurable(flag) {
			continue
		}
		for _, text := range texts(flag.Target) {
			found := invisible.In(text)
			if found == "" && strings.ContainsAny(text, "\r\n") {
				found = "holds a line break: take it out"
			}
			if found != "" {
				return fmt.Errorf("--%s: the value %s", flag.Name, found)
			}
		}
	}
	return nil
}

// texts are those that a setting consists of; none for one that is no text.
func texts(value reflect.Value) []string {
	switch value := value.Interface().(type) {
	case string:
		return []string{value}
	case []string:
		trimmed := make([]string, len(value))
		for i, item := range value {
			trimmed[i] = strings.TrimSpace(item)
		}
		return trimmed
	}
	return nil
}
