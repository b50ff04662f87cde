package archtest

// This file is the only one to edit when the architecture changes on purpose.
// Every exception carries its reason.

// Third-party modules that only some packages may import.
const (
	modGorilla = "github.com/gorilla/websocket"
	modKong    = "github.com/alecthomas/kong"
	modZerolog = "github.com/rs/zerolog"
	modUUID    = "github.com/google/uuid"
	modText    = "golang.org/x/text"
	modSys     = "golang.org/x/sys"
	modCrypto  = "golang.org/x/crypto"
	modSystemd = "github.com/coreos/go-systemd/v22"
	modYAML    = "go.yaml.in/yaml/v4"
	modJWT     = "github.com/golang-jwt/jwt/v5"
	modKeyfunc = "github.com/MicahParks/keyfunc/v3"
	modJWKSet  = "github.com/MicahParks/jwkset"
	modProm    = "github.com/prometheus"
	modProxy   = "github.com/pires/go-proxyproto"
	modPion    = "github.com/pion"
	modHDR     = "github.com/HdrHistogram/hdrhistogram-go"
	modIsatty  = "github.com/mattn/go-isatty"
)

// mayImport says, for each package (its folder from the root of the
// repository), which other packages of this module and which third-party
// modules its production code may import. The standard library is always
// allowed. A package that is not listed here is a violation.
var mayImport = map[string][]string{
	"cmd/beckon": {"internal/config", "internal/app", "internal/doctor", "internal/turn"},

	"internal/app": {
		"internal/config", "internal/httpd", "internal/session", "internal/wsconn", "internal/hub",
		"internal/metrics", "internal/admin", "internal/auth", "internal/listen", "internal/address", "internal/ratelimit",
		"internal/replay", "internal/link", "internal/ice", "internal/name", "internal/protocol", "internal/frame", "web",
		"internal/requestid", "internal/logflood", "internal/logqueue", "internal/health", "internal/socketpair", "internal/relay", "internal/share", "internal/turn",
		"internal/fault", modUUID, modZerolog, modIsatty,
	},
	"internal/config": {"internal/ice", "internal/address", "internal/invisible", modKong, modYAML},
	"internal/doctor": {"internal/frame", "internal/turn", "internal/invisible"},
	"internal/relay":  {"internal/turn", "internal/socketpair", modZerolog},
	"internal/turn":   {"internal/ratelimit", "internal/peeraddr", modPion},
	"internal/httpd":  {"internal/header", "internal/logflood", modZerolog},
	"internal/listen": {"internal/invisible", "internal/logflood", modZerolog, modCrypto, modSystemd, modProxy},

	// Metrics know the closed sets of words that their labels come from.
	"internal/metrics": {"internal/session", "internal/wsconn", "internal/relay", "internal/turn", "internal/link", "internal/protocol", "internal/fault", modProm},

	"internal/admin": {"internal/hub", "internal/session", "internal/name"},

	// A transport and a dialect meet in link, and know nothing of each other.
	"internal/session": {
		"internal/link", "internal/hub", "internal/replay", "internal/protocol", "internal/frame", "internal/ice",
		"internal/name", "internal/auth", "internal/logflood", "internal/share", "internal/fault", modZerolog,
	},
	"internal/wsconn": {"internal/link", "internal/protocol", "internal/frame", "internal/ratelimit", "internal/share", "internal/fault", "internal/header", "internal/logflood", modGorilla, modSys, modZerolog},
	"internal/link":   {"internal/protocol", "internal/share"},

	"internal/hub":        {"internal/protocol", "internal/share", "internal/fault"},
	"internal/share":      {},
	"internal/protocol":   {},
	"internal/name":       {modText},
	"internal/frame":      {},
	"internal/header":     {},
	"internal/ice":        {"internal/invisible"},
	"internal/invisible":  {},
	"internal/replay":     {"internal/share"},
	"internal/address":    {},
	"internal/ratelimit":  {"internal/fault"},
	"internal/fault":      {},
	"internal/peeraddr":   {},
	"internal/requestid":  {},
	"internal/logflood":   {modZerolog},
	"internal/logqueue":   {},
	"internal/health":     {},
	"internal/socketpair": {},
	"internal/auth":       {"internal/address", "internal/invisible", modJWT, modKeyfunc, modJWKSet},

	"cmd/beckon-bench": {"internal/bench"},
	"internal/bench": {
		"internal/bench/compare", "internal/bench/scenario", "internal/bench/report", "internal/bench/process",
		"internal/bench/dialect", "internal/bench/wire",
	},
	"internal/bench/compare": {
		"internal/bench/scenario", "internal/bench/report", "internal/bench/dialect", "internal/bench/wire",
	},
	"internal/bench/scenario": {
		"internal/bench/report", "internal/bench/process", "internal/bench/dialect", "internal/bench/latency", "internal/bench/wire",
	},
	"internal/bench/report":  {},
	"internal/bench/process": {},
	"internal/bench/dialect": {},
	"internal/bench/latency": {modHDR},
	"internal/bench/wire":    {},
	"internal/lab/floor":     {"internal/frame", modGorilla},

	"internal/archtest": {},
	"internal/faults":   {},
	"internal/proxies":  {},
	"internal/attack":   {},
	"internal/natlab":   {},
	"internal/soak":     {},
	"internal/testkit":  {"internal/protocol", "internal/frame", modGorilla},

	"web": {},

	".pack/dist":  {},
	".pack/image": {},
}

// soleImporters names the modules that one production package has to itself, so
// that replacing one of them means editing one package.
var soleImporters = map[string]string{
	modGorilla: "internal/wsconn",
	modKong:    "internal/config",
	modYAML:    "internal/config",
	modJWT:     "internal/auth",
	modKeyfunc: "internal/auth",
	modJWKSet:  "internal/auth",
	modProm:    "internal/metrics",
	modText:    "internal/name",
	modUUID:    "internal/app",
	modSys:     "internal/wsconn",
	modCrypto:  "internal/listen",
	modSystemd: "internal/listen",
	modProxy:   "internal/listen",
	modHDR:     "internal/bench/latency",
	modPion:    "internal/turn",
	modIsatty:  "internal/app",
}

// mayNotImport takes parts of the standard library from a package: the hub
// routes, and leaves sockets, encodings and words for people to others.
var mayNotImport = map[string][]string{
	"internal/hub":      {"encoding", "net", "os", "log", "io"},
	"internal/protocol": {"net", "os", "log"},
	"internal/frame":    {"net", "os", "log"},
	"internal/name":     {"net", "os", "log"},
	"internal/session":  {"net", "os", "log"},
}

// testOnly are packages that production code may not import.
var testOnly = map[string]bool{
	"internal/testkit": true, "internal/archtest": true,
	"internal/lab/floor": true, // a program that shows what the library of internal/wsconn costs by itself
}

// startsGoroutines are the packages whose production code may use a go statement.
var startsGoroutines = map[string]bool{
	"internal/wsconn":   true,
	"internal/app":      true,
	"internal/listen":   true, // certificate renewal, the redirecting listener
	"internal/relay":    true, // the relay's process and what it says, two per stream that is handed over
	"internal/logqueue": true, // the one that writes the log
	"internal/health":   true, // one that asks the parts of the server
	"internal/fault":    true, // a panic where nobody can catch it
	"internal/turn":     true, // in the relay's process: two readers of sockets, one per stream
	"cmd/beckon":        true,
	"internal/testkit":  true,

	"internal/bench/wire":    true, // connections under way, bounded
	"internal/bench/process": true, // waits for the end of a server that it started
	"internal/lab/floor":     true, // one per connection
}

// deferUnlocks are the packages of which a fault may be caught further up: each unlocks by defer whatever it locks, so
// that nothing stays locked then.
var deferUnlocks = map[string]bool{
	"internal/wsconn": true, "internal/session": true, "internal/ratelimit": true,
	"internal/logflood": true, "internal/replay": true, "internal/metrics": true, "internal/auth": true, "internal/httpd": true,
}

// unlocks are functions that unlock, beside Unlock and RUnlock.
var unlocks = map[string]bool{"release": true} // of session.resumable

// packageVars allows single package-level variables that varsOutOfPlace would
// refuse: "folder.name" with the reason.
var packageVars = map[string]string{
	"internal/name.scripts": "built once from Unicode's tables (sync.OnceValue), then only read",
}

// bannedNames are package and file names that say nothing about their content.
var bannedNames = map[string]bool{
	"util": true, "utils": true, "common": true, "manager": true, "types": true,
	"helper": true, "helpers": true, "misc": true, "base": true, "shared": true,
}

// Size budgets, in lines.
const (
	maxFileLines     = 400
	maxFunctionLines = 60
	p90FunctionLines = 35 // nine functions in ten are at most this long

	maxFirstPageLines = 200 // README.md sells and starts; what is longer is a page beside its package
)

// longFiles and longFunctions ("folder.Func" or "folder.Type.Method") may exceed
// the budget for the reason given.
var (
	longFiles     = map[string]string{}
	longFunctions = map[string]string{}
)

// topLevel is all that the root of the repository may hold, next to names that
// begin with a dot. What is built goes into bin, which is not in the repository.
var topLevel = map[string]bool{
	"cmd": true, "internal": true, "web": true, "bin": true,
	"go.mod": true, "go.sum": true, "Makefile": true, "README.md": true,
}

// foreignTraces are regular expressions for what is of one machine or of one
// network, and so of no use to a reader of this repository. They are written in
// pieces lest this file match.
var foreignTraces = []string{
	`(^|[\s"'=(])/` + `(work|root|Users)/`,
	`(^|[\s"'=(])/` + `home/[a-z]`,
	`/tmp/` + `brief`,
	`proxy\.` + `golang\.org`,
	`registry\.` + `npmjs\.org`,
}

// jsLayer is a folder of the client and what its modules may import: prefixes
// of paths below web/app. The longest matching folder wins.
var jsLayers = map[string][]string{
	"lib/":       {"lib/"},
	"js/words/":  {"js/words/"}, // one module per language, of which index.js alone knows
	"js/model/":  {"js/model/", "js/words/index.js", "lib/beckon.js"},
	"js/ui/":     {"js/ui/", "js/model/", "js/words/index.js", "lib/beckon.js", "lib/check.js"},
	"js/main.js": {"js/ui/", "js/model/", "js/words/index.js", "lib/beckon.js"},
	"guard.js":   {},
}

// jsBanned are the ways to turn text into markup or code. A page that uses
// none of them cannot be made to run what a user wrote.
var jsBanned = []string{
	`\.\s*innerHTML\b`,
	`\.\s*outerHTML\b`,
	`\binsertAdjacentHTML\b`,
	`\bsetHTMLUnsafe\b`,
	`\bcreateContextualFragment\b`,
	`\bparseFromString\b`,
	`\bdocument\s*\.\s*write`,
	`\beval\s*\(`,
	`\bnew\s+Function\b`,
	`\bset(Timeout|Interval)\s*\(\s*["'` + "`" + `]`,
	`["'` + "`" + `](https?:)?//[a-z0-9]`,
}

// jsHarmless are strings that look like an address of another host and are not.
var jsHarmless = []string{"http://www.w3.org/2000/svg"}

// jsNotForPeople are strings that look like words for people and are not, as jsTexts has them.
var jsNotForPeople = map[string]string{
	"Enter":               "a key, as its event names it",
	"Escape":              "a key, as its event names it",
	"Segmenter":           "a member of Intl",
	"beckon doctor #":     "a command of the server, as it is typed",
	"index.html lacks ##": "an error for whoever changes the page",
	"no answer":           "an error that is caught",
	"noopener noreferrer": "how a link is opened, as HTML names it",
}
