// Package requestid names requests, so that in a log the lines of one can be told from the others, and found
// again in the log of a proxy in front.
package requestid

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
)

const (
	header  = "X-Request-Id"
	longest = 64
)

// Source names requests. It is safe for concurrent use.
type Source struct {
	trusts func(*http.Request) bool // static
	prefix string                   // tells this process from others; static
	count  atomic.Uint64
}

// New returns a source that keeps the name that a request brings along in X-Request-Id where trusts says that
// it came from a proxy.
func New(trusts func(*http.Request) bool) *Source {
	const enough = 6
	return &Source{trusts: trusts, prefix: strings.ToLower(rand.Text()[:enough]) + "-"}
}

// Of names a request: each call a new name, unless a proxy has given it one of at most 64 printable ASCII
// characters without spaces.
func (s *Source) Of(r *http.Request) string {
	if given := r.Header.Get(header); isName(given) && s.trusts(r) {
		return given
	}
	const base = 36
	return s.prefix + strconv.FormatUint(s.count.Add(1), base)
}

func isName(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return s != "" && len(s) <= longest
}
