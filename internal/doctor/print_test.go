package doctor

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestPrinter(t *testing.T) {
	var b strings.Builder
	p := NewPrinter(&b, false)
	p.Finding(Finding{Check: "upgrade", Level: Problem, Text: strings.Repeat("word ", 40), Remedy: "Do this.", Configuration: "a {\n}\n"})
	p.Finding(Finding{Check: "slash", Level: Warning, Text: "Lost.", Remedy: "Do that.", Configuration: "a {\n}\n"})
	p.Finding(Finding{Check: "login", Level: OK, Text: "Fine."})
	p.Summary(&Report{URL: "https://example.org/", Findings: []Finding{{Level: Problem}, {Level: Problem}, {Level: Warning}}})
	text := b.String()
	for _, want := range []string{
		"problem   upgrade     word word", "\n" + strings.Repeat(" ", indent) + "word", "Remedy: Do this.\n", "  a {\n", "the one above",
		"ok        login       Fine.\n", "https://example.org/: 2 problems, 1 warning.\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if n := strings.Count(text, "a {"); n != 1 {
		t.Errorf("the configuration is there %d times", n)
	}
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > indent+textWidth {
			t.Errorf("a long line: %q", line)
		}
	}
	if strings.Contains(text, "\x1b") || p.Err() != nil {
		t.Errorf("colors, or %v", p.Err())
	}
	b.Reset()
	NewPrinter(&b, true).Finding(Finding{Check: "login", Level: OK, Text: "Fine."})
	if !strings.HasPrefix(b.String(), colors[OK]+"ok") || strings.Count(b.String(), noColor) != 1 {
		t.Errorf("%q", b.String())
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestPrinterTellsOfFailures(t *testing.T) {
	p := NewPrinter(broken{}, false)
	p.Finding(Finding{})
	p.Summary(&Report{})
	if !errors.Is(p.Err(), errBroken) {
		t.Errorf("%v", p.Err())
	}
}

// codes are the constants of the type Code.
func codes(t *testing.T) (values []string) {
	t.Helper()
	syntax, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(syntax, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
			value, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, value)
		}
		return true
	})
	return values
}

// The page lists the codes that there are, in their order, and its version is the report's.
func TestPageListsTheCodes(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "\n| code | what was found |\n")
	if !found {
		t.Fatal("no table of codes")
	}
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| .+ \\|$").FindAllStringSubmatch(table, -1) {
		listed = append(listed, row[1])
	}
	if all := codes(t); len(all) < 50 || !slices.Equal(listed, all) {
		t.Errorf("the page lists\n%v\nand there are\n%v", listed, all)
	}
	if !strings.Contains(string(page), "| `version` | of this format: "+strconv.Itoa(formatVersion)+".") {
		t.Error("the page has another version")
	}
}
