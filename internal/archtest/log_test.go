package archtest

import (
	"go/ast"
	"testing"
	"testing/fstest"
)

// choosesMessages are the files that choose one of the messages written out elsewhere in them.
var choosesMessages = map[string]bool{"internal/session/login.go": true} // login, resume

// The message of a log line is printed as it is, where a log is for people: it says what the program's author wrote and
// nothing else. What clients write goes into fields, which are quoted. Names of durations say their unit.
func TestLogMessagesAreWrittenOut(t *testing.T) { report(t, messageViolations(repository(t))) }

func messageViolations(tr *tree) []string {
	var violations []string
	for _, f := range tr.production() {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			s, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			switch s.Sel.Name {
			case "Dur":
				violations = append(violations, tr.at(f, s.Pos(), "Dur logs a duration without its unit: write Int64(\"…_ms\", d.Milliseconds())"))
			case "Msgf", "MsgFunc":
				violations = append(violations, tr.at(f, s.Pos(), "%s composes a log message: put what varies into fields", s.Sel.Name))
			case "Msg":
				if len(call.Args) == 1 && !isWrittenOut(call.Args[0]) && !choosesMessages[f.path] {
					violations = append(violations, tr.at(f, s.Pos(), "the log message is no literal: put what varies into fields"))
				}
			}
			return true
		})
	}
	return violations
}

func isWrittenOut(message ast.Expr) bool {
	_, ok := message.(*ast.BasicLit)
	return ok
}

func TestComposedLogMessagesAreFound(t *testing.T) {
	broken := readTree(t, fstest.MapFS{"internal/hub/a.go": {Data: []byte(
		"package hub\nfunc f(name string) {\n\tlog.Info().Msg(\"written\")\n\tlog.Info().Msg(name)\n\tlog.Info().Msgf(\"%s\", name)\n\tlog.Info().Dur(\"lasted\", 1).Msg(\"written\")\n}",
	)}})
	if found := messageViolations(broken); len(found) != 3 {
		t.Errorf("found %q, want three", found)
	}
}
