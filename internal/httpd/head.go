package httpd

import (
	"net/http"
	"strconv"
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/logflood"
)

// headSlack is how many times larger a head may be for it to be read, and then be refused with a word to the client and
// in the log. What is larger still net/http refuses by itself, and lets nobody know.
const headSlack = 2

// complaintInterval is the least time between two lines in the log on requests with a head that is too large.
const complaintInterval = time.Minute

// heads refuses requests whose head is too large.
type heads struct {
	most int // bytes, 0 for what net/http takes; static
	log  zerolog.Logger
	next http.Handler
}

func newHeads(most int, log zerolog.Logger, next http.Handler) *heads {
	return &heads{most: most, log: logflood.Seldom(log, complaintInterval), next: next}
}

// ServeHTTP is http.Handler.
func (h *heads) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	size := headBytes(r)
	if h.most == 0 || size <= h.most {
		h.next.ServeHTTP(w, r)
		return
	}
	h.log.Warn().Str("remote", r.RemoteAddr).Int("bytes", size).Int("most", h.most).
		Msg("a request's headers are too large and it was refused: if they are meant to be so large, such as by a cookie, raise --max-header-bytes")
	w.Header().Set("Connection", "close") // as net/http does with heads that are larger still
	setSecurityHeaders(w.Header(), "/")
	writeText(w, r, http.StatusRequestHeaderFieldsTooLarge, "431: the headers, cookies included, are "+strconv.Itoa(size)+
		" bytes: "+strconv.Itoa(h.most)+" are taken, which the operator can raise with --max-header-bytes")
}

// headBytes is about how long the head of a request was.
func headBytes(r *http.Request) int {
	const (
		line  = len("  HTTP/1.1\r\n") + len("\r\n") // around method and target, and at the end
		field = len(": \r\n")                       // around name and value
	)
	size := line + len(r.Method) + len(r.RequestURI) + len("Host") + len(r.Host) + field
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value) + field
		}
	}
	return size
}
