package doctor

import (
	"fmt"
	"io"
	"strings"
)

// The layout of findings.
const (
	levelWidth = 9  // the longest level
	checkWidth = 11 // the longest name of a check
	textWidth  = 88
	indent     = levelWidth + 1 + checkWidth + 1
)

// Printer writes findings for people, as they are made.
type Printer struct {
	w     io.Writer
	color bool
	block string // the configuration that was shown last
	err   error  // the first one of w
}

// NewPrinter returns a printer that writes to w.
func NewPrinter(w io.Writer, color bool) *Printer { return &Printer{w: w, color: color} }

// colors are ANSI's, by level (ECMA-48, select graphic rendition).
var colors = map[Level]string{OK: "\x1b[32m", Note: "\x1b[36m", Warning: "\x1b[33m", Problem: "\x1b[1;31m", Unchecked: "\x1b[2m"}

const noColor = "\x1b[0m"

// Finding writes one finding, and its remedy below it.
func (p *Printer) Finding(f Finding) {
	level := fmt.Sprintf("%-*s", levelWidth, f.Level)
	if p.color {
		level = colors[f.Level] + level + noColor
	}
	p.printf("%s %-*s %s\n", level, checkWidth, f.Check, wrap(f.Text))
	if f.Remedy != "" {
		p.printf("%s%s\n", strings.Repeat(" ", indent), wrap("Remedy: "+f.Remedy))
	}
	switch {
	case f.Configuration == "":
	case f.Configuration == p.block:
		p.printf("%sThe configuration for it is the one above.\n", strings.Repeat(" ", indent))
	default:
		p.block = f.Configuration
		margin := strings.Repeat(" ", indent+2)
		p.printf("%sA configuration that works:\n\n%s%s\n\n", strings.Repeat(" ", indent), margin,
			strings.ReplaceAll(strings.TrimSpace(f.Configuration), "\n", "\n"+margin))
	}
}

// Summary writes the end of a report.
func (p *Printer) Summary(r *Report) {
	counts := map[Level]int{}
	for _, f := range r.Findings {
		counts[f.Level]++
	}
	verdict := "No problem was found"
	if n := counts[Problem]; n > 0 {
		verdict = plural(n, "problem")
	}
	if n := counts[Warning]; n > 0 {
		verdict += ", " + plural(n, "warning")
	}
	p.printf("\n%s: %s\n", r.URL, verdict+".")
}

// Err is what went wrong with writing, if anything did.
func (p *Printer) Err() error { return p.err }

func (p *Printer) printf(format string, arguments ...any) {
	if _, err := fmt.Fprintf(p.w, format, arguments...); p.err == nil {
		p.err = err
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// wrap breaks a text between words, further lines indented.
func wrap(text string) string {
	var b strings.Builder
	width := 0
	for _, word := range strings.Fields(text) {
		switch {
		case width == 0:
		case width+1+len(word) > textWidth:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			width = 0
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += len(word)
	}
	return b.String()
}
