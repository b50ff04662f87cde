package config

import (
	"flag"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestReferenceCoversEveryField(t *testing.T) {
	settings := Reference()
	fields := 1 // --config
	for i := range reflect.TypeFor[Config]().NumField() {
		fields += reflect.TypeFor[Config]().Field(i).Type.NumField()
	}
	if len(settings) != fields {
		t.Errorf("%d settings for %d fields", len(settings), fields)
	}
	seen := map[string]bool{}
	for _, s := range settings {
		if s.Flag == "" || s.Group == "" || s.Help == "" || !strings.HasSuffix(s.Help, ".") || seen[s.Flag] {
			t.Errorf("setting %+v is incomplete or twice there", s)
		}
		seen[s.Flag] = true
		if s.Env != "BECKON_"+strings.ToUpper(strings.ReplaceAll(s.Flag, "-", "_")) {
			t.Errorf("--%s has the variable %s", s.Flag, s.Env)
		}
		if s.Value != s.Default {
			t.Errorf("--%s: without any setting it is %q, not its default %q", s.Flag, s.Value, s.Default)
		}
	}
}

// Each flag, and each variable, must take the value that the reference shows.
func TestReferenceCanBeTyped(t *testing.T) {
	var args, environ []string
	for _, s := range Reference() {
		if s.Default != "" {
			args = append(args, "--"+s.Flag+"="+s.Default)
			environ = append(environ, s.Env+"="+s.Default)
		}
	}
	for _, try := range [][2][]string{{args, nil}, {nil, environ}} {
		if got, err := Load(try[0], try[1], io.Discard); err != nil || !reflect.DeepEqual(got, defaults()) {
			t.Errorf("Load(%q, %q) = %+v, %v", try[0], try[1], got, err)
		}
	}
}

func TestMarkdownTable(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(MarkdownTable(), "\n"), "\n")
	groups := map[string]bool{}
	for _, s := range Reference() {
		groups[s.Group] = true
	}
	if want := len(Reference()) + len(groups) + 2; len(lines) != want {
		t.Errorf("%d lines, want %d: a group is torn apart, or a setting is missing", len(lines), want)
	}
	const want = "| `--ping-interval` | `BECKON_PING_INTERVAL` | `25s` | Time between two WebSocket pings. |"
	if !slices.Contains(lines, want) || !slices.Contains(lines, "| **Timing** | | | |") {
		t.Errorf("the table lacks\n%s", want)
	}
	for _, line := range lines {
		if strings.Count(line, "|")-strings.Count(line, `\|`) != 5 {
			t.Errorf("not four cells: %s", line)
		}
	}
}

func TestConfigIsShownWithoutSecrets(t *testing.T) {
	args := []string{"--ice-server=stun:a", "--ice-server=turn:ana:s3cret@b", "--allowed-origin=https://c.example", "--login-timeout=90s"}
	c, err := Load(args, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"%s", "%v", "%+v", "%#v"} {
		if got := fmt.Sprintf(format, c); strings.Contains(got, "s3cret") {
			t.Errorf("%s shows the secret: %s", format, got)
		}
	}
	for _, want := range []string{"--listen=:9000", "--ice-server=stun:a,turn:ana:***@b", "--allowed-origin=https://c.example", "--login-timeout=1m30s", "--max-users=100000"} {
		if !strings.Contains(c.String()+" ", want+" ") {
			t.Errorf("%s is not in %s", want, c)
		}
	}
}

// update writes the table of the README anew.
var update = flag.Bool("update", false, "write the README's table of settings anew")

func TestREADMEHasTheTable(t *testing.T) {
	const path, begin, end = "README.md", "-->\n", "<!-- /settings -->"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(page), "<!-- settings")
	mark, rest, opened := strings.Cut(rest, begin)
	table, tail, closed := strings.Cut(rest, end)
	if !found || !opened || !closed {
		t.Fatal("the README has no place for the table of settings")
	}
	want := MarkdownTable()
	if *update {
		page := head + "<!-- settings" + mark + begin + want + end + tail
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != want {
		t.Error("the README's table is not that of the settings: run go test ./internal/config -run README -update")
	}
}
