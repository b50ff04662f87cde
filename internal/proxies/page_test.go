//go:build unix

package proxies_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// page is the page whose text is what runs here.
const page = "README.md"

// firstPage shows a part of it.
const firstPage = "../../README.md"

// serverFlags are what the page says to start the server with.
const serverFlags = "--listen 127.0.0.1:9000 --trusted-proxy 127.0.0.1"

// mount is where a proxy puts the server, and where it finds it.
type mount struct {
	name  string
	path  string   // of the page
	flags []string // of the server, beside serverFlags
}

var mounts = []mount{
	{name: "root", path: "/"},
	{name: "stripped", path: "/chat/"},
	{name: "kept", path: "/chat/", flags: []string{"--base-path", "/chat"}},
}

// Other ways between a proxy and the server, with the flags that the page gives for them.
var (
	bySocket  = mount{name: "socket", path: "/", flags: []string{"--listen", "unix:/run/beckon/beckon.sock", "--trusted-proxy", "unix"}}
	announced = mount{name: "announced", path: "/", flags: []string{"--proxy-protocol"}}
)

// inner is the page's path as the server sees it.
func (m mount) inner() string {
	if m.name == "kept" {
		return m.path
	}
	return "/"
}

// block is the configuration of a proxy as the pages have it.
func (p *product) block(t *testing.T, m mount) string {
	t.Helper()
	content := read(t, page)
	if !strings.Contains(content, "\nbeckon "+serverFlags+"\n") {
		t.Fatalf("%s does not say to start beckon %s", page, serverFlags)
	}
	text := between(t, page, content, "\n```"+p.name+"\n", "\n```\n") + "\n"
	if m.name == "root" {
		return text
	}
	diff := between(t, page, content, fmt.Sprintf("\n<!-- %s: %s -->\n```diff\n", p.name, m.name), "\n```\n")
	text, err := patch(text, diff)
	if err != nil {
		t.Fatalf("%s: %s: %s: %v", page, p.name, m.name, err)
	}
	return text
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// between is the text after the only begin, up to the next end.
func between(t *testing.T, file, text, begin, end string) string {
	t.Helper()
	if n := strings.Count(text, begin); n != 1 {
		t.Fatalf("%s has %q %d times, want it once", file, begin, n)
	}
	_, rest, _ := strings.Cut(text, begin)
	inside, _, found := strings.Cut(rest, end)
	if !found {
		t.Fatalf("%s: nothing ends what begins with %q", file, begin)
	}
	return inside
}

// patch applies a diff whose hunks are set apart by empty lines. What a hunk takes away must be there exactly once.
func patch(text, diff string) (string, error) {
	for hunk := range strings.SplitSeq(diff, "\n\n") {
		var before, after strings.Builder
		for line := range strings.SplitSeq(hunk, "\n") {
			switch rest := line[min(1, len(line)):] + "\n"; {
			case strings.HasPrefix(line, "-"):
				before.WriteString(rest)
			case strings.HasPrefix(line, "+"):
				after.WriteString(rest)
			default:
				return "", fmt.Errorf("%q begins with neither - nor +", line)
			}
		}
		if n := strings.Count(text, before.String()); n != 1 {
			return "", fmt.Errorf("the block has %q %d times, want it once", before.String(), n)
		}
		text = strings.Replace(text, before.String(), after.String(), 1)
	}
	return text, nil
}

// swap is one thing in a block that differs in the tests.
type swap struct {
	pattern string // a regular expression, which must be found in the block
	with    string
}

// swapped makes a block of the pages one for the tests.
func swapped(t *testing.T, block string, swaps []swap) string {
	t.Helper()
	for _, s := range swaps {
		pattern := regexp.MustCompile(s.pattern)
		if !pattern.MatchString(block) {
			t.Fatalf("no %s in the block:\n%s", s.pattern, block)
		}
		block = pattern.ReplaceAllLiteralString(block, s.with)
	}
	return block
}

// The first page shows one of the proxies: as it is here, with the same flags of the server.
func TestTheFirstPageShowsTheSame(t *testing.T) {
	caddy := func(file string) string { return between(t, file, read(t, file), "\n```caddy\n", "\n```\n") }
	if first, here := caddy(firstPage), caddy(page); first != here {
		t.Errorf("%s has\n%s\nand %s has\n%s", firstPage, first, page, here)
	}
	if !strings.Contains(read(t, firstPage), "\nbeckon "+serverFlags+"\n") {
		t.Errorf("%s does not say to start beckon %s", firstPage, serverFlags)
	}
}

func TestPatch(t *testing.T) {
	const text = "one\ntwo\nthree\n"
	for diff, want := range map[string]string{
		"-two\n+zwei":             "one\nzwei\nthree\n",
		"-one\n+eins\n\n-three":   "eins\ntwo\n",
		"-one\n-two\n+eins\n+und": "eins\nund\nthree\n",
		"-four\n+vier":            "",
		"-two":                    "one\nthree\n",
		"+two":                    "", // where?
		" two\n+zwei":             "",
	} {
		if got, err := patch(text, diff); got != want || (err == nil) != (want != "") {
			t.Errorf("patch(%q) = %q, %v, want %q", diff, got, err, want)
		}
	}
}
