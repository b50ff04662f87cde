package httpd

import (
	"io"
	"net/http"
	"testing"
)

func TestProbes(t *testing.T) {
	for _, base := range []string{"", "/chat"} {
		ready := true
		site := newSite(t, func(o *Options) { o.BasePath, o.Ready = base, func() bool { return ready } })
		h := Probes(site, base, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "next "+r.URL.Path) }))
		for path, want := range map[string]string{
			"/healthz": "ok\n", "/readyz": "ready\n", base + "/healthz": "ok\n", base + "/readyz": "ready\n",
			"/": "next /", base + "/": "next " + base + "/", "/healthz/": "next /healthz/", "/index.html": "next /index.html",
		} {
			if w := do(h, "GET", path); w.Code != http.StatusOK || w.Body.String() != want {
				t.Errorf("base path %q, %s: %d %q", base, path, w.Code, w.Body)
			}
		}
		ready = false
		if w := do(h, "GET", "/readyz"); w.Code != http.StatusServiceUnavailable {
			t.Errorf("base path %q, draining: %d", base, w.Code)
		}
		if w := do(h, "POST", "/healthz"); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("base path %q, POST: %d", base, w.Code)
		}
	}
}
