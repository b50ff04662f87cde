package metrics

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
)

var update = flag.Bool("update", false, "write the table of METRICS.md anew")

const tableHead = "| metric | type | labels | what it is |\n|---|---|---|---|\n"

// table is what METRICS.md must show.
func table(families map[string]*dto.MetricFamily) string {
	var rows strings.Builder
	for _, name := range slices.Sorted(maps.Keys(families)) {
		if family := families[name]; strings.HasPrefix(name, "beckon_") {
			fmt.Fprintf(&rows, "| `%s` | %s | %s | %s |\n",
				name, strings.ToLower(family.GetType().String()), labels(family), family.GetHelp())
		}
	}
	return rows.String()
}

// labels lists the labels of a family with all their values, but for those that depend on the build.
func labels(family *dto.MetricFamily) string {
	values := make(map[string][]string)
	for _, metric := range family.GetMetric() {
		for _, pair := range metric.GetLabel() {
			values[pair.GetName()] = append(values[pair.GetName()], pair.GetValue())
		}
	}
	if len(values) == 0 {
		return "none"
	}
	var words []string
	for _, label := range slices.Sorted(maps.Keys(values)) {
		word := "`" + label + "`"
		if family.GetName() != "beckon_build_info" {
			word += ": " + strings.Join(slices.Compact(slices.Sorted(slices.Values(values[label]))), ", ")
		}
		words = append(words, word)
	}
	return strings.Join(words, "; ")
}

func TestPageShowsWhatIsRegistered(t *testing.T) {
	page, err := os.ReadFile("METRICS.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(page), tableHead)
	shown, after, closed := strings.Cut(rest, "\n\n")
	shown += "\n"
	if !found || !closed {
		t.Fatal("METRICS.md has no table")
	}
	want := table(scrape(t, newMetrics()))
	if *update {
		if err := os.WriteFile("METRICS.md", []byte(before+tableHead+want+"\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if shown == want {
		return
	}
	t.Error("METRICS.md is not what is registered: run go test ./internal/metrics -update")
	for _, row := range strings.Split(want, "\n") {
		if !strings.Contains(shown, row+"\n") {
			t.Errorf("registered, not shown: %s", row)
		}
	}
	for _, row := range strings.Split(shown, "\n") {
		if !strings.Contains(want, row+"\n") {
			t.Errorf("shown, not registered: %s", row)
		}
	}
}

// TestExamplesNameWhatExists reads the queries below the table.
func TestExamplesNameWhatExists(t *testing.T) {
	page, err := os.ReadFile("METRICS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, examples, _ := strings.Cut(string(page), "## What to watch")
	families := scrape(t, newMetrics())
	names := regexp.MustCompile(`beckon_\w+`).FindAllString(examples, -1)
	if len(names) == 0 {
		t.Fatal("no examples")
	}
	for _, name := range names {
		if families[strings.TrimSuffix(name, "_bucket")] == nil {
			t.Errorf("%s does not exist", name)
		}
	}
	for _, match := range regexp.MustCompile(`(\w+)(=~|!=|=)"([^"]+)"`).FindAllStringSubmatch(examples, -1) {
		for _, value := range strings.Split(match[3], "|") {
			if !hasLabel(families, match[1], value) {
				t.Errorf("no metric has %s=%q", match[1], value)
			}
		}
	}
}

func hasLabel(families map[string]*dto.MetricFamily, name, value string) bool {
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			for _, pair := range metric.GetLabel() {
				if pair.GetName() == name && pair.GetValue() == value {
					return true
				}
			}
		}
	}
	return false
}

// TestNamesFollowTheConventions of https://prometheus.io/docs/practices/naming.
func TestNamesFollowTheConventions(t *testing.T) {
	for name, family := range scrape(t, newMetrics()) {
		own := strings.HasPrefix(name, "beckon_")
		if !own && !regexp.MustCompile(`^(go|process|promhttp)_`).MatchString(name) {
			t.Errorf("%s is of nobody", name)
		}
		if own && (family.GetType() == dto.MetricType_COUNTER) != strings.HasSuffix(name, "_total") {
			t.Errorf("%s: only counters end in _total", name)
		}
		if own && !strings.HasSuffix(family.GetHelp(), ".") {
			t.Errorf("%s: help %q", name, family.GetHelp())
		}
	}
}
