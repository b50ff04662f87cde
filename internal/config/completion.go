package config

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

const completionHelp = `Usage: beckon completion bash|zsh|fish

Writes what has a shell complete commands, flags and such values as are known.
For the shell at hand, and for good:

  source <(beckon completion bash)
  beckon completion bash > ~/.local/share/bash-completion/completions/beckon

  source <(beckon completion zsh)      # after compinit
  beckon completion zsh > "${fpath[1]}/_beckon"

  beckon completion fish | source
  beckon completion fish > ~/.config/fish/completions/beckon.fish
`

// Completion answers `beckon completion` with the arguments that follow it: the name of a shell. Its errors are those of
// [Load].
func Completion(args []string, stdout io.Writer) error {
	var script func([]completed) string
	switch strings.Join(args, " ") {
	case "bash":
		script = bashCompletion
	case "zsh":
		script = zshCompletion
	case "fish":
		script = fishCompletion
	case "--help", "-h":
		if _, err := io.WriteString(stdout, completionHelp); err != nil {
			return err
		}
		return ErrShown
	default:
		return newUsageError("completion: name a shell: bash, zsh or fish")
	}
	commands, err := completions()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(stdout, script(commands)); err != nil {
		return err
	}
	return ErrShown
}

// completed is what a shell completes after a command, or for the server, whose name is empty.
type completed struct {
	name, does string
	flags      []completedFlag
	words      []string // that the command takes in place of flags
}

// completedFlag is a flag, and what its value can be.
type completedFlag struct {
	name, does string
	value      string // as help names it, "" for a flag that has none
	repeated   bool
	kind       valueKind
	words      []string // of oneOf
}

// valueKind is how a shell completes a value.
type valueKind int

const (
	noValue    valueKind = iota // a flag that is on or off
	anyValue                    // nobody can guess it
	oneOf                       // one of a few words
	aFile                       // the name of a file
	aDirectory                  // the name of a directory
)

// completions are the server and its commands, with all that each understands.
func completions() ([]completed, error) {
	server, err := newParser(new(grammar), programName, serverDescription, newSources(nil), io.Discard)
	if err != nil {
		return nil, err
	}
	health, err := newParser(new(healthGrammar), programName, healthDescription, newSources(nil), io.Discard)
	if err != nil {
		return nil, err
	}
	doctor, err := newDoctorParser(new(Doctor), io.Discard)
	if err != nil {
		return nil, err
	}
	all := []completed{{flags: completedFlags(server.Model.Flags)}}
	for _, c := range commands() {
		entry := completed{name: c.name, does: c.does}
		switch c.name {
		case DoctorCommand:
			entry.flags = completedFlags(doctor.Model.Flags)
		case HealthCommand:
			entry.flags = completedFlags(slices.DeleteFunc(slices.Clone(health.Model.Flags), isQuestion))
		case HelpCommand:
			entry.words = append(append(sections(server.Model.Flags), commandNames()...), allSections)
			for _, flag := range server.Model.Flags {
				entry.words = append(entry.words, "--"+flag.Name)
			}
		case CompletionCommand:
			entry.words = []string{"bash", "zsh", "fish"}
		}
		all = append(all, entry)
	}
	return all, nil
}

// isQuestion tells whether a flag is one that the server answers, and its commands do not.
func isQuestion(flag *kong.Flag) bool { return flag.Name == "version" || flag.Name == "print-config" }

func completedFlags(flags []*kong.Flag) []completedFlag {
	var all []completedFlag
	for _, flag := range flags {
		f := completedFlag{name: flag.Name, does: firstSentence(flag.Help), repeated: flag.IsSlice(), words: choices(flag.Name)}
		if flag.IsBool() {
			all = append(all, f)
			continue
		}
		f.value, _, _ = strings.Cut(flag.FormatPlaceHolder(), ",")
		switch {
		case f.words != nil:
			f.kind = oneOf
		case f.value == "FILE":
			f.kind = aFile
		case f.value == "DIR":
			f.kind = aDirectory
		default:
			f.kind = anyValue
		}
		all = append(all, f)
	}
	return all
}

// firstSentence is as much of a text as there is room for beside a flag.
func firstSentence(text string) string {
	sentence, _, _ := strings.Cut(text, ". ")
	return strings.TrimSuffix(sentence, ".")
}

// made is the line that a script begins with.
func made(shell string) string {
	return fmt.Sprintf("# Completion of beckon for %s: made by beckon completion %[1]s.\n", shell)
}

// quote is text in single quotes, to bash and zsh.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
