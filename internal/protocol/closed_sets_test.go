package protocol

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// declared counts the constants of a type in this package's source, the unexported ones that only count left out.
func declared(t *testing.T, file, typ string) int {
	t.Helper()
	syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, decl := range syntax.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.CONST {
			continue
		}
		current := ""
		for _, spec := range gen.Specs {
			value := spec.(*ast.ValueSpec)
			if named, ok := value.Type.(*ast.Ident); ok {
				current = named.Name
			} else if value.Values != nil {
				current = ""
			}
			if current == typ && value.Names[0].IsExported() {
				n++
			}
		}
	}
	return n
}

func labels[E fmt.Stringer](all []E) []string {
	var words []string
	for _, e := range all {
		words = append(words, e.String())
	}
	return words
}

// Metrics and listings know the sets beforehand: a value that is missing there would be counted nowhere.
func TestClosedSetsAreComplete(t *testing.T) {
	var codes []string
	for _, c := range Codes() {
		codes = append(codes, string(c))
	}
	sets := []struct {
		file, typ string
		labels    []string
		left      int // constants that are left out on purpose
	}{
		{"ending.go", "Ending", labels(Endings()), 1},
		{"protocol.go", "Type", labels(Types()), 0},
		{"protocol.go", "Dialect", labels(Dialects()), 0},
		{"protocol.go", "Code", codes, 0},
	}
	for _, set := range sets {
		if want := declared(t, set.file, set.typ) - set.left; len(set.labels) != want || want == 0 {
			t.Errorf("%s: %d values listed, %d declared", set.typ, len(set.labels), want)
		}
		seen := make(map[string]bool)
		for _, label := range set.labels {
			if label == "" || label == "unset" || seen[label] {
				t.Errorf("%s: the label %q is empty or given twice", set.typ, label)
			}
			seen[label] = true
		}
	}
}
