package web

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestClientKeepsItsRules(t *testing.T) {
	for _, fault := range faults(t, Files()) {
		t.Error(fault)
	}
}

// faults returns what in a client breaks the rules that let it run under a strict content
// security policy, below any path, without other hosts.
func faults(t *testing.T, files fs.FS) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		for _, fault := range faultsOf(files, name, string(text)) {
			found = append(found, name+": "+fault)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func faultsOf(files fs.FS, name, text string) []string {
	text = withoutComments(path.Ext(name), text)
	found := remote(fetchable(path.Ext(name), text))
	for _, reference := range references(path.Ext(name), text) {
		if fault := unresolved(files, name, reference); fault != "" {
			found = append(found, fault)
		}
	}
	for _, ban := range bans() {
		if slices.Contains(ban.in, path.Ext(name)) {
			if at := ban.what.FindString(text); at != "" {
				found = append(found, ban.why+": "+at)
			}
		}
	}
	return found
}

// withoutComments drops whole-line comments of JavaScript and CSS and all those of HTML.
func withoutComments(ext, text string) string {
	if ext == ".html" || ext == ".svg" {
		return regexp.MustCompile(`(?s)<!--.*?-->`).ReplaceAllString(text, "")
	}
	return regexp.MustCompile(`(?m)^\s*(//|/\*|\*).*$`).ReplaceAllString(text, "")
}

// fetchable is the part of a text in which addresses are fetched: what stands between the tags of HTML is for people.
func fetchable(ext, text string) string {
	if ext != ".html" {
		return text
	}
	return strings.Join(regexp.MustCompile(`<[^>]*>`).FindAllString(text, -1), "\n")
}

// remote finds addresses of other hosts. Names of XML namespaces are never fetched.
func remote(text string) []string {
	var found []string
	for _, address := range regexp.MustCompile(`(https?:|wss?:)?//[\w.-]+\.\w+[^\s"'`+"`"+`)]*`).FindAllString(text, -1) {
		if !strings.HasPrefix(address, "http://www.w3.org/") {
			found = append(found, "a remote address: "+address)
		}
	}
	return found
}

// references returns the addresses that a file refers to.
func references(ext, text string) []string {
	patterns := map[string][]string{
		".html": {`\s(?:src|href)\s*=\s*["']?([^"'\s>]+)`},
		".svg":  {`\s(?:src|href|xlink:href)\s*=\s*["']([^"']+)`},
		".css":  {`url\(\s*["']?([^"')]+)`, `@import\s+["']([^"']+)`},
		".js": {
			`(?m)^\s*(?:import|export)\b[^'"` + "`" + `;]*\bfrom\s*["']([^"']+)["']`,
			`(?m)^\s*import\s*["']([^"']+)["']`,
			`\bimport\(\s*["'` + "`" + `]([^"'` + "`" + `]+)`,
			`\bnew URL\(\s*["']([^"']+\.\w+)["']\s*,\s*import\.meta\.url`,
		},
	}
	var found []string
	for _, pattern := range patterns[ext] {
		for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			found = append(found, match[1])
		}
	}
	return found
}

// unresolved says what is wrong with a reference, if anything is. References are relative,
// so that the client works below any path, and those of modules name files in full.
func unresolved(files fs.FS, from, to string) string {
	switch {
	case strings.HasPrefix(to, "data:image/"), strings.HasPrefix(to, "#"):
		return ""
	case strings.HasPrefix(to, "/"):
		return "a reference from the root of the host: " + to
	case path.Ext(from) == ".js" && !strings.HasPrefix(to, "./") && !strings.HasPrefix(to, "../"):
		return "a bare module name: " + to
	}
	target := path.Join(path.Dir(from), to)
	if info, err := fs.Stat(files, target); err != nil || info.IsDir() {
		return "a reference to what is not there: " + to
	}
	if strings.HasPrefix(from, "lib/") && !strings.HasPrefix(target, "lib/") {
		return "the library refers to what is outside of it: " + to
	}
	return ""
}

// ban is text that may not be in files with some extensions.
type ban struct {
	why  string
	in   []string
	what *regexp.Regexp
}

func bans() []ban {
	markup, code := []string{".html", ".svg"}, []string{".js"}
	return []ban{
		{"an inline script", markup, regexp.MustCompile(`(?is)<script(?:\s[^>]*)?>\s*[^<\s]`)},
		{"a script without src", markup, regexp.MustCompile(`(?i)<script(?:\s+(?:type|async|defer)(?:="[^"]*")?)*\s*>`)},
		{"an inline style", markup, regexp.MustCompile(`(?i)<style\b|\sstyle\s*=`)},
		{"an inline handler", markup, regexp.MustCompile(`(?i)\son[a-z]+\s*=`)},
		{"a javascript: address", []string{".html", ".svg", ".js"}, regexp.MustCompile("(?i)[\"'`=]\\s*javascript:")},
		{"a frame, plugin or base", markup, regexp.MustCompile(`(?i)<(?:iframe|frame|object|embed|base|foreignObject)\b`)},
		{"an HTML sink", code, regexp.MustCompile(`\b(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|setHTML|setHTMLUnsafe|parseHTMLUnsafe|srcdoc|DOMParser)\b|\bdocument\.write`)},
		{"code from text", code, regexp.MustCompile(`\beval\s*\(|\bnew Function\b|\bset(?:Timeout|Interval)\(\s*["'` + "`" + `]`)},
		{"an attribute that the policy blocks", code, regexp.MustCompile(`setAttribute\(\s*["'](?:style|on)|\.cssText\b`)},
	}
}

func TestFaultsAreFound(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"index.html", `<script src="js/none.js"></script>`, "not there"},
		{"index.html", `<link rel="stylesheet" href='css'>`, "not there"},
		{"index.html", `<script src=/js/a.js></script>`, "from the root"},
		{"index.html", `<script src="https://cdn.example.net/a.js"></script>`, "remote"},
		{"index.html", `<img src="//cdn.example.net/a.png">`, "remote"},
		{"index.html", `<script>alert(1)</script>`, "inline script"},
		{"index.html", `<script type="module"> run()</script>`, "inline script"},
		{"index.html", `<script type="importmap"></script>`, "without src"},
		{"index.html", `<style>a{}</style>`, "inline style"},
		{"index.html", `<p style="color:red">`, "inline style"},
		{"index.html", `<button onclick="x()">`, "inline handler"},
		{"index.html", `<a href="javascript:x()">`, "javascript:"},
		{"js/b.js", `link.href = 'javascript:x()';`, "javascript:"},
		{"js/b.js", `new URL('./none.png', import.meta.url)`, "not there"},
		{"index.html", `<iframe></iframe>`, "frame"},
		{"icon.svg", `<svg onload="x()">`, "inline handler"},
		{"js/b.js", `import { a } from './none.js';`, "not there"},
		{"js/b.js", "import {\n  a,\n  b,\n} from './none.js';", "not there"},
		{"js/b.js", `export * from '../none.js';`, "not there"},
		{"js/b.js", `import './none.js';`, "not there"},
		{"js/b.js", `const m = await import('./none.js');`, "not there"},
		{"js/b.js", `import { a } from 'lodash';`, "bare module"},
		{"js/b.js", `import { a } from './a';`, "not there"},
		{"js/b.js", `fetch('https://api.example.net/x');`, "remote"},
		{"js/b.js", `new WebSocket("wss://api.example.net")`, "remote"},
		{"js/b.js", `node.innerHTML = text;`, "HTML sink"},
		{"js/b.js", `node.insertAdjacentHTML('beforeend', text);`, "HTML sink"},
		{"js/b.js", `document.write(text);`, "HTML sink"},
		{"js/b.js", `eval(text);`, "code from text"},
		{"js/b.js", `new Function(text);`, "code from text"},
		{"js/b.js", `setTimeout('x()', 1);`, "code from text"},
		{"js/b.js", `node.setAttribute('style', 'a');`, "policy blocks"},
		{"js/b.js", `node.setAttribute("onclick", 'a');`, "policy blocks"},
		{"lib/b.js", `import { a } from '../js/a.js';`, "outside"},
		{"css/a.css", `@import "none.css";`, "not there"},
		{"css/a.css", `a { background: url(none.png) }`, "not there"},
		{"css/a.css", `a { background: url("https://img.example.net/a.png") }`, "remote"},
	} {
		files := fstest.MapFS{"js/a.js": {}, "css/b.css": {}, c.name: {Data: []byte(c.text)}}
		got := faults(t, files)
		if !slices.ContainsFunc(got, func(fault string) bool { return strings.Contains(fault, c.want) }) {
			t.Errorf("%s: %s\nfaults %q, want one with %q", c.name, c.text, got, c.want)
		}
	}
	sound := fstest.MapFS{
		"index.html": {Data: []byte(`<link rel="icon" href="data:image/svg+xml,x"><a href="#top">up</a><script type="module" src="js/a.js"></script><!-- <style> --><code>import 'https://your.example/lib/b.js'</code>`)},
		"js/a.js":    {Data: []byte("// see https://docs.example.net\nimport { b } from '../lib/b.js';\nconst ns = 'http://www.w3.org/2000/svg';\nimport('./c.js');\n")},
		"js/c.js":    {},
		"lib/b.js":   {Data: []byte("/**\n * import { x } from 'https://your.example/lib/b.js';\n */\nexport const b = 1; // innards\n")},
		"css/a.css":  {Data: []byte("@import 'b.css';\na { background: url(../i.png) }")},
		"css/b.css":  {},
		"i.png":      {},
	}
	if got := faults(t, sound); len(got) != 0 {
		t.Errorf("a sound client has faults: %q", got)
	}
}

func TestPageAndLibraryAreEmbedded(t *testing.T) {
	for _, name := range []string{"index.html", "lib/beckon.js", "lib/index.html"} {
		if info, err := fs.Stat(Files(), name); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The page about the library is for who asks for it: the chat page neither loads it nor leads to it.
func TestChatPageDoesWithoutThatOfTheLibrary(t *testing.T) {
	index, err := fs.ReadFile(Files(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, reference := range references(".html", string(index)) {
		if target := path.Clean(reference); target == "lib" || target == "lib/index.html" || target == "lib/api.css" {
			t.Errorf("the chat page refers to %s", reference)
		}
	}
}

// A module that nothing imports is dead weight in every binary.
func TestEveryFileIsUsed(t *testing.T) {
	used := map[string]bool{}
	var follow func(name string)
	follow = func(name string) {
		if used[name] {
			return
		}
		used[name] = true
		text, err := fs.ReadFile(Files(), name)
		if err != nil {
			return // reported as a fault of the file that refers to it
		}
		for _, reference := range references(path.Ext(name), withoutComments(path.Ext(name), string(text))) {
			follow(path.Join(path.Dir(name), reference))
		}
	}
	follow("index.html")
	follow("lib/beckon.js")
	follow("lib/index.html")
	err := fs.WalkDir(Files(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !used[name] {
			t.Errorf("%s is not used by the page nor by the library", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
