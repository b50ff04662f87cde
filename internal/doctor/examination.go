package doctor

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"beckon/internal/invisible"
)

// Options are what an examination is made of. URL is required.
type Options struct {
	URL       string
	Idle      time.Duration // how long to watch an idle connection, 0 for not at all; at most MaxIdle
	Timeout   time.Duration // how long to wait for any one answer, 0 for DefaultTimeout
	TokenFile string        // with a token to log in with
	Name      string        // to log in with; a random one if empty
	Room      string        // to log in to; a random one if empty
	CAFile    string        // roots in PEM form, trusted besides the system's
	Connect   string        // HOST[:PORT] to connect to in place of what the DNS says

	// Dial opens connections, as net.Dialer does; nil for that.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Tell gets each finding as it is made, on the goroutine of Examine; nil for nobody.
	Tell func(Finding)
	// Wait is told of a check that takes long, before it begins; nil for nobody.
	Wait func(why string)
}

// DefaultTimeout is how long to wait for any one answer.
const DefaultTimeout = 5 * time.Second

// MaxIdle is the longest Options.Idle: the server leaves no silent connection alone for longer.
const MaxIdle = 2 * time.Minute

// stage is how far one gets with a server. Each needs the ones before it.
type stage int

const (
	started  stage = iota
	reached        // an address takes connections
	speaking       // it speaks HTTP, in TLS where it should
	upgraded       // a WebSocket opens
	admitted       // a login succeeds
)

// lacking says why a check that needs a stage cannot be made.
func (s stage) lacking() string {
	switch s {
	case reached:
		return "no address of the server takes connections"
	case speaking:
		return "no connection to the server speaks HTTP as it should"
	case upgraded:
		return "no WebSocket could be opened"
	default:
		return "no login succeeded"
	}
}

// check is one of the things that an examination looks at.
type check struct {
	name  string
	needs stage
	run   func(*examination, context.Context)
}

// checks are all checks in their order.
var checks = []check{
	{"address", started, (*examination).checkAddress},
	{"tls", reached, (*examination).checkTLS},
	{"proxy", speaking, (*examination).checkProxy},
	{"page", speaking, (*examination).checkPage},
	{"slash", speaking, (*examination).checkSlash},
	{"health", speaking, (*examination).checkHealth},
	{"clock", speaking, (*examination).checkClock},
	{"upgrade", speaking, (*examination).checkUpgrade},
	{"login", upgraded, (*examination).checkLogin},
	{"subprotocol", upgraded, (*examination).checkSubprotocol},
	{"forwarded", speaking, (*examination).checkForwarded},
	{"relay", admitted, (*examination).checkRelay},
	{"resume", admitted, (*examination).checkResume},
	{"ice", admitted, (*examination).checkICE},
	{"idle", upgraded, (*examination).checkIdle},
}

// examination is what is known of a server so far. It belongs to the goroutine of Examine.
type examination struct {
	opts   Options
	target target
	roots  *x509.CertPool // nil for the system's
	token  string
	room   string
	client *http.Client

	report  *Report
	current string // the check that runs
	stage   stage
	ruled   bool // the general rule was told

	address netip.AddrPort // that connections are made to
	trusted bool           // to be with the server and nobody else: a token may be sent
	front   answer         // what is at the path of the page
	asked   bool           // who is known
	who     identity
	product product
	sockets string // the path that upgrades
	origin  bool   // an upgrade with the page's own Origin is accepted
	echoed  bool   // the subprotocol was in the answer
	welcome said   // the answer to the login
	fixed   bool   // the token is for one name only
}

// Examine makes all checks. Its error is for a wrong option, or the end of ctx.
func Examine(ctx context.Context, opts Options) (*Report, error) {
	x, err := newExamination(opts)
	if err != nil {
		return nil, err
	}
	defer x.client.CloseIdleConnections()
	x.current = "url"
	for _, assumption := range x.target.assumed {
		x.note(Assumed, "", "Assumed: %s.", assumption)
	}
	for _, c := range checks {
		x.current = c.name
		if x.stage < c.needs {
			x.unchecked("%s", (x.stage + 1).lacking())
			continue
		}
		c.run(x, ctx)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	x.report.Proxy = string(x.product)
	x.report.Exit = x.exit()
	return x.report, nil
}

func newExamination(opts Options) (*examination, error) {
	t, err := parseTarget(opts.URL)
	if err != nil {
		return nil, err
	}
	if opts.Idle < 0 || opts.Idle > MaxIdle {
		return nil, fmt.Errorf("--idle: must be from 0s to %v, for which the server leaves a silent connection alone", MaxIdle)
	}
	if opts.Timeout <= 0 {
		opts.Timeout = DefaultTimeout
	}
	if opts.Dial == nil {
		opts.Dial = new(net.Dialer).DialContext
	}
	x := &examination{opts: opts, target: t, room: opts.Room}
	if err := x.readFiles(); err != nil {
		return nil, err
	}
	if x.room == "" {
		x.room = "doctor " + rand.Text()
	}
	x.report = &Report{Version: formatVersion, URL: t.String(), Findings: []Finding{}}
	x.client = x.newClient()
	return x, nil
}

// nextName is a name to log in with: the one that was asked for, or each time another one that is nobody's.
func (x *examination) nextName() string {
	if x.opts.Name != "" {
		return x.opts.Name
	}
	return "doctor " + rand.Text()
}

func (x *examination) readFiles() error {
	if file := x.opts.TokenFile; file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("--token-file: %w", err)
		}
		x.token = strings.TrimSpace(string(text))
		if found := invisible.In(x.token); found != "" {
			return fmt.Errorf("--token-file: %s: the token %s", file, found)
		}
	}
	if file := x.opts.CAFile; file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("--ca-file: %w", err)
		}
		if x.roots, err = x509.SystemCertPool(); err != nil {
			x.roots = x509.NewCertPool()
		}
		if !x.roots.AppendCertsFromPEM(pem) {
			return fmt.Errorf("--ca-file: %s holds no certificate in PEM form", file)
		}
	}
	return nil
}

// exit is the exit code for what was found.
func (x *examination) exit() int {
	if x.stage < reached {
		return ExitUnreachable
	}
	for _, f := range x.report.Findings {
		if f.Level == Problem {
			return ExitProblems
		}
	}
	return ExitFine
}

// add reports a finding of the check that runs.
func (x *examination) add(f Finding) {
	f.Check = x.current
	f.Text, f.Remedy = clean(f.Text), clean(f.Remedy)
	if f.Remedy != "" && curedByProxy[f.Code] {
		f.Configuration = x.block()
		if f.Configuration == "" && !x.ruled {
			x.ruled = true
			f.Remedy += " " + generalRule
		}
	}
	x.report.Findings = append(x.report.Findings, f)
	if x.opts.Tell != nil {
		x.opts.Tell(f)
	}
}

func (x *examination) ok(code Code, format string, arguments ...any) {
	x.add(Finding{Level: OK, Code: code, Text: fmt.Sprintf(format, arguments...)})
}

func (x *examination) note(code Code, remedy, format string, arguments ...any) {
	x.add(Finding{Level: Note, Code: code, Text: fmt.Sprintf(format, arguments...), Remedy: remedy})
}

func (x *examination) warn(code Code, remedy, format string, arguments ...any) {
	x.add(Finding{Level: Warning, Code: code, Text: fmt.Sprintf(format, arguments...), Remedy: remedy})
}

func (x *examination) problem(code Code, remedy, format string, arguments ...any) {
	x.add(Finding{Level: Problem, Code: code, Text: fmt.Sprintf(format, arguments...), Remedy: remedy})
}

// unchecked says what kept a check, or a part of it, from being made.
func (x *examination) unchecked(format string, arguments ...any) {
	x.add(Finding{Level: Unchecked, Code: NotChecked, Text: "Not checked, because " + fmt.Sprintf(format, arguments...) + "."})
}

// reaches notes how far one gets.
func (x *examination) reaches(s stage) { x.stage = max(x.stage, s) }

// clean keeps what servers say from doing anything to a terminal.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return ' '
		}
		return r
	}, text)
}

// JSON is the report as scripts read it, with a line feed at its end.
func (r *Report) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(r, "", "  ")
	return append(text, '\n'), err
}
