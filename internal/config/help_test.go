package config

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// checkFirstScreen sees to it that what newcomers see fits on a screen, and says how to see the rest.
func checkFirstScreen(t *testing.T, text string) {
	t.Helper()
	const rows, columns = 39, 80
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) > rows {
		t.Errorf("%d lines, at most %d:\n%s", len(lines), rows, text)
	}
	for _, line := range lines {
		if len(line) > columns {
			t.Errorf("more than %d columns: %s", columns, line)
		}
	}
	for _, want := range []string{"beckon doctor URL", "beckon health", "beckon help", "beckon version", "beckon completion", "--listen HOST:PORT", "--config", "BECKON_LISTEN", "watching"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
}

// helpOf is what `beckon help` says.
func helpOf(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if err := Help(args, &out); !errors.Is(err, ErrShown) {
		t.Fatalf("help %q: %v", args, err)
	}
	return out.String()
}

func TestHelpOnEverything(t *testing.T) {
	checkFirstScreen(t, helpOf(t))
	all := helpOf(t, "all")
	for _, s := range Reference() {
		if !strings.Contains(all, "--"+s.Flag) || !strings.Contains(all, s.Env) {
			t.Errorf("help all says nothing of --%s and %s:\n%s", s.Flag, s.Env, all)
		}
	}
}

// Each setting can be found by its own name, and by its section.
func TestHelpOnOneTopic(t *testing.T) {
	parser, err := newParser(new(grammar), programName, serverDescription, newSources(nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{}
	for _, flag := range parser.Model.Flags {
		if !configurable(flag) {
			continue
		}
		if own := helpOf(t, "--"+flag.Name); strings.Count(own, "\n  --") != 1 || !strings.Contains(own, "\n  --"+flag.Name) {
			t.Errorf("help --%s:\n%s", flag.Name, own)
		}
		if strings.ContainsAny(section(flag), " ") {
			t.Errorf("the section %q has no name of one word", section(flag))
		}
		if pages[section(flag)] == "" {
			pages[section(flag)] = helpOf(t, section(flag))
		}
		if text := pages[section(flag)]; !strings.Contains(text, "--"+flag.Name) || strings.Count(text, "\n\n") != 2 {
			t.Errorf("help %s, without --%s or with more than a section:\n%s", section(flag), flag.Name, text)
		}
	}
	for topic, want := range map[string]string{"doctor": "beckon doctor <url>", "health": "beckon health [<url>]", "completion": "beckon completion fish"} {
		if text := helpOf(t, topic); !strings.Contains(text, want) {
			t.Errorf("help %s does not say %q:\n%s", topic, want, text)
		}
	}
	for want, args := range map[string][]string{
		`help: there is no section, flag or command timings, did you mean "timing"?`: {"timings"},
		"help: there is no section, flag or command nonsense":                        {"nonsense"},
		"help: one topic at a time":                                                  {"tls", "turn"},
	} {
		if err := Help(args, nil); err == nil || err.Error() != want {
			t.Errorf("help %q: %v, want %s", args, err, want)
		}
	}
}
