package archtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestImportsFollowTheTable(t *testing.T) {
	report(t, importViolations(repository(t), mayImport))
}

func TestStandardLibraryIsUsedWhereItBelongs(t *testing.T) {
	report(t, standardViolations(repository(t), mayNotImport))
}

func TestHeavyDependenciesHaveOneImporter(t *testing.T) {
	report(t, soleImporterViolations(repository(t), soleImporters))
}

func TestProductionImportsNoTestPackage(t *testing.T) {
	report(t, testOnlyViolations(repository(t), testOnly))
}

// importViolations finds imports that the table does not allow, packages that
// it does not know, and lines of it whose package is gone.
func importViolations(tr *tree, table map[string][]string) []string {
	var violations []string
	packages := tr.packages()
	for dir := range table {
		if !slices.Contains(packages, dir) {
			violations = append(violations, fmt.Sprintf("rules_test.go: mayImport lists %s, which does not exist", dir))
		}
	}
	for _, f := range tr.production() {
		allowed, known := table[f.dir]
		if !known {
			violations = append(violations, fmt.Sprintf("%s: package %s is not in mayImport (rules_test.go)", f.path, f.dir))
			continue
		}
		for _, imported := range f.imports() {
			if !isStandard(imported) && !slices.ContainsFunc(allowed, func(a string) bool { return within(imported, a) }) {
				violations = append(violations, fmt.Sprintf("%s: %s may not import %s", f.path, f.dir, imported))
			}
		}
	}
	slices.Sort(violations)
	return violations
}

func standardViolations(tr *tree, refused map[string][]string) []string {
	var violations []string
	for _, f := range tr.production() {
		for _, imported := range f.imports() {
			if slices.ContainsFunc(refused[f.dir], func(r string) bool { return within(imported, r) }) {
				violations = append(violations, fmt.Sprintf("%s: %s has no use for %s", f.path, f.dir, imported))
			}
		}
	}
	return violations
}

func soleImporterViolations(tr *tree, owners map[string]string) []string {
	var violations []string
	for _, f := range tr.production() {
		if testOnly[f.dir] {
			continue
		}
		for _, imported := range f.imports() {
			for module, owner := range owners {
				if within(imported, module) && f.dir != owner {
					violations = append(violations, fmt.Sprintf("%s: only %s may import %s", f.path, owner, module))
				}
			}
		}
	}
	return violations
}

func testOnlyViolations(tr *tree, testOnly map[string]bool) []string {
	var violations []string
	for _, f := range tr.production() {
		for _, imported := range f.imports() {
			if testOnly[imported] && !testOnly[f.dir] {
				violations = append(violations, fmt.Sprintf("%s: %s is for tests only", f.path, imported))
			}
		}
	}
	return violations
}

// within tells whether path is the module or a package inside it. Packages of
// this module are meant one by one: internal/app does not include internal/app/x.
func within(path, module string) bool {
	if strings.HasPrefix(module, "internal/") || module == "web" {
		return path == module
	}
	return path == module || strings.HasPrefix(path, module+"/")
}

// isStandard tells a standard library path: its first element has no dot, and it
// is none of this module's folders.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && !slices.Contains([]string{"internal", "cmd", "web", "beckon"}, first)
}
