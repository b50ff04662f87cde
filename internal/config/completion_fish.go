package config

import (
	"fmt"
	"strings"
)

const fishHead = `function __beckon_command
    set -l words (commandline -opc)
    if contains -- "$words[2]" %s
        echo $words[2]
    else
        echo server
    end
end
complete -c beckon -f
`

func fishCompletion(commands []completed) string {
	var b strings.Builder
	b.WriteString(made("fish"))
	fmt.Fprintf(&b, fishHead, strings.Join(commandNames(), " "))
	for _, c := range commands {
		name := c.name
		if name == "" {
			name = "server"
		} else {
			fmt.Fprintf(&b, "complete -c beckon -n 'test (count (commandline -opc)) -eq 1' -a %s -d %s\n", name, fishQuote(c.does))
		}
		condition := fishQuote("test (__beckon_command) = " + name)
		if c.words != nil {
			fmt.Fprintf(&b, "complete -c beckon -n %s -a %s\n", condition, fishQuote(strings.Join(c.words, " ")))
		}
		for _, f := range c.flags {
			fmt.Fprintf(&b, "complete -c beckon -n %s -l %s%s -d %s\n", condition, f.name, fishValue(f), fishQuote(f.does))
		}
	}
	return b.String()
}

func fishValue(f completedFlag) string {
	switch f.kind {
	case oneOf:
		return " -x -a " + fishQuote(strings.Join(f.words, " "))
	case aFile:
		return " -r -F"
	case aDirectory:
		return " -x -a '(__fish_complete_directories)'"
	case anyValue:
		return " -x"
	}
	return ""
}

// fishQuote is text in single quotes, in which a backslash takes its meaning from a quote and from another backslash.
func fishQuote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}
