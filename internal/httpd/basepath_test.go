package httpd

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

func TestBasePath(t *testing.T) {
	upgraded := ""
	h, err := New(Options{
		Files:     fstest.MapFS{"index.html": {Data: []byte("page")}},
		WebSocket: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { upgraded = r.URL.Path }),
		Ready:     func() bool { return true },
		BasePath:  "/a/chat",
		Requests:  numbered{},
	})
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		status   int
		location string
	}{
		"/a/chat/":           {200, ""},
		"/a/chat/healthz":    {200, ""},
		"/a/chat":            {308, "/a/chat/"},
		"/a/chat?room=den":   {308, "/a/chat/?room=den"},
		"/a/chat/nothing":    {404, ""},
		"/a/chatter/":        {404, ""},
		"//a/chat":           {308, "/a/chat/"},
		"/a/chat//healthz":   {200, ""},
		"//a/chat//healthz":  {200, ""},
		"/":                  {404, ""},
		"/healthz":           {404, ""},
		"/a/chat//evil.test": {404, ""},
	}
	for path, want := range tests {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != want.status || w.Header().Get("Location") != want.location {
			t.Errorf("%s: got %d %q", path, w.Code, w.Header().Get("Location"))
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: no security headers", path)
		}
	}
	for path, want := range map[string]string{
		"/a/chat/": "/", "/a/chat/ws": "/ws", "/a/chat": "/", "/a/chat?x=1": "/", "//a/chat/ws": "/ws", "/a/chat//ws": "/ws", "/a/chat///": "/",
		"/a/chatter": "", "/a/chat/ws/": "",
	} {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Connection", "Upgrade")
		r.Header.Set("Upgrade", "websocket")
		h.ServeHTTP(httptest.NewRecorder(), r)
		if upgraded != want {
			t.Errorf("%s: upgraded %q", path, upgraded)
		}
		upgraded = ""
	}
}
