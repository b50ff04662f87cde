package archtest

import (
	"fmt"
	"go/ast"
	"slices"
	"testing"
)

func TestFilesStayShort(t *testing.T) {
	report(t, fileSizeViolations(repository(t), longFiles))
}

func TestFunctionsStayShort(t *testing.T) {
	report(t, functionSizeViolations(repository(t), longFunctions))
}

func fileSizeViolations(tr *tree, exceptions map[string]string) []string {
	var violations []string
	for _, f := range tr.production() {
		if f.lines > maxFileLines && exceptions[f.path] == "" {
			violations = append(violations, fmt.Sprintf("%s: %d lines, at most %d", f.path, f.lines, maxFileLines))
		}
	}
	return violations
}

// functionSizeViolations finds functions over the limit, and a repository whose
// functions have become long as a whole. A line is a line, blank and comment
// included, from the word func to the closing brace.
func functionSizeViolations(tr *tree, exceptions map[string]string) []string {
	var violations []string
	var sizes []int
	for _, f := range tr.production() {
		for _, decl := range f.syntax.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			size := tr.line(fn.End()) - tr.line(fn.Pos()) + 1
			sizes = append(sizes, size)
			if name := functionName(f, fn); size > maxFunctionLines && exceptions[name] == "" {
				violations = append(violations, tr.at(f, fn.Pos(), "%s has %d lines, at most %d", name, size, maxFunctionLines))
			}
		}
	}
	if p := percentile90(sizes); p > p90FunctionLines {
		violations = append(violations, fmt.Sprintf("the 90th percentile of function length is %d lines, at most %d", p, p90FunctionLines))
	}
	return violations
}

// functionName is folder.Func or folder.Type.Method.
func functionName(f goFile, fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return f.dir + "." + fn.Name.Name
	}
	receiver := fn.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	if generic, ok := receiver.(*ast.IndexExpr); ok {
		receiver = generic.X
	}
	return fmt.Sprintf("%s.%v.%s", f.dir, receiver, fn.Name.Name)
}

func percentile90(sizes []int) int {
	if len(sizes) == 0 {
		return 0
	}
	slices.Sort(sizes)
	return sizes[(len(sizes)*9-1)/10]
}
