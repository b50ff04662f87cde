package deb

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// run runs a program, which must succeed, and returns all that it says.
func run(t *testing.T, environ []string, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	command.Env = append(os.Environ(), environ...)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, output)
	}
	return string(output)
}

func TestPackage(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("only root can install a package, even aside")
	}
	folder := t.TempDir()
	run(t, nil, "go", "run", "-C", "..", "./dist", "-o", folder, "linux/"+runtime.GOARCH)
	for _, version := range []string{"v1.0.0", "v1.1.0"} {
		run(t, []string{"VERSION=" + version}, "./make", folder, runtime.GOARCH)
	}
	said := run(t, nil, "unshare", "--mount", "--net", "--pid", "--fork", "--propagation", "private",
		"bash", "testdata/aside.sh", t.TempDir(), folder, "testdata/install.sh")
	if !strings.HasSuffix(said, "all is well\n") {
		t.Error(said)
	}
}

// The unit is that of the page about running beckon, but for the program and its user: packages have one that stays, whose files may be given to it.
func TestUnitIsThatOfThePage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "internal", "app", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	unit, err := os.ReadFile("beckon.service")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```ini\n")
	shown, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("the page has no unit")
	}
	same := func(text string) string {
		return regexp.MustCompile(`(?m)^(ExecStart=.*|DynamicUser=yes|User=beckon)$`).ReplaceAllString(text, "")
	}
	if same(string(unit)) != same(shown) {
		t.Errorf("beckon.service is not the unit of the page:\n%s\n%s", unit, shown)
	}
}
