package doctor

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"strings"
)

// What the server is asked for.
const (
	subprotocol     = "beckon.v1"
	silenceProtocol = "beckon.silence"
)

// acceptGUID is what proves that an answer to an upgrade was made for it (RFC 6455 section 1.3).
const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

const keyBytes = 16

func newKey() string {
	var key [keyBytes]byte
	rand.Read(key[:])
	return base64.StdEncoding.EncodeToString(key[:])
}

// proves tells whether the answer to an upgrade is one to the request with this key (RFC 6455 section 4.1).
func proves(h http.Header, key string) bool {
	sum := sha1.Sum([]byte(key + acceptGUID))
	return strings.TrimSpace(h.Get("Sec-Websocket-Accept")) == base64.StdEncoding.EncodeToString(sum[:]) &&
		strings.EqualFold(h.Get("Upgrade"), "websocket") && strings.Contains(strings.ToLower(h.Get("Connection")), "upgrade")
}

// checkUpgrade opens WebSockets as a page of this server does, at its two paths.
func (x *examination) checkUpgrade(ctx context.Context) {
	path := x.target.path + "ws"
	shake, err := x.try(ctx, path, "Origin", x.target.origin(), "Sec-WebSocket-Protocol", subprotocol)
	switch {
	case err == nil && shake.proof:
		x.origin = true
		x.echoed = shake.header.Get("Sec-Websocket-Protocol") == subprotocol
	case err == nil && shake.status == http.StatusForbidden && x.opensWithoutOrigin(ctx, path):
		x.problem(OriginRefused, "Have the proxy keep the Host header: the server compares it with the page's origin. If pages of another site are meant to connect, allow them with --allowed-origin.",
			"The server refuses its own page, whose Origin is %s: it sees another Host, or another scheme.", x.target.origin())
	default:
		x.blameUpgrade(path, shake, err)
		return
	}
	x.sockets = path
	x.reaches(upgraded)
	if !x.origin {
		return
	}
	if shake, err := x.try(ctx, x.target.path); err != nil || !shake.proof {
		x.warn(UpgradePartial, "Pass upgrades on for the whole path, not for "+path+" alone.",
			"WebSockets open at %s, but not at %s, where some clients look for them.", path, x.target.path)
		return
	}
	x.ok(UpgradeOK, "WebSockets open at %s and %s.", path, x.target.path)
}

// try asks for a WebSocket and closes it again.
func (x *examination) try(ctx context.Context, path string, headers ...string) (*handshake, error) {
	shake, err := x.upgrade(ctx, path, headers...)
	if err == nil && shake.socket != nil {
		shake.socket.bye()
	}
	return shake, err
}

func (x *examination) opensWithoutOrigin(ctx context.Context, path string) bool {
	shake, err := x.try(ctx, path, "Sec-WebSocket-Protocol", subprotocol)
	if err != nil || !shake.proof {
		return false
	}
	x.echoed = shake.header.Get("Sec-Websocket-Protocol") == subprotocol
	return true
}

// blameUpgrade tells why an upgrade came to nothing.
func (x *examination) blameUpgrade(path string, shake *handshake, err error) {
	const dropped = "Have the proxy pass on the headers Upgrade and Connection, and speak HTTP/1.1 to the server."
	if err != nil {
		x.problem(UpgradeCut, "See the proxy's log. Something between here and the server may not let WebSockets pass.", "A request for a WebSocket at %s gets no answer: %s.", path, reason(err))
		return
	}
	switch status := shake.status; {
	case status == http.StatusSwitchingProtocols:
		x.problem(UpgradeUnproven, "Have the proxy pass the upgrade on to the server instead of answering it, and switch caches off for this path.", "The answer at %s is 101, but not one to the request that was made.", path)
	case status == http.StatusOK:
		x.problem(UpgradeDropped, dropped, "The upgrade at %s is answered with a page (200): the request arrives as an ordinary one.", path)
	case status == http.StatusUpgradeRequired, status == http.StatusBadRequest:
		x.problem(UpgradeDropped, dropped, "The upgrade at %s does not arrive as one: %d, %q.", path, status, shake.excerpt())
	case status == http.StatusMisdirectedRequest && strings.Contains(shake.body, allowsHosts):
		x.problem(HostRefused, hostRemedy, "The server does not go by the name that the upgrade at %s arrives with: %q.", path, shake.excerpt())
	case status == http.StatusForbidden && strings.Contains(shake.body, "--allowed-origin"):
		x.problem(OriginRefused, "Allow it with --allowed-origin, and have the proxy keep the Host header.", "The server refuses the Origin %s.", x.target.origin())
	case status == http.StatusForbidden, status == http.StatusUnauthorized, status == http.StatusProxyAuthRequired:
		x.problem(UpgradeForbidden, "Let this path in: browsers cannot send a password along with a WebSocket.", "The proxy keeps WebSockets out at %s: %s.", path, shake.words())
	case status == http.StatusNotFound:
		x.problem(UpgradeNotFound, "Pass "+path+" on to the server: by the path alone if the server has no --base-path, with all before it if it has.", "There is nothing at %s: %d, %q.", path, status, shake.excerpt())
	case status/100 == 3:
		x.problem(UpgradeRedirected, "Answer upgrades here: WebSockets follow no redirects.", "The upgrade at %s is redirected to %s.", path, shake.header.Get("Location"))
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && shake.header.Get("Retry-After") != "":
		x.problem(UpgradeLimited, "Try again later. If it stays so, raise the limit that the answer speaks of.", "The server takes no more connections for now: %d, %q.", status, shake.excerpt())
	case status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		x.problem(BackendDown, backendRemedy, "The proxy does not reach the server for WebSockets: %s.", shake.words())
	default:
		x.problem(UpgradeRefused, "See the logs of proxy and server.", "The upgrade at %s is refused: %s, %q.", path, shake.words(), shake.excerpt())
	}
}
