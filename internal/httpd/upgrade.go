package httpd

import (
	"net/http"

	"beckon/internal/header"
)

// isUpgrade tells whether a request asks for a WebSocket (RFC 6455, section 4.1). Whether it
// asks correctly is for the WebSocket handler to judge.
func isUpgrade(r *http.Request) bool {
	return header.HasToken(r.Header["Connection"], "upgrade") && header.HasToken(r.Header["Upgrade"], "websocket")
}

// isMangledUpgrade tells whether a request was a client's attempt at a WebSocket and lost
// its hop-by-hop headers in a proxy that was not told to pass them on.
func isMangledUpgrade(r *http.Request) bool {
	return r.Header.Get("Sec-Websocket-Key") != ""
}

// serveUpgradeRequired tells whoever comes without an upgrade what this address is for.
func serveUpgradeRequired(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Upgrade", "websocket")
	w.Header().Add("Connection", "Upgrade") // there may be a close
	text := "426: this address speaks WebSocket, connect to it with a WebSocket client"
	if isMangledUpgrade(r) {
		text = "426: " + lostHeaders(r) + ", a proxy on the way must pass them on"
	}
	writeText(w, r, http.StatusUpgradeRequired, text)
}

// lostHeaders names what a mangled upgrade lacks.
func lostHeaders(r *http.Request) string {
	switch {
	case header.HasToken(r.Header["Upgrade"], "websocket"):
		return "the Connection header does not hold Upgrade"
	case header.HasToken(r.Header["Connection"], "upgrade"):
		return "the Upgrade header does not hold websocket"
	}
	return "the Upgrade and Connection headers are missing"
}
