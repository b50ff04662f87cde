package httpd

import (
	"net/http"
	"strings"
)

// isUpgrade tells whether a request asks for a WebSocket (RFC 6455, section 4.1). Whether it
// asks correctly is for the WebSocket handler to judge.
func isUpgrade(r *http.Request) bool {
	return hasToken(r.Header["Connection"], "upgrade") && hasToken(r.Header["Upgrade"], "websocket")
}

// isMangledUpgrade tells whether a request was a client's attempt at a WebSocket and lost
// its hop-by-hop headers in a proxy that was not told to pass them on.
func isMangledUpgrade(r *http.Request) bool {
	return r.Header.Get("Sec-Websocket-Key") != ""
}

// hasToken tells whether the comma-separated lists in a header's lines hold a token, in any
// case (RFC 9110, section 5.6.1).
func hasToken(lines []string, token string) bool {
	for _, line := range lines {
		for item := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.Trim(item, " \t"), token) {
				return true
			}
		}
	}
	return false
}

// serveUpgradeRequired tells whoever comes without an upgrade what this address is for.
func serveUpgradeRequired(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Upgrade", "websocket")
	w.Header().Set("Connection", "Upgrade")
	text := "426: this address speaks WebSocket, connect to it with a WebSocket client"
	if isMangledUpgrade(r) {
		text = "426: " + lostHeaders(r) + ", a proxy on the way must pass them on"
	}
	writeText(w, r, http.StatusUpgradeRequired, text)
}

// lostHeaders names what a mangled upgrade lacks.
func lostHeaders(r *http.Request) string {
	switch {
	case hasToken(r.Header["Upgrade"], "websocket"):
		return "the Connection header does not hold Upgrade"
	case hasToken(r.Header["Connection"], "upgrade"):
		return "the Upgrade header does not hold websocket"
	}
	return "the Upgrade and Connection headers are missing"
}
