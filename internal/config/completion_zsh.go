package config

import (
	"fmt"
	"strings"
)

const zshHead = `_beckon() {
  if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
    local -a commands=(
%s    )
    _describe command commands
    return
  fi
  case $words[2] in
`

// The file is one of fpath, whose content is run with the first completion, or it is sourced.
const zshTail = `  esac
}
if [[ $funcstack[1] == _beckon ]]; then
  _beckon "$@"
else
  compdef _beckon beckon
fi
`

func zshCompletion(commands []completed) string {
	var names, cases strings.Builder
	server, others := commands[0], commands[1:]
	for _, c := range others {
		fmt.Fprintf(&names, "      %s\n", quote(c.name+":"+c.does))
		switch {
		case c.flags != nil:
			fmt.Fprintf(&cases, "  %s)\n    shift words\n    ((CURRENT--))\n    %s ;;\n", c.name, zshArguments(c))
		case c.words != nil:
			fmt.Fprintf(&cases, "  %s)\n    ((CURRENT == 3)) && compadd -- %s ;;\n", c.name, strings.Join(c.words, " "))
		default:
			fmt.Fprintf(&cases, "  %s) ;;\n", c.name)
		}
	}
	fmt.Fprintf(&cases, "  *)\n    %s ;;\n", zshArguments(server))
	return "#compdef beckon\n" + made("zsh") + fmt.Sprintf(zshHead, &names) + cases.String() + zshTail
}

func zshArguments(c completed) string {
	text := "_arguments"
	for _, f := range c.flags {
		text += " \\\n      " + quote(zshSpec(f))
	}
	return text
}

// zshSpec is a flag in the language of _arguments.
func zshSpec(f completedFlag) string {
	escape := strings.NewReplacer(":", `\:`, "[", `\[`, "]", `\]`).Replace
	spec := "--" + f.name
	if f.repeated {
		spec = "*" + spec
	}
	if f.kind == noValue {
		return spec + "[" + escape(f.does) + "]"
	}
	action := " "
	switch f.kind {
	case oneOf:
		action = "(" + strings.Join(f.words, " ") + ")"
	case aFile:
		action = "_files"
	case aDirectory:
		action = "_files -/"
	}
	return spec + "=[" + escape(f.does) + "]:" + escape(f.value) + ":" + action
}
