package archtest

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const clientRoot = "web/app/"

var (
	jsComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	jsLine    = regexp.MustCompile("(?m)(^|[^:\"'`\\\\])//.*$")
	jsImport  = regexp.MustCompile(`(?m)^\s*import\s+(?:[\w$*{}\s,]+\sfrom\s*)?['"]([^'"]+)['"]` +
		`|^\s*export\s+(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s*from\s*['"]([^'"]+)['"]` +
		`|\bimport\s*\(\s*['"]([^'"]+)['"]`)
)

func TestClientModulesStayShort(t *testing.T)      { report(t, jsSizeViolations(t, repository(t))) }
func TestClientHasNoWayToRunText(t *testing.T)     { report(t, jsBannedViolations(t, repository(t))) }
func TestClientImportsFollowTheTable(t *testing.T) { report(t, jsImportViolations(t, repository(t))) }

// TestClientIsThere keeps the tests above from passing because they looked in
// the wrong place.
func TestClientIsThere(t *testing.T) {
	if n := len(jsFiles(t, repository(t))); n < 5 {
		t.Errorf("%d modules below %s: are they somewhere else now?", n, clientRoot)
	}
}

func jsFiles(t *testing.T, tr *tree) []string {
	t.Helper()
	return slices.DeleteFunc(tr.files(t), func(name string) bool {
		return !strings.HasPrefix(name, clientRoot) || path.Ext(name) != ".js"
	})
}

func jsSizeViolations(t *testing.T, tr *tree) []string {
	t.Helper()
	var violations []string
	for _, name := range jsFiles(t, tr) {
		if n := countLines(tr.read(t, name)); n > maxFileLines && longFiles[name] == "" {
			violations = append(violations, fmt.Sprintf("%s: %d lines, at most %d", name, n, maxFileLines))
		}
	}
	return violations
}

func jsBannedViolations(t *testing.T, tr *tree) []string {
	t.Helper()
	banned := regexp.MustCompile(strings.Join(jsBanned, "|"))
	var violations []string
	for _, name := range jsFiles(t, tr) {
		code := jsCode(tr.read(t, name))
		for _, harmless := range jsHarmless {
			code = strings.ReplaceAll(code, harmless, "")
		}
		for i, line := range strings.Split(code, "\n") {
			if found := banned.FindString(line); found != "" {
				violations = append(violations, fmt.Sprintf("%s:%d: %s is not allowed in the client", name, i+1, found))
			}
		}
	}
	return violations
}

// jsImportViolations finds imports that are not relative, lead nowhere, or go
// against the direction of the layers.
func jsImportViolations(t *testing.T, tr *tree) []string {
	t.Helper()
	var violations []string
	for _, name := range jsFiles(t, tr) {
		module := strings.TrimPrefix(name, clientRoot)
		allowed, known := layerOf(module)
		if !known {
			violations = append(violations, fmt.Sprintf("%s: belongs to no layer of jsLayers (rules_test.go)", name))
			continue
		}
		for _, specifier := range jsImports(tr.read(t, name)) {
			if problem := importProblem(tr, module, specifier, allowed); problem != "" {
				violations = append(violations, fmt.Sprintf("%s: import of %q %s", name, specifier, problem))
			}
		}
	}
	return violations
}

func importProblem(tr *tree, module, specifier string, allowed []string) string {
	if !strings.HasPrefix(specifier, "./") && !strings.HasPrefix(specifier, "../") {
		return "is not relative"
	}
	target := path.Join(path.Dir(module), specifier)
	if _, err := fs.Stat(tr.fsys, clientRoot+target); err != nil {
		return "leads nowhere"
	}
	if !slices.ContainsFunc(allowed, func(prefix string) bool { return strings.HasPrefix(target, prefix) }) {
		return "goes against the layers"
	}
	return ""
}

// layerOf finds what a module may import by the longest folder that holds it.
func layerOf(module string) (allowed []string, known bool) {
	longest := ""
	for layer, imports := range jsLayers {
		if strings.HasPrefix(module, layer) && len(layer) > len(longest) {
			longest, allowed = layer, imports
		}
	}
	return allowed, longest != ""
}

func jsImports(source []byte) []string {
	var specifiers []string
	for _, match := range jsImport.FindAllStringSubmatch(jsCode(source), -1) {
		specifiers = append(specifiers, match[1]+match[2]+match[3])
	}
	return specifiers
}

// jsCode blanks the comments of a module and keeps its line numbers. It knows
// no strings: a // inside one is taken for a comment unless it follows a colon
// or an opening quote, as in an address.
func jsCode(source []byte) string {
	code := jsComment.ReplaceAllStringFunc(string(source), func(comment string) string {
		return strings.Repeat("\n", strings.Count(comment, "\n"))
	})
	return jsLine.ReplaceAllString(code, "$1")
}
