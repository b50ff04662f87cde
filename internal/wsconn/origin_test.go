package wsconn

import (
	"strings"
	"testing"
)

func TestOrigins(t *testing.T) {
	o := newOrigins([]string{"https://app.example.org", "http://127.0.0.1:8080"})
	tests := map[string]struct {
		host    string
		origins []string
		ok      bool
	}{
		"none":                {"beckon.test", nil, true},
		"same":                {"beckon.test:9000", []string{"http://beckon.test:9000"}, true},
		"same, TLS at proxy":  {"beckon.test", []string{"https://beckon.test"}, true},
		"same, default port":  {"beckon.test:443", []string{"https://beckon.test"}, true},
		"same, other case":    {"Beckon.Test", []string{"http://beckon.tesT"}, true},
		"same, IPv6":          {"[::1]:9000", []string{"http://[::1]:9000"}, true},
		"other port":          {"beckon.test:9000", []string{"http://beckon.test:9001"}, false},
		"port of the scheme":  {"beckon.test:80", []string{"https://beckon.test"}, false},
		"other host":          {"beckon.test", []string{"https://evil.test"}, false},
		"suffix":              {"beckon.test", []string{"https://beckon.test.evil.test"}, false},
		"prefix":              {"beckon.test", []string{"https://evilbeckon.test"}, false},
		"user part":           {"beckon.test", []string{"https://beckon.test@evil.test"}, false},
		"path":                {"beckon.test", []string{"https://beckon.test/x"}, false},
		"null":                {"beckon.test", []string{"null"}, false},
		"empty":               {"beckon.test", []string{""}, false},
		"nonsense":            {"beckon.test", []string{"://"}, false},
		"allowed":             {"beckon.test", []string{"https://app.example.org"}, true},
		"allowed, with port":  {"beckon.test", []string{"https://app.example.org:443"}, true},
		"allowed, other port": {"beckon.test", []string{"https://app.example.org:444"}, false},
		"allowed, no TLS":     {"beckon.test", []string{"http://app.example.org"}, false},
		"allowed by address":  {"beckon.test", []string{"http://127.0.0.1:8080"}, true},
		"two":                 {"beckon.test", []string{"https://beckon.test", "https://evil.test"}, false},
		"own socket":          {"beckon.test:9000", []string{"ws://beckon.test:9000"}, true},
		"own socket, TLS":     {"beckon.test", []string{"wss://beckon.test"}, true},
		"socket of another":   {"beckon.test", []string{"wss://evil.test"}, false},
		"socket of a friend":  {"beckon.test", []string{"wss://app.example.org"}, true},
		"app":                 {"beckon.test", []string{"capacitor://localhost"}, false},
		"file":                {"beckon.test", []string{"file://"}, false},
		"family":              {"beckon.test", []string{"https://app.sub.example.org"}, false},
		"own, no host":        {"", []string{"file://"}, false},
		"two, other first":    {"beckon.test", []string{"https://evil.test", "https://beckon.test"}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if err := o.check(test.origins, "http", test.host); (err == nil) != test.ok {
				t.Errorf("got %v, want ok: %v", err, test.ok)
			}
		})
	}
}

func TestAPageWithoutTLSIsNotOfAnOriginWithIt(t *testing.T) {
	o := newOrigins(nil)
	if err := o.check([]string{"http://beckon.test"}, "https", "beckon.test:80"); err == nil {
		t.Error("http page, https server: accepted")
	}
	if err := o.check([]string{"https://beckon.test"}, "https", "beckon.test"); err != nil {
		t.Error(err)
	}
}

func TestOriginsOfTheWebAndOfApps(t *testing.T) {
	for _, test := range []struct {
		allowed, origin string
		ok              bool
	}{
		{"capacitor://localhost", "capacitor://localhost", true},
		{"capacitor://localhost", "ionic://localhost", false},
		{"tauri://localhost", "tauri://localhost", true},
		{"app://obsidian.md", "app://obsidian.md", true},
		{"chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb", "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb", true},
		{"chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb", "chrome-extension://gighmmpiobklfepjocnamgkkbiglidom", false},
		{"file://", "file://", true},
		{"file://", "null", false},
		{"null", "null", true},
		{"null", "file://", false},
		{"https://*.example.org", "https://pr-17.example.org", true},
		{"https://*.example.org", "wss://pr-17.example.org", true},
		{"https://*.example.org", "https://pr-17.example.org:443", true},
		{"https://*.example.org", "https://pr-17.example.org:8443", false},
		{"https://*.example.org", "http://pr-17.example.org", false},
		{"https://*.example.org", "https://example.org", false},
		{"https://*.example.org", "https://a.b.example.org", false},
		{"https://*.example.org", "https://a.evil-example.org", false},
		{"https://*.example.org", "https://a.example.org.evil.test", false},
		{"https://*.example.org:8443", "https://a.example.org:8443", true},
		{"*", "https://evil.test", true},
		{"*", "null", true},
		{"*", "nonsense", false},
	} {
		err := newOrigins([]string{test.allowed}).check([]string{test.origin}, "https", "beckon.test")
		if (err == nil) != test.ok {
			t.Errorf("%s with %s: %v, want ok: %v", test.origin, test.allowed, err, test.ok)
		}
	}
}

// Under TLS a client that is no browser names its own host with the scheme of its socket.
func TestASocketsSchemeUnderTLS(t *testing.T) {
	o := newOrigins(nil)
	for origin, ok := range map[string]bool{
		"wss://chat.example.org": true, "wss://chat.example.org:443": true, "https://chat.example.org": true,
		"ws://chat.example.org": false, "wss://evil.example": false, "wss://chat.example.org.evil.example": false,
	} {
		if err := o.check([]string{origin}, "https", "chat.example.org"); (err == nil) != ok {
			t.Errorf("%s: %v, want ok: %v", origin, err, ok)
		}
	}
}

// What the refusal names is what lets the origin in.
func TestARefusedOriginIsToldWhatWouldAllowIt(t *testing.T) {
	for sent, flag := range map[string]string{
		"https://Shop.Example": "https://shop.example", "http://shop.example:80": "http://shop.example", "wss://shop.example:8443": "https://shop.example:8443",
		"null": "null", "file://": "file://", "capacitor://localhost": "capacitor://localhost",
	} {
		err := newOrigins(nil).check([]string{sent}, "http", "beckon.test")
		if err == nil || !strings.HasSuffix(err.Error(), " --allowed-origin "+flag) {
			t.Errorf("%s is refused with %v", sent, err)
		}
		if err := newOrigins([]string{flag}).check([]string{sent}, "http", "beckon.test"); err != nil {
			t.Errorf("%s with --allowed-origin %s: %v", sent, flag, err)
		}
	}
	if err := newOrigins(nil).check([]string{"https://" + strings.Repeat("a", 5000)}, "http", "beckon.test"); err == nil || len(err.Error()) > 200 {
		t.Errorf("a very long origin is refused with %v", err)
	}
}

// A client cannot fill the log with its header.
func TestOriginsInTheLogAreBrief(t *testing.T) {
	if got := brief([]string{strings.Repeat("a", 5000), "b", "c"}); len(got) != 2 || len(got[0]) != longestOrigin || got[1] != "b" {
		t.Errorf("%d lines: %.400q", len(got), got)
	}
	if got := brief([]string{"https://a.example"}); len(got) != 1 || got[0] != "https://a.example" {
		t.Errorf("%q", got)
	}
	if got := brief(nil); len(got) != 0 {
		t.Errorf("%q", got)
	}
}
