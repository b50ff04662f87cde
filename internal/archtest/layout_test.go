package archtest

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPackagesAreDocumented(t *testing.T)     { report(t, docViolations(repository(t))) }
func TestNamesSaySomething(t *testing.T)         { report(t, nameViolations(repository(t))) }
func TestTopLevelIsSmall(t *testing.T)           { report(t, topLevelViolations(t, repository(t))) }
func TestOverviewNamesEveryPackage(t *testing.T) { report(t, overviewViolations(t, repository(t))) }
func TestNoTraceOfAMachine(t *testing.T)         { report(t, traceViolations(t, repository(t))) }

// docViolations finds packages without exactly one package comment of the form
// that godoc expects.
func docViolations(tr *tree) []string {
	comments := map[string][]string{}
	names := map[string]string{}
	for _, f := range tr.production() {
		names[f.dir] = f.syntax.Name.Name
		if f.syntax.Doc != nil {
			comments[f.dir] = append(comments[f.dir], f.syntax.Doc.Text())
		}
	}
	var violations []string
	for _, dir := range tr.packages() {
		want := "Package " + names[dir] + " "
		if names[dir] == "main" {
			want = "Command " + path.Base(dir) + " "
		}
		switch docs := comments[dir]; {
		case len(docs) == 0:
			violations = append(violations, fmt.Sprintf("%s: no package comment", dir))
		case len(docs) > 1:
			violations = append(violations, fmt.Sprintf("%s: %d package comments, one is enough", dir, len(docs)))
		case !strings.HasPrefix(docs[0], want):
			violations = append(violations, fmt.Sprintf("%s: the package comment should begin with %q", dir, want))
		}
	}
	return violations
}

func nameViolations(tr *tree) []string {
	var violations []string
	for _, f := range tr.gos {
		file := strings.TrimSuffix(strings.TrimSuffix(path.Base(f.path), ".go"), "_test")
		for _, name := range []string{f.syntax.Name.Name, path.Base(f.dir), file} {
			if bannedNames[name] {
				violations = append(violations, fmt.Sprintf("%s: the name %q says nothing", f.path, name))
			}
		}
	}
	return violations
}

func topLevelViolations(t *testing.T, tr *tree) []string {
	t.Helper()
	entries, err := fs.ReadDir(tr.fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	var violations []string
	for _, entry := range entries {
		if !topLevel[entry.Name()] && !strings.HasPrefix(entry.Name(), ".") {
			violations = append(violations, fmt.Sprintf("%s: nothing else belongs at the top level", entry.Name()))
		}
	}
	return violations
}

// overviewViolations finds internal packages that internal/README.md does not
// name, as `name` or internal/name.
func overviewViolations(t *testing.T, tr *tree) []string {
	t.Helper()
	overview := string(tr.read(t, "internal/README.md"))
	var violations []string
	for _, dir := range tr.packages() {
		name, internal := strings.CutPrefix(dir, "internal/")
		mention := regexp.MustCompile("`" + name + "`|internal/" + name + `\b`)
		if internal && !mention.MatchString(overview) {
			violations = append(violations, fmt.Sprintf("internal/README.md does not mention %s", dir))
		}
	}
	return violations
}

func traceViolations(t *testing.T, tr *tree) []string {
	t.Helper()
	traces := regexp.MustCompile(strings.Join(foreignTraces, "|"))
	var violations []string
	for _, name := range tr.files(t) {
		content := tr.read(t, name)
		if !utf8.Valid(content) || slices.Contains(content, 0) {
			continue // an image
		}
		for i, line := range strings.Split(string(content), "\n") {
			if found := traces.FindString(line); found != "" {
				violations = append(violations, fmt.Sprintf("%s:%d: %q is of one machine or network", name, i+1, strings.TrimSpace(found)))
			}
		}
	}
	return violations
}
