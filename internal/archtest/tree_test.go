package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// goFile is a parsed Go source file. path is relative to the root of the
// repository, with slashes; dir is its folder.
type goFile struct {
	path, dir string
	test      bool
	lines     int
	syntax    *ast.File
}

// tree is the repository, or a small one made for a test.
type tree struct {
	fsys fs.FS
	fset *token.FileSet
	gos  []goFile
}

// ours is the tree that this package is part of, read by the first test that
// asks for it. Tests here run one after the other.
var ours *tree

func repository(t *testing.T) *tree {
	t.Helper()
	if ours == nil {
		ours = readTree(t, os.DirFS("../.."))
	}
	return ours
}

func readTree(t *testing.T, fsys fs.FS) *tree {
	t.Helper()
	tr := &tree{fsys: fsys, fset: token.NewFileSet()}
	for _, name := range tr.files(t) {
		if path.Ext(name) == ".go" && !strings.Contains(name, "testdata/") {
			tr.gos = append(tr.gos, tr.parse(t, name))
		}
	}
	return tr
}

func (tr *tree) parse(t *testing.T, name string) goFile {
	t.Helper()
	source := tr.read(t, name)
	syntax, err := parser.ParseFile(tr.fset, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return goFile{
		path:   name,
		dir:    path.Dir(name),
		test:   strings.HasSuffix(name, "_test.go"),
		lines:  countLines(source),
		syntax: syntax,
	}
}

// files lists every file that belongs to the repository: not what is built or
// installed below it.
func (tr *tree) files(t *testing.T) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(tr.fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains([]string{".git", "bin", "node_modules", ".artifacts"}, entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		names = append(names, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func (tr *tree) read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := fs.ReadFile(tr.fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// production returns the Go files that are not tests.
func (tr *tree) production() []goFile {
	return slices.DeleteFunc(slices.Clone(tr.gos), func(f goFile) bool { return f.test })
}

// packages returns the folders that hold production Go files, sorted.
func (tr *tree) packages() []string {
	var dirs []string
	for _, f := range tr.production() {
		dirs = append(dirs, f.dir)
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

func (tr *tree) line(pos token.Pos) int { return tr.fset.Position(pos).Line }

// at formats a violation with the place where it was found.
func (tr *tree) at(f goFile, pos token.Pos, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: %s", f.path, tr.line(pos), fmt.Sprintf(format, args...))
}

// imports returns what a file imports: packages of this module as their folder,
// others as their path.
func (f goFile) imports() []string {
	var paths []string
	for _, spec := range f.syntax.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has already accepted it
		}
		paths = append(paths, strings.TrimPrefix(p, "beckon/"))
	}
	return paths
}

func countLines(content []byte) int {
	lines := bytes.Count(content, []byte("\n"))
	if len(content) > 0 && content[len(content)-1] != '\n' {
		lines++
	}
	return lines
}

// report fails the test with each violation on a line of its own.
func report(t *testing.T, violations []string) {
	t.Helper()
	for _, v := range violations {
		t.Error(v)
	}
}
