package doctor

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"beckon/internal/turn"
)

// judged is an examination that is to judge something, of a server at a public address.
func judged() *examination {
	return &examination{report: &Report{}, address: netip.MustParseAddrPort("203.0.113.1:443"), target: target{host: "example.org", port: "443", path: "/", secure: true}}
}

// only is the code of the only finding.
func (x *examination) only(t *testing.T) Code {
	t.Helper()
	if len(x.report.Findings) != 1 {
		t.Fatalf("%d findings: %+v", len(x.report.Findings), x.report.Findings)
	}
	return x.report.Findings[0].Code
}

// A TURN server that relays at an address of its own network is of no use to others, unless the server is there, too.
func TestPrivateRelayAddress(t *testing.T) {
	answer := turn.Answer{Relayed: netip.MustParseAddrPort("10.0.0.5:50000")}
	for address, want := range map[string]Code{"203.0.113.1:443": RelayAddressPrivate, "10.0.0.1:443": ICEOK, "127.0.0.1:9000": ICEOK} {
		x := judged()
		x.address = netip.MustParseAddrPort(address)
		x.judgeICE(turn.Server{URL: "turn:turn.example.org"}, answer, nil)
		if got := x.only(t); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestEachFailureOfICE(t *testing.T) {
	seen := map[string]bool{}
	for kind, want := range map[turn.Kind]Code{
		turn.BadURL: ICEBadURL, turn.Unsupported: NotChecked, turn.NoCredentials: ICENoCredentials, turn.Unresolved: ICEUnresolved,
		turn.Refused: ICERefused, turn.Unreachable: ICEUnreachable, turn.Timeout: ICETimeout, turn.TLS: ICETLS, turn.Cut: ICENotSTUN,
		turn.Garbled: ICENotSTUN, turn.Rejected: ICERejected,
	} {
		x := judged()
		x.judgeICE(turn.Server{URL: "turn:turn.example.org"}, turn.Answer{}, &turn.Failure{Kind: kind})
		if got := x.only(t); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
	for _, code := range []int{codeUnauthorized, codeForbidden, codeQuota, codeCapacity, 500} {
		if remedy := rejectionRemedy(code); remedy == "" || seen[remedy] {
			t.Errorf("%d: %q", code, remedy)
		} else {
			seen[remedy] = true
		}
	}
}

func TestTrust(t *testing.T) {
	headers := func(items int) []struct {
		Name         string
		Lines, Items int
	} {
		return []struct {
			Name         string
			Lines, Items int
		}{{"X-Forwarded-For", 1, items}}
	}
	private := identity{Proxy: true, Headers: headers(1)}
	private.Client.Kind = "private"
	public := private
	public.Client.Kind = "public"
	for name, c := range map[string]struct {
		who     identity
		product product
		want    Code
	}{
		"direct":                 {identity{}, "", ForwardedDirect},
		"trusted and told":       {public, nginx, ForwardedOK},
		"trusted and not told":   {identity{Proxy: true}, nginx, ForwardedMissing},
		"untrusted and told":     {identity{Headers: headers(1)}, "", ProxyUntrusted},
		"untrusted and not told": {identity{}, nginx, ForwardedMissing},
		"of a network inside":    {private, nginx, ForwardedShort},
		"announced":              {identity{Announced: true, Headers: headers(1)}, haproxy, ForwardedOK},
	} {
		x := judged()
		x.who, x.asked, x.product = c.who, true, c.product
		x.judgeTrust()
		if got := x.only(t); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestDNS(t *testing.T) {
	for want, err := range map[Code]error{
		NameUnknown:    &net.DNSError{Err: "no such host", IsNotFound: true},
		NameUnanswered: &net.DNSError{Err: "server misbehaving", IsTemporary: true},
	} {
		x := judged()
		x.blameDNS(err)
		if got := x.only(t); got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}

func TestRelayed(t *testing.T) {
	payload := []byte(`{"sdp":"one"}`)
	for name, c := range map[string]struct {
		got  said
		err  error
		want Code // empty if all is well
	}{
		"as sent":   {said{Type: "offer", Offer: payload}, nil, ""},
		"changed":   {said{Type: "offer", Offer: []byte(`{"sdp":"two"}`)}, nil, RelayLost},
		"otherwise": {said{Type: "answer", Answer: payload}, nil, RelayLost},
		"nothing":   {said{}, os.ErrDeadlineExceeded, RelayLost},
		"closed":    {said{}, closed{tooBig, ""}, RelayTooLarge},
		"too large": {said{Type: "error", Code: "too_large"}, nil, RelayTooLarge},
		"apart":     {said{Type: "error", Code: "unknown_user"}, nil, RelayApart},
	} {
		x := judged()
		if x.judgeRelay("offer", payload, c.got, c.err) != (c.want == "") {
			t.Errorf("%s: judged wrongly", name)
		}
		if c.want != "" && x.only(t) != c.want {
			t.Errorf("%s: %s, want %s", name, x.only(t), c.want)
		}
	}
}

// reason has a few words for what happens often.
func TestReason(t *testing.T) {
	if got := reason(errors.New("any other")); got != "any other" {
		t.Errorf("%q", got)
	}
	if got := reason(&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}); got != "no answer in time" {
		t.Errorf("%q", got)
	}
}

// No code is without a use.
func TestCodesAreUsed(t *testing.T) {
	constants, err := os.ReadFile("codes.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && file != "codes.go" && !strings.HasSuffix(file, "_test.go") {
			source.Write(text)
		}
	}
	words := regexp.MustCompile(`\w+`).FindAllString(source.String(), -1)
	names := regexp.MustCompile(`(?m)^\t(\w+) +Code += "`).FindAllStringSubmatch(string(constants), -1)
	for _, name := range names {
		if !slices.Contains(words, name[1]) {
			t.Errorf("nothing is ever %s", name[1])
		}
	}
	if all := codes(t); len(names) != len(all) {
		t.Errorf("%d names of %d codes", len(names), len(all))
	}
}

// A token goes where nobody listens in.
func TestTokenNeedsASafeConnection(t *testing.T) {
	for address, want := range map[string]bool{"203.0.113.1:80": false, "[2001:db8::1]:80": false, "127.0.0.1:9000": true, "10.0.0.1:80": true} {
		x := judged()
		x.target.secure, x.address, x.token = false, netip.MustParseAddrPort(address), "token"
		x.checkTLS(t.Context())
		if x.trusted != want {
			t.Errorf("%s: trusted %v", address, x.trusted)
		}
	}
}
