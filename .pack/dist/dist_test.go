package main

import (
	"debug/elf"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// root is the top of the repository.
const root = "../.."

// run runs a program in a folder, and returns what it says.
func run(t *testing.T, folder, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	command.Dir, command.Stderr = folder, os.Stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%s %q: %v: %s", name, args, err, output)
	}
	return string(output)
}

// What is built for this machine runs anywhere on it, and says of itself what is true.
func TestDist(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "dist")
	platform := runtime.GOOS + "/" + runtime.GOARCH
	if err := dist(root, folder, []string{platform}); err != nil {
		t.Fatal(err)
	}
	name := "beckon-" + strings.ReplaceAll(platform, "/", "-")
	if said := run(t, folder, "sha256sum", "--check", "--strict", "SHA256SUMS"); said != name+": OK\n"+name+".cdx.json: OK\n" {
		t.Errorf("sha256sum says %q", said)
	}
	version := run(t, folder, "./"+name, "--version")
	if !strings.HasPrefix(version, "beckon v") || !strings.HasSuffix(version, platform+"\n") {
		t.Errorf("--version says %q", version)
	}
	program, err := elf.Open(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	if slices.ContainsFunc(program.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		t.Error("it is not static")
	}
	if symbols, err := os.ReadFile(filepath.Join(folder, name)); err != nil || strings.Contains(string(symbols), abs(t, root)) {
		t.Errorf("%v, or it names the folder that it was built in", err)
	}
	text, err := os.ReadFile(filepath.Join(folder, name+".cdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	var b bill
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	if main := b.Metadata.Component; main.Name != "beckon" || !strings.HasPrefix(version, "beckon "+main.Version+" ") {
		t.Errorf("the bill is about %s %s", main.Name, main.Version)
	}
	if b.Format != "CycloneDX" || b.Components[0].PURL != "pkg:golang/std@"+strings.TrimPrefix(runtime.Version(), "go") {
		t.Errorf("%+v", b)
	}
	checkModules(t, b.Components[1:])
}

// checkModules holds the bill against what the Go tool says of the sources.
func checkModules(t *testing.T, listed []component) {
	t.Helper()
	const template = "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}"
	t.Setenv("CGO_ENABLED", "0")
	want := strings.Fields(strings.ReplaceAll(run(t, root, "go", "list", "-deps", "-f", template, "./cmd/beckon"), " ", "@"))
	slices.Sort(want)
	want = slices.Compact(want)
	var got []string
	required := run(t, root, "go", "list", "-m", "all")
	for _, c := range listed {
		got = append(got, c.Name+"@"+c.Version)
		if !strings.Contains(required, c.Name+" "+c.Version+"\n") || c.PURL != "pkg:golang/"+strings.ToLower(c.Name)+"@"+c.Version {
			t.Errorf("%+v is not of go.mod", c)
		}
	}
	slices.Sort(got)
	if len(want) < 10 || !slices.Equal(got, want) {
		t.Errorf("the bill lists\n%q, want\n%q", got, want)
	}
}

func abs(t *testing.T, path string) string {
	t.Helper()
	whole, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}
