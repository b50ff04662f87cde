package report

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// WriteText writes a document as tables, one below the other.
func WriteText(w io.Writer, d Document) error {
	var b strings.Builder
	for i, r := range d.Results {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s, %s, %s: %s\n", r.Scenario, r.Dialect, r.Server, r.Settings)
		width := 0
		for _, v := range r.Values {
			width = max(width, utf8.RuneCountInString(v.Label))
		}
		for _, v := range r.Values {
			fmt.Fprintf(&b, "  %s  %12s\n", pad(v.Label, width), v)
		}
	}
	writeBudget(&b, d.Budget)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeBudget writes the rows of a budget as a table in Markdown.
func writeBudget(b *strings.Builder, rows []Row) {
	if len(rows) == 0 {
		return
	}
	table := [][]string{{"what", "measured", "must be", "goal", "verdict"}, {"---", "---:", "---:", "---:", "---"}}
	for _, r := range rows {
		table = append(table, r.Cells())
	}
	widths := make([]int, len(table[0]))
	for _, cells := range table {
		for i, cell := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	b.WriteString("\n")
	for _, cells := range table {
		for i, cell := range cells {
			b.WriteString("| " + pad(cell, widths[i]) + " ")
		}
		b.WriteString("|\n")
	}
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

// String is the number with its unit, in three digits.
func (v Value) String() string { return v.Unit.format(v.Number) }

func (u Unit) format(n float64) string {
	switch u {
	case Seconds:
		return scaled(n, 1e-6, "µs", 1e-3, "ms", 1, "s")
	case Bytes:
		if math.Abs(n) < 1<<10 {
			return digits(n) + " B"
		}
		return scaled(n, 1<<10, "KiB", 1<<20, "MiB", 1<<30, "GiB")
	case Percent, PerSec:
		return digits(n) + " " + string(u)
	default:
		return digits(n)
	}
}

// scaled writes a number in the largest of three units that it reaches, or the smallest.
func scaled(n, small float64, smallName string, medium float64, mediumName string, large float64, largeName string) string {
	switch {
	case n == 0, math.Abs(n) >= large:
		return digits(n/large) + " " + largeName
	case math.Abs(n) >= medium:
		return digits(n/medium) + " " + mediumName
	default:
		return digits(n/small) + " " + smallName
	}
}

// digits writes a number with three significant digits, and large or whole ones with all they have.
func digits(n float64) string {
	switch size := math.Abs(n); {
	case size >= 100, math.Abs(n-math.Round(n)) <= size*1e-9:
		return fmt.Sprintf("%.0f", n)
	case size >= 10:
		return fmt.Sprintf("%.1f", n)
	case size >= 1:
		return fmt.Sprintf("%.2f", n)
	default:
		return fmt.Sprintf("%.3g", n)
	}
}
