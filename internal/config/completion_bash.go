package config

import (
	"fmt"
	"strings"
)

// The script gets along with bash 3.2, which macOS has, and without the package bash-completion. To bash a flag's = is a
// word of its own.
const (
	bashHead = `_beckon() {
  local IFS=$'\n' command= equals=
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [[ $current == '=' ]]; then
    current= equals=yes
  elif [[ $previous == '=' ]]; then
    previous=${COMP_WORDS[COMP_CWORD-2]} equals=yes
  fi
  if ((COMP_CWORD > 1)); then
    case ${COMP_WORDS[1]} in
    %s) command=${COMP_WORDS[1]} ;;
    esac
  fi
  case "$command $previous" in
`
	bashServer = `    '')
      if ((COMP_CWORD == 1)) && [[ $current != -* ]]; then
        %s
      else
        %s
      fi ;;
`
	bashTail = `    esac ;;
  esac
}
complete -F _beckon beckon
`
)

func bashCompletion(commands []completed) string {
	var b strings.Builder
	b.WriteString(made("bash"))
	fmt.Fprintf(&b, bashHead, strings.Join(commandNames(), "|"))
	for _, value := range []struct {
		kind  valueKind
		reply string
	}{
		{anyValue, "return"},
		{aFile, `compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current"))`},
		{aDirectory, `compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$current"))`},
	} {
		if patterns := bashPatterns(commands, value.kind); len(patterns) > 0 {
			fmt.Fprintf(&b, "  %s)\n    %s ;;\n", strings.Join(patterns, "|"), value.reply)
		}
	}
	for _, c := range commands {
		for _, f := range c.flags {
			if f.kind == oneOf {
				fmt.Fprintf(&b, "  %s)\n    %s ;;\n", bashPattern(c, f), bashReply(f.words))
			}
		}
	}
	fmt.Fprintf(&b, "  *)\n    if [[ $equals ]]; then\n      %s\n      return\n    fi\n    case $command in\n", bashReply([]string{"true", "false"}))
	for _, c := range commands[1:] {
		if words := append(flagWords(c), c.words...); len(words) > 0 {
			fmt.Fprintf(&b, "    %s)\n      %s ;;\n", c.name, bashReply(words))
		}
	}
	fmt.Fprintf(&b, bashServer, bashReply(commandNames()), bashReply(flagWords(commands[0])))
	b.WriteString(bashTail)
	return b.String()
}

func bashReply(words []string) string {
	return "COMPREPLY=($(IFS=' '; compgen -W " + quote(strings.Join(words, " ")) + ` -- "$current"))`
}

func bashPattern(c completed, f completedFlag) string { return quote(c.name + " --" + f.name) }

func bashPatterns(commands []completed, kind valueKind) []string {
	var patterns []string
	for _, c := range commands {
		for _, f := range c.flags {
			if f.kind == kind {
				patterns = append(patterns, bashPattern(c, f))
			}
		}
	}
	return patterns
}

// flagWords are the flags of a command, as they are typed.
func flagWords(c completed) []string {
	var words []string
	for _, f := range c.flags {
		words = append(words, "--"+f.name)
	}
	return words
}
