package requestid

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func request(id string) *http.Request {
	r := &http.Request{Header: http.Header{}}
	if id != "" {
		r.Header.Set("X-Request-ID", id)
	}
	return r
}

func always(is bool) func(*http.Request) bool { return func(*http.Request) bool { return is } }

func TestEveryRequestHasANameOfItsOwn(t *testing.T) {
	a, b := New(always(true)), New(always(true))
	seen := map[string]bool{}
	for range 100 {
		for _, s := range []*Source{a, b} {
			id := s.Of(request(""))
			if !regexp.MustCompile(`^[a-z2-7]{6}-[0-9a-z]+$`).MatchString(id) || seen[id] {
				t.Fatalf("%q, seen before: %v", id, seen[id])
			}
			seen[id] = true
		}
	}
}

func TestTheNameThatAProxyGave(t *testing.T) {
	for id, kept := range map[string]bool{
		"7f3b-22": true, strings.Repeat("x", 64): true, "!~": true,
		strings.Repeat("x", 65): false, "a b": false, "b\u00fc": false, "a\x7f": false, "a\nb": false,
	} {
		if got := New(always(true)).Of(request(id)); (got == id) != kept {
			t.Errorf("%q became %q", id, got)
		}
		if got := New(always(false)).Of(request(id)); got == id {
			t.Errorf("%q was believed of anybody", id)
		}
	}
}
