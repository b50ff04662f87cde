package listen_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheUnitOfThePage lets systemd read the unit that the page in package app shows, with another program in its place:
// systemd wants it to exist.
func TestTheUnitOfThePage(t *testing.T) {
	page, err := os.ReadFile("../app/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```ini\n")
	unit, _, found := strings.Cut(rest, "```")
	const program = "/usr/local/bin/beckon"
	if !found || !strings.Contains(unit, program) {
		t.Fatal("the page shows no unit")
	}
	path := filepath.Join(t.TempDir(), "beckon.service")
	verify := func(text string) (string, error) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("systemd-analyze", "verify", "--man=no", path).CombinedOutput()
		return string(out), err
	}
	unit = strings.ReplaceAll(unit, program, "/bin/true")
	if out, err := verify(unit); err != nil || strings.Contains(out, "beckon.service") {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	if out, err := verify(strings.Replace(unit, "Type=notify", "Tipe=notify", 1)); err == nil && !strings.Contains(out, "beckon.service") {
		t.Errorf("a misspelt unit passes:\n%s", out)
	}
}
