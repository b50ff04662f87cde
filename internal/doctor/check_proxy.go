package doctor

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// identity is what the server says that it believes of a request: its answer to whoami.
type identity struct {
	Client struct {
		Kind    string // public, private, loopback or none
		Address string // if it is public
		Trusted bool   // as a proxy
	}
	Proxy      bool // whether a trusted proxy asked
	Announced  bool // whether proxies tell of clients by the PROXY protocol instead
	Scheme     string
	Host       string
	SameOrigin *bool
	BasePath   string
	Doubled    bool // whether the path arrived with two slashes in a row
	Headers    []struct {
		Name         string
		Lines, Items int
	}
	Time time.Time
	at   time.Time // when it came
}

// items is how many values a header had when it arrived.
func (i identity) items(name string) int {
	for _, h := range i.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Items
		}
	}
	return 0
}

// names lists the headers that arrived.
func (i identity) names() string {
	var all []string
	for _, h := range i.Headers {
		all = append(all, h.Name)
	}
	return strings.Join(all, ", ")
}

// ask asks the server what it makes of a request with more headers. The origin is the one to be compared with.
func (x *examination) ask(ctx context.Context, origin string, headers ...string) (identity, bool) {
	var who identity
	a, err := x.get(ctx, x.target.path+"whoami", append([]string{"Origin", origin}, headers...)...)
	if err != nil || a.status != http.StatusOK || json.Unmarshal([]byte(a.body), &who) != nil || who.Client.Kind == "" {
		return identity{}, false
	}
	who.at = a.at
	return who, true
}

// checkProxy finds out who answers, and asks the server what it sees.
func (x *examination) checkProxy(ctx context.Context) {
	var err error
	if x.front, err = x.get(ctx, x.target.path); err != nil {
		x.stage = reached
		x.problem(NoHTTP, "See the log of whatever listens on port "+x.target.port+" there.", "There is no answer to an HTTP request: %s.", reason(err))
		return
	}
	if x.product = recognize(x.front); x.product == "" {
		if provoked, err := x.provoke(ctx); err == nil {
			x.product = recognize(provoked)
		}
	}
	x.who, x.asked = x.ask(ctx, x.target.origin())
	server := strings.Join(x.front.header["Server"], " ")
	switch {
	case x.product != "":
		x.ok(ProxyKnown, "%s answers.", x.product)
	case server != "":
		x.note(ProxyUnknown, "", "A server that calls itself %q answers, which the doctor knows nothing of.", server)
	case x.asked && len(x.who.Headers) == 0:
		x.ok(ProxyAbsent, "The server seems to be reached without a proxy.")
	default:
		x.note(ProxyUnknown, "", "What kind of proxy answers could not be found out.")
	}
}
