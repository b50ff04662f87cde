package archtest

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

func TestNoMutablePackageState(t *testing.T) {
	report(t, packageStateViolations(repository(t), packageVars))
}

func TestGoroutinesStartWhereTheyAreOwned(t *testing.T) {
	report(t, goStatementViolations(repository(t), startsGoroutines))
}

// packageStateViolations finds package-level variables other than: blank ones
// (interface guards), error sentinels, compiled patterns and replacers, tables
// built at their first use, embedded files, and literal tables that nothing in
// the package writes to.
func packageStateViolations(tr *tree, allowed map[string]string) []string {
	var violations []string
	written := writtenNames(tr)
	for _, f := range tr.production() {
		for _, decl := range f.syntax.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.VAR {
				continue
			}
			for _, spec := range gen.Specs {
				value := spec.(*ast.ValueSpec)
				for i, name := range value.Names {
					if allowed[f.dir+"."+name.Name] != "" || varIsConstant(value, i, written[f.dir]) {
						continue
					}
					violations = append(violations, tr.at(f, name.Pos(),
						"var %s is package state: put it in a struct, or allow it in packageVars with a reason", name.Name))
				}
			}
		}
	}
	return violations
}

// varIsConstant tells whether the i-th name of a var declaration can pass for a
// constant, given the names that its package writes to.
func varIsConstant(value *ast.ValueSpec, i int, written map[string]bool) bool {
	name := value.Names[i].Name
	if name == "_" {
		return true
	}
	if written[name] {
		return false
	}
	if isSelector(value.Type, "embed.FS") {
		return true
	}
	if i >= len(value.Values) {
		return false // no value of its own: meant to be set later
	}
	switch v := value.Values[i].(type) {
	case *ast.CompositeLit:
		return isTable(v) || isErrorName(name)
	case *ast.CallExpr:
		return isErrorName(name) || slices.ContainsFunc(
			[]string{"errors.New", "fmt.Errorf", "regexp.MustCompile", "strings.NewReplacer", "sync.OnceValue"},
			func(maker string) bool { return isSelector(v.Fun, maker) })
	case *ast.UnaryExpr:
		return isErrorName(name)
	}
	return false
}

// isTable tells a literal of an array, a slice or a map type written out.
func isTable(literal *ast.CompositeLit) bool {
	switch literal.Type.(type) {
	case *ast.ArrayType, *ast.MapType:
		return true
	}
	return false
}

func isErrorName(name string) bool {
	for _, prefix := range []string{"err", "Err"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && rest != "" && strings.ToUpper(rest[:1]) == rest[:1] {
			return true
		}
	}
	return false
}

func isSelector(expr ast.Expr, want string) bool {
	selector, ok := expr.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := selector.X.(*ast.Ident)
	return ok && pkg.Name+"."+selector.Sel.Name == want
}

// writtenNames collects, for each folder, the names that are assigned to, taken
// the address of, incremented, cleared or deleted from anywhere in a function.
// Scopes are not resolved: a local variable of the same name counts too when it
// is assigned with =, which is a good reason to rename it.
func writtenNames(tr *tree) map[string]map[string]bool {
	written := map[string]map[string]bool{}
	for _, f := range tr.production() {
		if written[f.dir] == nil {
			written[f.dir] = map[string]bool{}
		}
		for _, decl := range f.syntax.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil {
				collectWrites(fn.Body, written[f.dir])
			}
		}
	}
	return written
}

func collectWrites(body *ast.BlockStmt, into map[string]bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, left := range n.Lhs {
					into[rootName(left)] = true
				}
			}
		case *ast.IncDecStmt:
			into[rootName(n.X)] = true
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				into[rootName(n.X)] = true
			}
		case *ast.CallExpr:
			if fn, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 && (fn.Name == "delete" || fn.Name == "clear") {
				into[rootName(n.Args[0])] = true
			}
		}
		return true
	})
}

// rootName is the variable that an expression such as a[i].b reaches into.
func rootName(expr ast.Expr) string {
	for {
		switch e := expr.(type) {
		case *ast.Ident:
			return e.Name
		case *ast.IndexExpr:
			expr = e.X
		case *ast.SelectorExpr:
			expr = e.X
		case *ast.StarExpr:
			expr = e.X
		case *ast.ParenExpr:
			expr = e.X
		default:
			return ""
		}
	}
}

func goStatementViolations(tr *tree, allowed map[string]bool) []string {
	var violations []string
	for _, f := range tr.production() {
		if allowed[f.dir] {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if statement, ok := n.(*ast.GoStmt); ok {
				violations = append(violations, tr.at(f, statement.Pos(), "%s may not start goroutines", f.dir))
			}
			return true
		})
	}
	return violations
}
