package doctor

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Marks of the server's own answers.
const (
	pageTitle     = "<title>beckon</title>"
	nothingHere   = "404: there is nothing here"
	belowBasePath = "everything is below "
	allowsHosts   = "--allowed-host"
)

// maxRedirects is how many are followed.
const maxRedirects = 5

// maxAssets is how many files of the page are asked for.
const maxAssets = 8

// pageFiles finds the files that the page is made of.
var pageFiles = regexp.MustCompile(`(?:src|href)="([^":]+\.(?:js|css))"`)

// checkPage looks for the chat page and for what it is made of.
func (x *examination) checkPage(ctx context.Context) {
	page, ok := x.follow(ctx, x.front)
	if !ok {
		return
	}
	if page.status != http.StatusOK || !strings.Contains(page.body, pageTitle) {
		x.blamePage(page)
		return
	}
	files := pageFiles.FindAllStringSubmatch(page.body, maxAssets)
	missing := 0
	for _, path := range append([]string{"lib/beckon.js"}, firsts(files)...) {
		a, err := x.get(ctx, x.target.path+path)
		switch {
		case err != nil:
			missing++
			x.problem(FileMissing, "See the proxy's log.", "The page's file %s does not come: %s.", path, reason(err))
		case a.status != http.StatusOK || strings.HasPrefix(a.header.Get("Content-Type"), "text/html"):
			missing++
			x.problem(FileMissing, "Pass all that is below the path on to the server, not the page alone.", "The page's file %s is not there: %s.", path, a.words())
		}
	}
	if missing == 0 {
		x.ok(PageOK, "The chat page and its files are there.")
	}
	x.judgeHeaders(page.header)
}

func firsts(matches [][]string) []string {
	var all []string
	for _, m := range matches {
		all = append(all, m[1])
	}
	return all
}

// follow goes where redirects lead and tells of it; false if they lead nowhere.
func (x *examination) follow(ctx context.Context, a answer) (answer, bool) {
	at, err := url.Parse(x.target.String())
	for range maxRedirects {
		location := a.header.Get("Location")
		if a.status/100 != 3 || location == "" || err != nil {
			return a, err == nil
		}
		next, bad := at.Parse(location)
		if bad != nil || next.Host != at.Host || next.Scheme != at.Scheme {
			x.problem(PageElsewhere, "Ask for that address instead, or have the proxy answer here.", "The page is redirected to %s.", location)
			return a, false
		}
		at = next
		if a, err = x.get(ctx, at.RequestURI()); err != nil {
			x.problem(PageMissing, "See the proxy's log.", "The page is redirected to %s, and there is no answer: %s.", location, reason(err))
			return a, false
		}
	}
	x.problem(RedirectLoop, "Have only one of proxy and server redirect. A proxy that redirects to the address that was asked for may take http for https, or the other way round.",
		"The page is redirected again and again, at last to %s.", a.header.Get("Location"))
	return a, false
}

// blamePage tells why an answer is not the page.
func (x *examination) blamePage(a answer) {
	blame := x.problem
	if x.target.sockets {
		blame = x.note // the URL asks for sockets
	}
	switch {
	case a.status == http.StatusMisdirectedRequest && strings.Contains(a.body, allowsHosts):
		blame(HostRefused, hostRemedy, "The server does not go by the name that the request arrives with: %q.", a.excerpt())
	case strings.Contains(a.body, belowBasePath):
		blame(PrefixLost, "Either let the proxy keep the path and give the server the same --base-path, or take --base-path away and let the proxy strip it.",
			"The server answers, and is asked for the wrong path: %q.", a.excerpt())
	case strings.Contains(a.body, nothingHere):
		blame(PrefixNotStripped, "Let the proxy strip the path, or start the server with --base-path "+strings.TrimSuffix(x.target.path, "/")+".",
			"The server answers, and knows nothing of %s: the proxy passes the path on as it is.", x.target.path)
	case a.status == http.StatusBadGateway || a.status == http.StatusServiceUnavailable || a.status == http.StatusGatewayTimeout:
		blame(BackendDown, backendRemedy, "The proxy does not reach the server: %s.", a.words())
	case a.status == http.StatusBadRequest && strings.Contains(strings.ToLower(a.body), "https"):
		blame(TLSExpected, "Ask for https://"+strings.TrimPrefix(x.target.String(), "http://"), "Port %s speaks TLS only.", x.target.port)
	case a.status == http.StatusUnauthorized || a.status == http.StatusForbidden:
		blame(PageForbidden, "Let this path in without a password, or know that the page's sockets will need the same.", "The proxy keeps visitors out: %s.", a.words())
	case a.status == http.StatusNotFound:
		blame(PageMissing, "Have the proxy pass "+x.target.path+" on to the server.", "There is no page: %s, %q.", a.words(), a.excerpt())
	default:
		blame(PageForeign, "See which address the proxy passes "+x.target.path+" on to.", "The page is not beckon's: %s, %q.", a.words(), a.excerpt())
	}
}

const hostRemedy = "Start the server with the --allowed-host that the answer names, if users are to reach it by that name. If it is not the one in the URL, have the proxy keep the Host header."

const backendRemedy = "Start the server, and have the proxy pass on to the address that it listens on (--listen): the log says where that is. A proxy in a container does not reach the 127.0.0.1 of its host."

// judgeHeaders looks for what the server sends with the page, and proxies may take away.
func (x *examination) judgeHeaders(h http.Header) {
	fine := true
	warn := func(code Code, remedy, format string, arguments ...any) {
		fine = false
		x.warn(code, remedy, format, arguments...)
	}
	const leave = "Let the proxy leave the server's headers as they are."
	switch policies := h["Content-Security-Policy"]; {
	case len(policies) == 0:
		warn(PolicyMissing, leave, "The page arrives without its Content-Security-Policy.")
	case len(policies) > 1:
		warn(PolicyDoubled, "Remove the one that the proxy adds, for this path.", "The page arrives with %d Content-Security-Policies, and browsers obey all of them.", len(policies))
	case !strings.Contains(policies[0], "connect-src 'self'"):
		warn(PolicyChanged, "Remove the one that the proxy sets, for this path.", "The page arrives with a Content-Security-Policy that may keep it from opening its socket: %q.", policies[0])
	}
	if h.Get("Cache-Control") != "no-cache" || h.Get("Etag") == "" {
		warn(CachingChanged, leave, "The page arrives with Cache-Control %q and ETag %q: after an update of the server, browsers may mix old files with new ones.",
			h.Get("Cache-Control"), h.Get("Etag"))
	}
	if fine {
		x.ok(HeadersOK, "The page's security and caching headers arrive as the server sends them.")
	}
}

// checkSlash asks for the page without the slash at the end of its path.
func (x *examination) checkSlash(ctx context.Context) {
	if x.asked && x.who.Doubled {
		x.warn(SlashDoubled, "Write the path with a slash at its end where the proxy takes it away, as in location "+x.target.path+" { proxy_pass http://127.0.0.1:9000/; }, or without one at both ends.",
			"The proxy passes paths on with two slashes in a row, as one does that puts / in the place of a path without a slash at its end.")
	}
	if x.target.path == "/" {
		return
	}
	short := strings.TrimSuffix(x.target.path, "/")
	a, err := x.get(ctx, short+"?room=tea")
	if err != nil {
		x.problem(SlashLost, "See the proxy's log.", "There is no answer at %s, without the slash: %s.", short, reason(err))
		return
	}
	base, _ := url.Parse(x.target.origin() + short)
	target, err := base.Parse(a.header.Get("Location"))
	switch {
	case a.status/100 != 3 || err != nil || target.Path != x.target.path:
		x.warn(SlashLost, "Redirect "+short+" to "+x.target.path+".", "Who comes to %s, without the slash, does not get to the page: %s.", short, a.words())
	case target.RawQuery != "room=tea":
		x.warn(QueryLost, "Keep the query in the redirect.", "The redirect from %s to %s loses what follows the ?, so links to rooms do not work.", short, x.target.path)
	default:
		x.ok(SlashOK, "%s, without the slash, leads to the page.", short)
	}
}

// checkHealth asks whether the server lives and takes new clients.
func (x *examination) checkHealth(ctx context.Context) {
	for _, path := range []string{"healthz", "readyz"} {
		a, err := x.get(ctx, x.target.path+path)
		switch {
		case err != nil:
			x.warn(HealthMissing, "See the proxy's log.", "%s does not answer: %s.", x.target.path+path, reason(err))
			return
		case path == "readyz" && a.status == http.StatusServiceUnavailable && strings.HasPrefix(a.body, "draining"):
			x.warn(Draining, "Wait until it has restarted.", "The server is stopping and takes no new clients.")
			return
		case a.status != http.StatusOK || strings.TrimSpace(a.body) != map[string]string{"healthz": "ok", "readyz": "ready"}[path]:
			x.note(HealthMissing, "", "%s is not the server's: %s. Whoever watches the server needs another way.", x.target.path+path, a.words())
			return
		}
	}
	x.ok(HealthOK, "The server says that it is well and takes new clients.")
}
