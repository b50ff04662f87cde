package address

import (
	"net/http"
	"strings"
)

// Origin returns scheme and host as the client sees them: the scheme is http or https, the host is a Host header
// (RFC 9110, section 7.2), with the port if the client gave one, in the case that it was written in.
//
// They are the request's own, unless it came through trusted proxies that say otherwise in X-Forwarded-Proto and
// X-Forwarded-Host. A proxy may replace these headers or add a value to what is there; so behind n proxies the
// n-th value from the right is the one that the client's own proxy wrote, or the first where there are fewer.
func (r *Resolver) Origin(req *http.Request) (scheme, host string) {
	scheme, host = "http", req.Host
	if req.TLS != nil {
		scheme = "https"
	}
	_, proxies := r.walk(req)
	if proxies == 0 {
		return scheme, host
	}
	switch strings.ToLower(fromRightAt(req.Header[forwardedProto], proxies)) {
	case "https", "wss": // some proxies name the WebSocket's scheme
		scheme = "https"
	case "http", "ws":
		scheme = "http"
	}
	if forwarded := fromRightAt(req.Header[forwardedHost], proxies); isHost(forwarded) {
		host = forwarded
	}
	return scheme, host
}

// fromRightAt is the n-th item from the right, counted from 1, or the first where there are fewer.
func fromRightAt(lines []string, n int) (found string) {
	for item := range fromRight(lines) {
		found = item
		if n--; n == 0 {
			break
		}
	}
	return found
}

// isHost tells whether s can pass for a Host header: no more than a look at the characters, since it is compared
// and shown, never connected to.
func isHost(s string) bool {
	for _, c := range []byte(s) {
		letterOrDigit := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if !letterOrDigit && !strings.ContainsRune("-._:[]", rune(c)) {
			return false
		}
	}
	return s != ""
}
