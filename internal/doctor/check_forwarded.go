package doctor

import (
	"context"
	"strings"
)

// What is forged: an address for documentation (RFC 5737) and a host that there cannot be (RFC 6761).
const (
	forgedAddress = "192.0.2.66"
	forgedHost    = "forged.invalid"
)

const trustRemedy = "Start the server with --trusted-proxy and the address that the proxy connects from, such as 127.0.0.1 if they share a machine."

// checkForwarded looks at what the server believes of clients, and whether a client can lie to it.
func (x *examination) checkForwarded(ctx context.Context) {
	if !x.asked {
		x.unchecked("the server does not answer at %swhoami: it is too old, or is not reached there", x.target.path)
		return
	}
	if x.judgeTrust() {
		x.judgeScheme()
	}
	x.forgeAddress(ctx)
	x.forgeOrigin(ctx)
}

// proxied tells whether there are signs of a proxy.
func (x *examination) proxied() bool { return x.product != "" || len(x.who.Headers) > 0 }

// judgeTrust tells whom the server takes the doctor for, and whether the proxy's word counts.
func (x *examination) judgeTrust() (fine bool) {
	who := x.who
	switch {
	case who.Announced && !who.Proxy:
		x.ok(ForwardedOK, "The server hears by the PROXY protocol who the clients are%s.", who.seen())
		return true
	case !x.proxied() && !who.Proxy:
		x.ok(ForwardedDirect, "The server sees clients without a proxy in between%s.", who.seen())
		return true
	case !who.Proxy && who.items("X-Forwarded-For") == 0:
		x.warn(ForwardedMissing, "Have the proxy set X-Forwarded-For, and "+lower(trustRemedy), "The proxy does not tell who the clients are: all of them count as one.")
	case !who.Proxy:
		x.warn(ProxyUntrusted, trustRemedy, "The proxy tells who the clients are (%s), and the server does not believe it: all of them count as one, and share its limits per address.", who.names())
	case who.items("X-Forwarded-For") == 0:
		x.warn(ForwardedMissing, "Have the proxy set X-Forwarded-For to the address that it sees.", "The server trusts the proxy, which does not tell who the clients are: all of them count as one.")
	case !who.Client.Trusted && who.Client.Kind != "public" && x.address.Addr().IsGlobalUnicast() && !x.address.Addr().IsPrivate():
		x.warn(ForwardedShort, "If there is more than one proxy, name all of them with --trusted-proxy.", "The server takes the doctor for a client in its own network: it may be another proxy's address that it sees.")
	default:
		x.ok(ForwardedOK, "The proxy tells the server who the clients are%s.", who.seen())
		return true
	}
	return false
}

// seen is the address that the server sees, if it tells.
func (i identity) seen() string {
	if i.Client.Address == "" {
		return ""
	}
	return ": the doctor comes from " + i.Client.Address
}

func (x *examination) judgeScheme() {
	if x.who.Proxy && x.target.secure && x.who.Scheme != "https" {
		x.warn(SchemeLost, "Have the proxy set X-Forwarded-Proto to https.", "The server does not know that its pages come by https.")
	}
	if x.origin && x.who.SameOrigin != nil && !*x.who.SameOrigin {
		x.warn(HostLost, "Have the proxy keep the Host header, or set X-Forwarded-Host.", "The server sees another host than %s.", x.target.authority())
	}
}

// forgeAddress claims to be somebody else.
func (x *examination) forgeAddress(ctx context.Context) {
	who, ok := x.ask(ctx, x.target.origin(), "X-Forwarded-For", forgedAddress)
	switch {
	case !ok:
		x.unchecked("a request with a forged X-Forwarded-For is not answered")
	case who.Client.Address != forgedAddress:
		x.ok(ForgedAddressRefused, "A forged X-Forwarded-For is not believed.")
	case x.who.Client.Trusted && (x.who.items("X-Forwarded-For") > 0 || !x.proxied()):
		x.note(ForgedAddressUncertain, "Ask again from a machine that is no proxy. If this is one, --trusted-proxy names too much.", "A forged X-Forwarded-For is believed, but the doctor itself comes from an address that --trusted-proxy names.")
	default:
		x.problem(ForgedAddressBelieved, "Have the proxy overwrite X-Forwarded-For, or add the address that it sees to it.",
			"The proxy passes an X-Forwarded-For on as the client wrote it, and the server believes it: limits per address do not hold, and the log is wrong.")
	}
}

// forgeOrigin claims another scheme and another host. Pages cannot set these headers, and programs need no Origin: nobody
// gains much by it.
func (x *examination) forgeOrigin(ctx context.Context) {
	scheme := map[bool]string{true: "http", false: "https"}[x.target.secure]
	who, ok := x.ask(ctx, scheme+"://"+forgedHost, "X-Forwarded-Proto", scheme, "X-Forwarded-Host", forgedHost)
	var believed []string
	if ok && who.Scheme == scheme && x.who.Scheme != scheme {
		believed = append(believed, "X-Forwarded-Proto")
	}
	if ok && who.SameOrigin != nil && *who.SameOrigin {
		believed = append(believed, "X-Forwarded-Host")
	}
	if believed != nil {
		x.note(ForgedOriginBelieved, "Have the proxy set or remove them. No web page can forge them, so it is of no use to an attacker.", "The server believes a forged %s.", strings.Join(believed, " and a forged "))
	}
}

func lower(sentence string) string { return strings.ToLower(sentence[:1]) + sentence[1:] }
