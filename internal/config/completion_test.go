package config

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// shell is one of those that complete: what it offers for a line that is not at its end yet.
type shell struct {
	syntax []string // checks a file
	script string   // its name, as the shell wants it
	offers func(script, line string) *exec.Cmd
}

// bashOffers does what bash does at a tab: an equals sign is a word of its own.
const bashOffers = `source "$1"
[[ $(complete -p beckon) == 'complete -F _beckon beckon' ]] || exit 1
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_beckon
printf '%s\n' "${COMPREPLY[@]}"`

var shells = map[string]shell{
	"bash": {[]string{"bash", "-n"}, "beckon", func(script, line string) *exec.Cmd {
		words := regexp.MustCompile(`=|[^ =]+`).FindAllString(line, -1)
		if strings.HasSuffix(line, " ") {
			words = append(words, "")
		}
		return exec.Command("bash", append([]string{"--norc", "-c", bashOffers, "bash", script}, words...)...)
	}},
	"zsh": {[]string{"zsh", "-n"}, "_beckon", func(script, line string) *exec.Cmd {
		driver, err := filepath.Abs("testdata/complete.zsh")
		if err != nil {
			panic(err)
		}
		return exec.Command("zsh", "-f", driver, filepath.Dir(script), line)
	}},
	"fish": {[]string{"fish", "-n"}, "beckon.fish", func(script, line string) *exec.Cmd {
		return exec.Command("fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", script, line)
	}},
}

// offered are the words that a shell offers, sorted, without what it adds: explanations, slashes, the flag again.
func offered(t *testing.T, s shell, script, folder, line string) []string {
	t.Helper()
	command := s.offers(script, line)
	command.Dir = folder
	command.Env = append(os.Environ(), "HOME="+filepath.Dir(script), "TERM=dumb")
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%q: %v: %s (make deps installs the shells)", line, err, output)
	}
	var words []string
	for word := range strings.Lines(string(output)) {
		word, _, _ = strings.Cut(strings.TrimSpace(word), "\t")
		if flag, value, found := strings.Cut(word, "="); found && strings.HasPrefix(line, "beckon "+flag+"=") {
			word = value
		}
		if word = strings.TrimRight(word, "/="); word != "" {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func TestShellsComplete(t *testing.T) {
	folder := t.TempDir()
	for _, err := range []error{os.WriteFile(filepath.Join(folder, "settings.yaml"), nil, 0o600), os.Mkdir(filepath.Join(folder, "secrets"), 0o700)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	lines := map[string][]string{
		"beckon ":                  commandNames(),
		"beckon do":                {"doctor"},
		"beckon --":                append(flagsOfServer(), "--help", "--print-config", "--version"),
		"beckon --turn --log-l":    {"--log-level", "--log-lines-per-second"},
		"beckon --log-level w":     {"warn"},
		"beckon --log-level=":      {"debug", "error", "info", "warn"},
		"beckon --log-format c":    {"console"},
		"beckon --listen ":         nil,
		"beckon --config se":       {"secrets", "settings.yaml"},
		"beckon --config=set":      {"settings.yaml"},
		"beckon --acme-cache se":   {"secrets"},
		"beckon doctor --":         {"--ca-file", "--connect", "--help", "--idle", "--json", "--name", "--room", "--timeout", "--token-file"},
		"beckon doctor --ca-file ": {"secrets", "settings.yaml"},
		"beckon health --":         append(flagsOfServer(), "--help", "--timeout"),
		"beckon help tu":           {"turn"},
		"beckon help --log-lev":    {"--log-level"},
		"beckon completion ":       {"bash", "fish", "zsh"},
	}
	for _, want := range lines {
		slices.Sort(want)
	}
	for name, s := range shells {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := filepath.Join(t.TempDir(), s.script)
			if err := os.WriteFile(script, completionFor(t, name), 0o600); err != nil {
				t.Fatal(err)
			}
			if output, err := exec.Command(s.syntax[0], append(s.syntax[1:], script)...).CombinedOutput(); err != nil || len(output) > 0 {
				t.Fatalf("%v: %s (make deps installs the shells)", err, output)
			}
			for line, want := range lines {
				if got := offered(t, s, script, folder, line); !slices.Equal(got, want) {
					t.Errorf("%q: %q, want %q", line, got, want)
				}
			}
		})
	}
}

func flagsOfServer() []string {
	var flags []string
	for _, setting := range Reference() {
		flags = append(flags, "--"+setting.Flag)
	}
	return flags
}

func completionFor(t *testing.T, shell string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Completion([]string{shell}, &out); !errors.Is(err, ErrShown) {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCompletionOfNoShell(t *testing.T) {
	for _, args := range [][]string{nil, {"tcsh"}, {"bash", "zsh"}} {
		if usage := new(UsageError); !errors.As(Completion(args, nil), &usage) || !strings.Contains(usage.Error(), "bash, zsh or fish") {
			t.Errorf("%q: %v", args, usage)
		}
	}
}
