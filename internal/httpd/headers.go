package httpd

import (
	"net/http"
	"strconv"
	"strings"
)

// contentSecurityPolicy lets the page use what comes from this server and nothing else: no
// inline code, no other hosts, no frames, no forms. connect-src 'self' covers ws: and wss:
// to the same origin in all current browsers; Safari before 15.4 needs the socket's origin
// spelt out, and does not run this page.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src 'self' data: blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// permissionsPolicy leaves camera, microphone and screen to the pages of this server, who ask the user first, and turns
// off what no page of it asks for.
const permissionsPolicy = "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()"

// libraryPath is where the client library is, which pages of other origins may import.
const libraryPath = "/lib/"

// setSecurityHeaders sets what every answer carries, errors included.
func setSecurityHeaders(h http.Header, path string) {
	h.Set("Content-Security-Policy", contentSecurityPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", permissionsPolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if strings.HasPrefix(path, libraryPath) {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		return
	}
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// writeText answers with one line of text that is not to be cached.
func writeText(w http.ResponseWriter, r *http.Request, status int, text string) {
	text += "\n"
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		// A client that has gone away needs no answer.
		_, _ = w.Write([]byte(text))
	}
}
