package archtest

import (
	"go/ast"
	"go/types"
	"testing"
)

// A panic that is caught must leave nothing locked.
func TestLocksAreReleasedByDefer(t *testing.T) {
	report(t, lockViolations(repository(t), deferUnlocks, unlocks))
}

// lockViolations finds calls of Lock and RLock in functions that do not defer the unlocking of the same lock.
func lockViolations(tr *tree, dirs, unlocks map[string]bool) []string {
	var violations []string
	for _, f := range tr.production() {
		if !dirs[f.dir] {
			continue
		}
		for _, body := range bodies(f.syntax) {
			deferred, releases := deferredUnlocks(body, unlocks)
			for _, call := range callsIn(body) {
				s, ok := call.Fun.(*ast.SelectorExpr)
				if !ok || s.Sel.Name != "Lock" && s.Sel.Name != "RLock" || releases || deferred[types.ExprString(s.X)] {
					continue
				}
				violations = append(violations, tr.at(f, s.Pos(), "%s is not unlocked by defer: after a fault it would stay locked", types.ExprString(s.X)))
			}
		}
	}
	return violations
}

// bodies are those of all functions in a file, literals included.
func bodies(file *ast.File) []*ast.BlockStmt {
	var all []*ast.BlockStmt
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Body != nil {
				all = append(all, n.Body)
			}
		case *ast.FuncLit:
			all = append(all, n.Body)
		}
		return true
	})
	return all
}

// callsIn are the calls in a function that are not in a literal inside it.
func callsIn(body *ast.BlockStmt) []*ast.CallExpr {
	var calls []*ast.CallExpr
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			calls = append(calls, n)
		}
		return true
	})
	return calls
}

// deferredUnlocks are the locks that a function unlocks by defer; releases is whether it defers one of unlocks.
func deferredUnlocks(body *ast.BlockStmt, unlocks map[string]bool) (locks map[string]bool, releases bool) {
	locks = map[string]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok {
			return false
		}
		if d, ok := n.(*ast.DeferStmt); ok {
			if s, ok := d.Call.Fun.(*ast.SelectorExpr); ok {
				releases = releases || unlocks[s.Sel.Name]
				if s.Sel.Name == "Unlock" || s.Sel.Name == "RUnlock" {
					locks[types.ExprString(s.X)] = true
				}
			}
		}
		return true
	})
	return locks, releases
}
