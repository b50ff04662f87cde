package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beckon/internal/testkit"
)

// readmeBlock is a block of code of the README, the one that begins with the given text.
func readmeBlock(t *testing.T, begin string) string {
	t.Helper()
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "\n```sh\n"+begin)
	block, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatalf("the README has no block that begins with %q", begin)
	}
	return begin + block
}

// The token that the README makes by hand lets in whom it says, and nobody else.
func TestReadmeMakesAToken(t *testing.T) {
	dir := t.TempDir()
	command := exec.Command("sh", "-e", "-c", readmeBlock(t, "openssl rand"))
	command.Dir = dir
	output, err := command.Output()
	if err != nil {
		t.Fatal(err, string(output))
	}
	token := strings.TrimSpace(string(output))
	p := launch(t, nil, "--listen=127.0.0.1:0", "--auth-jwt-secret-file="+filepath.Join(dir, "secret"))
	for _, room := range []string{"", "den"} {
		ana := p.open()
		ana.LoginAs(testkit.Message{"name": "Ana", "room": room, "token": token})
		goodbye(ana)
	}
	p.open().LoginRefused("unauthorized", testkit.Message{"name": "Ana", "room": "cellar", "token": token})
	p.open().LoginRefused("unauthorized", testkit.Message{"name": "Ben", "token": token})
	p.open().LoginRefused("unauthorized", testkit.Message{"name": "Ana", "token": token + "x"})
}
