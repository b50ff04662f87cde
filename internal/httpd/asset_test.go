package httpd

import (
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

func TestGzip(t *testing.T) {
	h := newSite(t, nil)
	for accept, want := range map[string]bool{
		"":                      false,
		"gzip":                  true,
		"GZIP":                  true,
		"x-gzip":                true,
		"br, gzip;q=0.5, *;q=0": true,
		"gzip ; q=0.001":        true,
		"deflate,gzip":          true,
		"*":                     true,
		"*;q=0":                 false,
		"gzip;q=0":              false,
		"gzip;q=0, *":           false,
		"*, gzip;q=0.0":         false,
		"gzip;q=high":           false,
		"gzip;Q=1":              true,
		"br":                    false,
		"identity":              false,
		"not-gzip":              false,
	} {
		w := do(h, "GET", "/js/main.js", "Accept-Encoding", accept)
		got := w.Header().Get("Content-Encoding") == "gzip"
		if got != want || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: gzip %v, Vary %q", accept, got, w.Header().Get("Vary"))
		}
		body := io.Reader(w.Body)
		if got {
			if w.Body.Len() >= len(script) || w.Header().Get("Content-Length") != strconv.Itoa(w.Body.Len()) {
				t.Errorf("%d bytes, Content-Length %s", w.Body.Len(), w.Header().Get("Content-Length"))
			}
			unpacked, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			body = unpacked
		}
		if text, err := io.ReadAll(body); err != nil || string(text) != script {
			t.Errorf("Accept-Encoding %q: the body is %d bytes, %v", accept, len(text), err)
		}
	}
}

func TestSmallFilesAreNotCompressed(t *testing.T) {
	w := do(newSite(t, nil), "GET", "/css/base.css", "Accept-Encoding", "gzip")
	if w.Header().Get("Content-Encoding") != "" || w.Header().Get("Vary") != "" || w.Body.String() != "a{}" {
		t.Errorf("headers %v, body %q", w.Header(), w.Body)
	}
}

func TestEntityTags(t *testing.T) {
	h := newSite(t, nil)
	plain := do(h, "GET", "/js/main.js").Header().Get("Etag")
	packed := do(h, "GET", "/js/main.js", "Accept-Encoding", "gzip").Header().Get("Etag")
	if plain == packed || !isQuoted(plain) || !isQuoted(packed) {
		t.Fatalf("tags %s and %s", plain, packed)
	}
	if again := do(newSite(t, nil), "GET", "/js/main.js").Header().Get("Etag"); again != plain {
		t.Errorf("another start gives the tag %s, not %s", again, plain)
	}
	if other := do(h, "GET", "/").Header().Get("Etag"); other == plain {
		t.Error("two files have one tag")
	}
	for _, c := range []struct {
		ifNoneMatch []string
		want        int
	}{
		{nil, 200},
		{[]string{""}, 200},
		{[]string{plain}, 304},
		{[]string{"W/" + plain}, 304},
		{[]string{"*"}, 304},
		{[]string{" * "}, 304},
		{[]string{`"a", ` + plain}, 304},
		{[]string{`"a",W/"b" ,` + plain + `, "c"`}, 304},
		{[]string{`"with, comma", ` + plain}, 304},
		{[]string{`"a"`, plain}, 304},
		{[]string{packed}, 200},
		{[]string{`"a"`}, 200},
		{[]string{`"*"`}, 200},
		{[]string{strings.Trim(plain, `"`)}, 200},
		{[]string{`"`}, 200},
		{[]string{`W/`}, 200},
		{[]string{`,,,`}, 200},
	} {
		var headers []string
		for _, line := range c.ifNoneMatch {
			headers = append(headers, "If-None-Match", line)
		}
		w := do(h, "GET", "/js/main.js", headers...)
		if w.Code != c.want {
			t.Errorf("If-None-Match %q: %d, want %d", c.ifNoneMatch, w.Code, c.want)
		}
		if w.Header().Get("Etag") != plain || w.Header().Get("Cache-Control") != "no-cache" || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("If-None-Match %q: headers %v", c.ifNoneMatch, w.Header())
		}
		if w.Code == 304 && (w.Body.Len() != 0 || w.Header().Get("Content-Length") != "") {
			t.Errorf("If-None-Match %q: 304 with a body or its length", c.ifNoneMatch)
		}
	}
	if w := do(h, "GET", "/js/main.js", "Accept-Encoding", "gzip", "If-None-Match", packed); w.Code != 304 || w.Header().Get("Etag") != packed {
		t.Errorf("the compressed file again: %d %s", w.Code, w.Header().Get("Etag"))
	}
}

func isQuoted(tag string) bool {
	return len(tag) > 2 && strings.HasPrefix(tag, `"`) && strings.HasSuffix(tag, `"`)
}

func BenchmarkStatic(b *testing.B) {
	h := newSite(b, nil)
	tag := do(h, "GET", "/js/main.js").Header().Get("Etag")
	for what, headers := range map[string][]string{
		"plain": nil, "gzip": {"Accept-Encoding", "gzip, deflate, br"}, "unchanged": {"If-None-Match", tag},
	} {
		b.Run(what, func(b *testing.B) {
			r, err := http.NewRequest("GET", "http://beckon.example/js/main.js", nil)
			if err != nil {
				b.Fatal(err)
			}
			for i := 0; i < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			w := discardWriter{http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(w, r)
			}
		})
	}
}

type discardWriter struct{ header http.Header }

func (w discardWriter) Header() http.Header         { return w.header }
func (w discardWriter) Write(b []byte) (int, error) { return len(b), nil }
func (w discardWriter) WriteHeader(int)             {}
