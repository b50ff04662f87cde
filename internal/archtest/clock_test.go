package archtest

import (
	"fmt"
	"go/ast"
	"strings"
	"testing"
	"testing/fstest"
)

// setsDates are the packages whose production code may turn a time into a date or a date into a time, with the reason.
// All else measures with the clock that nobody sets: a time.Time from time.Now carries both, and loses the other one by
// such a conversion.
var setsDates = map[string]string{
	"internal/wsconn": "a deadline in the past",
	"internal/turn":   "a deadline in the past; a credential names the date at which it ends",
	"internal/ice":    "a credential names the date at which it ends",
}

// conversions are the methods and functions that do.
var conversions = map[string]bool{"Unix": true, "UnixNano": true, "UnixMilli": true, "UnixMicro": true}

func TestClocksThatAreSetDisturbNothing(t *testing.T) {
	report(t, append(dateViolations(repository(t), setsDates), dateViolationsJS(t, repository(t))...))
}

func dateViolations(tr *tree, allowed map[string]string) []string {
	var violations []string
	for _, f := range tr.production() {
		if allowed[f.dir] != "" {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && conversions[s.Sel.Name] {
				violations = append(violations, tr.at(f, s.Pos(), "%s counts on a clock that may be set: measure with time.Since", s.Sel.Name))
			}
			return true
		})
	}
	return violations
}

// dateViolationsJS is the same for the client library, where only the time of the next try is a date.
func dateViolationsJS(t *testing.T, tr *tree) []string {
	t.Helper()
	var violations []string
	for _, name := range tr.files(t) {
		if !strings.HasPrefix(name, "web/app/lib/") {
			continue
		}
		for i, line := range strings.Split(string(tr.read(t, name)), "\n") {
			if (strings.Contains(line, "Date.now") || strings.Contains(line, "new Date")) && !strings.Contains(line, "this.#retryAt = ") {
				violations = append(violations, fmt.Sprintf("%s:%d: counts on a clock that may be set: use performance.now", name, i+1))
			}
		}
	}
	return violations
}

func TestDatesAreFound(t *testing.T) {
	broken := readTree(t, fstest.MapFS{
		"internal/hub/a.go":         {Data: []byte("package hub\nimport \"time\"\nvar a = time.Now().UnixNano()")},
		"internal/wsconn/a.go":      {Data: []byte("package wsconn\nimport \"time\"\nvar a = time.Unix(1, 0)")},
		"web/app/lib/liveness.js":   {Data: []byte("this.#askedAt = Date.now();")},
		"web/app/lib/connection.js": {Data: []byte("this.#retryAt = Date.now() + wait;")},
	})
	if found := dateViolations(broken, setsDates); len(found) != 1 || !strings.HasPrefix(found[0], "internal/hub/a.go:3") {
		t.Errorf("found %q", found)
	}
	if found := dateViolationsJS(t, broken); len(found) != 1 || !strings.HasPrefix(found[0], "web/app/lib/liveness.js:1") {
		t.Errorf("found %q", found)
	}
}
