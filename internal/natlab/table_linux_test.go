package natlab_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// update writes the README's table of pairs anew.
var update = flag.Bool("update", false, "write the README's table of pairs of homes anew")

// markdown is a table with a row for each kind of home, of who calls, and a column for each, of who is called; and one
// of the other pairs.
func (r *results) markdown(times bool) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var table strings.Builder
	table.WriteString("| |")
	for _, k := range kinds {
		fmt.Fprintf(&table, " %s |", k)
	}
	table.WriteString("\n" + strings.Repeat("|---", len(kinds)+1) + "|\n")
	for _, one := range kinds {
		fmt.Fprintf(&table, "| **%s** |", one)
		for _, other := range kinds {
			fmt.Fprintf(&table, " %s |", r.cells[cell{string(one), string(other)}].text(times))
		}
		table.WriteString("\n")
	}
	table.WriteString("\n| besides | |\n|---|---|\n")
	for _, c := range morePairs {
		fmt.Fprintf(&table, "| %s | %s |\n", c.name, r.cells[cell{c.name, ""}].text(times))
	}
	return table.String()
}

func (r result) text(times bool) string {
	if !times || r.path == "" {
		return r.path
	}
	return fmt.Sprintf("%s %.1f s", r.path, r.took.Round(100*time.Millisecond).Seconds())
}

// tookTime is what follows a path in the README.
var tookTime = regexp.MustCompile(` \d+\.\d s `)

// compareWithREADME finds each pair of the results connected in the way that the README tells. Times are of no account.
func (r *results) compareWithREADME(t *testing.T) {
	t.Helper()
	const path, begin, end = "README.md", "<!-- pairs: made by go test ./internal/natlab -run EveryPair -update -->\n", "<!-- /pairs -->"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, opened := strings.Cut(string(page), begin)
	table, tail, closed := strings.Cut(rest, end)
	if !opened || !closed {
		t.Fatal("the README has no place for the table of pairs")
	}
	if *update && len(r.cells) > len(kinds)*len(kinds) {
		if err := os.WriteFile(path, []byte(head+begin+r.markdown(true)+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	r.compare(t, strings.Split(tookTime.ReplaceAllString(table, " "), "\n"))
}

// compare finds the rows of the results in those of the README; a cell without a result may be anything there.
func (r *results) compare(t *testing.T, want []string) {
	t.Helper()
	for i, row := range strings.Split(r.markdown(false), "\n") {
		if i >= len(want) {
			t.Errorf("the README has no row\n%s", row)
			return
		}
		got, told := strings.Split(row, "|"), strings.Split(want[i], "|")
		for j := range got {
			if strings.TrimSpace(got[j]) != "" && (j >= len(told) || strings.TrimSpace(got[j]) != strings.TrimSpace(told[j])) {
				t.Errorf("got\n%s\nthe README says\n%s", row, want[i])
				break
			}
		}
	}
}
