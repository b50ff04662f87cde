package wsconn

import "testing"

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
