package doctor

import (
	"slices"
	"testing"
)

func TestParseTarget(t *testing.T) {
	for text, want := range map[string]struct {
		url     string
		assumed int
		sockets bool
	}{
		"https://example.org/":              {"https://example.org/", 0, false},
		"https://example.org":               {"https://example.org/", 0, false},
		"https://Example.ORG:443/chat/":     {"https://example.org/chat/", 0, false},
		"https://example.org:8443/chat":     {"https://example.org:8443/chat/", 1, false},
		"http://example.org:80/a/b/?room=x": {"http://example.org/a/b/", 1, false},
		"wss://example.org/chat/ws":         {"https://example.org/chat/", 1, true},
		"ws://127.0.0.1:9000/":              {"http://127.0.0.1:9000/", 0, true},
		"example.org":                       {"https://example.org/", 1, false},
		"example.org/chat":                  {"https://example.org/chat/", 2, false},
		"example.org:8443":                  {"https://example.org:8443/", 1, false},
		"example.org:9000":                  {"http://example.org:9000/", 1, false},
		"localhost":                         {"http://localhost/", 1, false},
		"127.0.0.1":                         {"http://127.0.0.1/", 1, false},
		"[::1]:9000":                        {"http://[::1]:9000/", 1, false},
		" [::1] ":                           {"http://[::1]/", 1, false},
		"192.0.2.1":                         {"https://192.0.2.1/", 1, false},
	} {
		got, err := parseTarget(text)
		if err != nil || got.String() != want.url || len(got.assumed) != want.assumed || got.sockets != want.sockets {
			t.Errorf("%q: %v %q %v, %v", text, got, got.assumed, got.sockets, err)
		}
	}
}

func TestRecognize(t *testing.T) {
	header := func(name, value string) answer { return answer{header: map[string][]string{name: {value}}} }
	for want, answers := range map[product][]answer{
		nginx:   {header("Server", "nginx/1.22.1"), header("Server", "openresty"), {body: "<html>\r\n<center>nginx</center>"}},
		apache:  {header("Server", "Apache/2.4.62 (Debian)"), {body: "<hr>\n<address>Apache Server</address>"}},
		caddy:   {header("Server", "Caddy"), header("Via", "1.1 Caddy")},
		haproxy: {{body: "<html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.\n</body></html>\n"}},
		"":      {header("Server", "cloudflare"), {body: "<html><body>hello"}, {}},
	} {
		for _, a := range answers {
			if got := recognize(a); got != want {
				t.Errorf("%v: %q, want %q", a, got, want)
			}
		}
	}
}

func TestClean(t *testing.T) {
	if got := clean("a\x1b[2Jb\nc\u202ed\u009be"); got != "a [2Jb c d e" {
		t.Errorf("%q", got)
	}
}

// Every stage that a check may lack has words of its own.
func TestStages(t *testing.T) {
	var all []string
	for s := reached; s <= admitted; s++ {
		if text := s.lacking(); slices.Contains(all, text) {
			t.Errorf("%q twice", text)
		} else {
			all = append(all, text)
		}
	}
}
