package archtest

import (
	"strings"
	"testing"
	"testing/fstest"
)

// brokenTrees breaks each rule once: a checker that finds nothing here would
// find nothing in the repository either. The file of each tree that is in order
// must not be reported.
var brokenTrees = map[string]struct {
	files   map[string]string
	check   func(*testing.T, *tree) []string
	finds   string // part of the only violation
	nothing bool   // the tree is in order
}{
	"import against the table": {
		files: map[string]string{"internal/hub/a.go": "package hub\nimport _ \"beckon/internal/session\"\nimport _ \"time\""},
		check: imports(map[string][]string{"internal/hub": {}}),
		finds: "internal/hub may not import internal/session",
	},
	"package of a prefix": {
		files: map[string]string{"internal/hub/a.go": "package hub\nimport _ \"beckon/internal/protocol/v2\""},
		check: imports(map[string][]string{"internal/hub": {"internal/protocol"}}),
		finds: "may not import internal/protocol/v2",
	},
	"package of an allowed module": {
		files:   map[string]string{"internal/name/a.go": "package name\nimport _ \"golang.org/x/text/width\""},
		check:   imports(map[string][]string{"internal/name": {modText}}),
		nothing: true,
	},
	"unknown package": {
		files: map[string]string{"internal/new/a.go": "package new"},
		check: imports(map[string][]string{}),
		finds: "internal/new is not in mayImport",
	},
	"line for a package that is gone": {
		files: map[string]string{},
		check: imports(map[string][]string{"internal/old": {}}),
		finds: "internal/old, which does not exist",
	},
	"standard library out of place": {
		files: map[string]string{"internal/hub/a.go": "package hub\nimport _ \"encoding/json\"\nimport _ \"time\""},
		check: func(_ *testing.T, tr *tree) []string { return standardViolations(tr, mayNotImport) },
		finds: "no use for encoding/json",
	},
	"second importer": {
		files: map[string]string{"internal/wsconn/a.go": "package wsconn\nimport _ \"" + modGorilla + "\"", "internal/hub/a.go": "package hub\nimport _ \"" + modGorilla + "\""},
		check: func(_ *testing.T, tr *tree) []string { return soleImporterViolations(tr, soleImporters) },
		finds: "internal/hub/a.go: only internal/wsconn",
	},
	"test package in production": {
		files: map[string]string{"internal/hub/a.go": "package hub\nimport _ \"beckon/internal/testkit\"", "internal/hub/a_test.go": "package hub\nimport _ \"beckon/internal/testkit\""},
		check: func(_ *testing.T, tr *tree) []string { return testOnlyViolations(tr, testOnly) },
		finds: "internal/hub/a.go: internal/testkit",
	},
	"long file": {
		files: map[string]string{"a/a.go": "package a\n" + strings.Repeat("\n", maxFileLines), "a/a_test.go": "package a\n" + strings.Repeat("\n", maxFileLines)},
		check: func(_ *testing.T, tr *tree) []string { return fileSizeViolations(tr, nil) },
		finds: "a/a.go: 401 lines",
	},
	"long method": {
		files: map[string]string{"a/a.go": "package a\nfunc (t *T) Long() {" + strings.Repeat("\n", maxFunctionLines) + "}" + strings.Repeat("\nfunc f() {}", 20)},
		check: func(_ *testing.T, tr *tree) []string { return functionSizeViolations(tr, nil) },
		finds: "a/a.go:2: a.T.Long has 61 lines",
	},
	"long functions on the whole": {
		files: map[string]string{"a/a.go": "package a\n" + strings.Repeat("func f() {"+strings.Repeat("\n", p90FunctionLines)+"}\n", 3)},
		check: func(_ *testing.T, tr *tree) []string { return functionSizeViolations(tr, nil) },
		finds: "90th percentile of function length is 36",
	},
	"variable": {
		files: map[string]string{"a/a.go": "package a\nvar counter int\nvar _ = f()\nvar errGone = f()"},
		check: packageState,
		finds: "var counter is package state",
	},
	"variable from a call": {
		files: map[string]string{"a/a.go": "package a\nvar registry = newRegistry()\nvar digits = regexp.MustCompile(`x`)\nvar ErrGone = errors.New(`x`)"},
		check: packageState,
		finds: "var registry is package state",
	},
	"table that is written": {
		files: map[string]string{"a/a.go": "package a\nvar seen = map[string]bool{}\nvar fixed = []int{1}\nfunc f() { seen[`a`] = true }"},
		check: packageState,
		finds: "var seen is package state",
	},
	"struct value": {
		files: map[string]string{"a/a.go": "package a\nvar pool = sync.Pool{}"},
		check: packageState,
		finds: "var pool is package state",
	},
	"goroutine": {
		files: map[string]string{"internal/hub/a.go": "package hub\nfunc f() { go f() }", "internal/wsconn/a.go": "package wsconn\nfunc f() { go f() }"},
		check: func(_ *testing.T, tr *tree) []string { return goStatementViolations(tr, startsGoroutines) },
		finds: "internal/hub/a.go:2: internal/hub may not start goroutines",
	},
	"lock that a fault leaves locked": {
		files: map[string]string{
			"internal/wsconn/a.go": "package wsconn\nfunc f() { a.mu.Lock(); defer a.mu.Unlock(); b.mu.RLock(); b.mu.RUnlock() }",
			"internal/ice/a.go":    "package ice\nfunc f() { mu.Lock(); mu.Unlock() }",
		},
		check: locks,
		finds: "internal/wsconn/a.go:2: b.mu is not unlocked by defer",
	},
	"lock that another function unlocks": {
		files: map[string]string{"internal/wsconn/a.go": "package wsconn\nfunc f() { s.turn.Lock(); defer s.release() }\nfunc g() { defer mu.Unlock(); h(func() { mu.Lock() }) }"},
		check: locks,
		finds: "internal/wsconn/a.go:3: mu is not unlocked by defer",
	},
	"no package comment": {
		files: map[string]string{"a/a.go": "package a", "b/doc.go": "// Package b does.\npackage b", "cmd/c/c.go": "// Command c does.\npackage main"},
		check: func(_ *testing.T, tr *tree) []string { return docViolations(tr) },
		finds: "a: no package comment",
	},
	"name that says nothing": {
		files: map[string]string{"a/util.go": "package a"},
		check: func(_ *testing.T, tr *tree) []string { return nameViolations(tr) },
		finds: `"util"`,
	},
	"top level": {
		files: map[string]string{"docs/a.md": "", ".ci/run": "", "README.md": ""},
		check: topLevelViolations,
		finds: "docs: nothing else",
	},
	"overview": {
		files: map[string]string{"internal/README.md": "- `hub`\n- internal/name\n", "internal/hub/a.go": "package hub", "internal/name/a.go": "package name", "internal/ice/a.go": "package ice"},
		check: overviewViolations,
		finds: "does not mention internal/ice",
	},
	"link to no file": {
		files: map[string]string{
			"README.md":  "[a](web/a.md#one-two), [web](web), [x](https://x.example/y#z) and `[b](b.md)`\n```\n[c](c.md)\n```\n![d](d.png)\n",
			"web/a.md":   "# One, `two`\n[up](../README.md)\n",
			"web/a.html": "[e](e.md)",
		},
		check: linkViolations,
		finds: "README.md:5: d.png leads nowhere",
	},
	"link out of the repository": {
		files: map[string]string{"web/a.md": "[up](../../README.md)\n[down](b.md)", "web/b.md": "", "README.md": ""},
		check: linkViolations,
		finds: "web/a.md:1: ../../README.md leads nowhere",
	},
	"link to no heading": {
		files: map[string]string{"README.md": "# Sessions: beckon.v1\n## Twice\n## Twice\n[1](#sessions-beckonv1), [2](#twice-1)\n[3](#twice-2)\n```sh\n# twice 2\n```\n"},
		check: linkViolations,
		finds: "README.md:5: #twice-2: the page has no such heading",
	},
	"page that nobody finds": {
		files: map[string]string{"README.md": "[a](a.md)", "a.md": "[b](b)", "b/README.md": "[self](#b)", "c.md": "[a](a.md)"},
		check: unlinkedViolations,
		finds: "c.md: no link leads here",
	},
	"first page that is long": {
		files: map[string]string{"README.md": strings.Repeat("\n", maxFirstPageLines)},
		check: firstPageViolations,
		finds: "README.md: 200 lines",
	},
	"trace of a machine": {
		files: map[string]string{"a.md": "see \"/" + "work/x\"\n", "b.md": "https://example.org/work/x and cmd/work/x"},
		check: traceViolations,
		finds: "a.md:1",
	},
	"long module": {
		files: map[string]string{"web/app/lib/a.js": strings.Repeat("\n", maxFileLines+1)},
		check: jsSizeViolations,
		finds: "401 lines",
	},
	"markup from text": {
		files: map[string]string{"web/app/js/a.js": "// el.innerHTML is banned\n/*\n eval() */\nel . innerHTML = x;\nconst u = 'http://www.w3.org/2000/svg';\n"},
		check: jsBannedViolations,
		finds: "web/app/js/a.js:4",
	},
	"another host": {
		files: map[string]string{"web/app/js/a.js": "fetch(\"https://example.org/\"); // \"https://example.org/\"\n"},
		check: jsBannedViolations,
		finds: "web/app/js/a.js:1",
	},
	"module of another host": {
		files: map[string]string{"web/app/lib/a.js": "import {\n  x,\n} from 'https://example.org/x.js'\n"},
		check: jsImportViolations,
		finds: "is not relative",
	},
	"module that is gone": {
		files: map[string]string{"web/app/lib/a.js": "export * from './b.js';\nexport const x = 'y';\n"},
		check: jsImportViolations,
		finds: `"./b.js" leads nowhere`,
	},
	"model that imports a view": {
		files: map[string]string{"web/app/js/model/a.js": "const v = await import('../ui/v.js');\n", "web/app/js/ui/v.js": "import '../model/a.js';\n"},
		check: jsImportViolations,
		finds: "goes against the layers",
	},
	"page that reaches inside the library": {
		files: map[string]string{"web/app/js/main.js": "import { a } from '../lib/beckon.js';\nimport { b } from '../lib/inner.js';\n", "web/app/lib/beckon.js": "export { b } from './inner.js';", "web/app/lib/inner.js": ""},
		check: jsImportViolations,
		finds: `"../lib/inner.js" goes against the layers`,
	},
	"one language for good": {
		files: map[string]string{"web/app/js/ui/a.js": "import { en } from '../words/en.js';\n", "web/app/js/ui/b.js": "import { words } from '../words/index.js';\n", "web/app/js/words/index.js": "import { en } from './en.js';\n", "web/app/js/words/en.js": ""},
		check: jsImportViolations,
		finds: `web/app/js/ui/a.js: import of "../words/en.js" goes against the layers`,
	},
	"label out of place": {
		files: map[string]string{"web/app/js/ui/a.js": "// 'Not a text'\nel('p', { class: 'lead small' },\n  'Send');\n", "web/app/js/words/en.js": "const send = 'Send';\n", "web/app/lib/a.js": "throw new Error('Not now');\n"},
		check: jsWordsViolations,
		finds: "web/app/js/ui/a.js:3: 'Send' belongs in js/words",
	},
	"sentence out of place": {
		files: map[string]string{"web/app/js/model/a.js": "const at = 'just now';\nconst key = 'beckon.name';\n"},
		check: jsWordsViolations,
		finds: "web/app/js/model/a.js:1: 'just now' belongs in js/words",
	},
	"end of a sentence out of place": {
		files: map[string]string{"web/app/js/main.js": "f(name, \" left\");\nf('M15 5l-7 7 7 7', '0 0 48 48', 'text-anchor');\n"},
		check: jsWordsViolations,
		finds: `web/app/js/main.js:1: " left" belongs in js/words`,
	},
	"words round a value": {
		files: map[string]string{"web/app/js/ui/a.js": "const a = `${name} left`;\nconst b = `${x.id} ${y.id}`;\n"},
		check: jsWordsViolations,
		finds: "web/app/js/ui/a.js:1: `${name} left` belongs in js/words",
	},
	"words inside a template": {
		files: map[string]string{"web/app/js/ui/a.js": "const a = `${mine ? 'You' : name}: `;\nconst b = `#${event.key === 'Enter'}`;\n"},
		check: jsWordsViolations,
		finds: "web/app/js/ui/a.js:1: `${mine ? 'You' : name}: ` belongs in js/words",
	},
}

func imports(table map[string][]string) func(*testing.T, *tree) []string {
	return func(_ *testing.T, tr *tree) []string { return importViolations(tr, table) }
}

func packageState(_ *testing.T, tr *tree) []string { return packageStateViolations(tr, nil) }

func locks(_ *testing.T, tr *tree) []string { return lockViolations(tr, deferUnlocks, unlocks) }

func TestCheckersFindWhatTheyLookFor(t *testing.T) {
	for name, test := range brokenTrees {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for path, content := range test.files {
				fsys[path] = &fstest.MapFile{Data: []byte(content)}
			}
			found := test.check(t, readTree(t, fsys))
			if test.nothing {
				report(t, found)
				return
			}
			if len(found) != 1 || !strings.Contains(found[0], test.finds) {
				t.Errorf("got %q, want one violation with %q", found, test.finds)
			}
		})
	}
}
