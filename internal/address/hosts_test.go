package address

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"
)

// from is a request for a host from an address, with headers as name, value, name, value.
func from(remote, host string, headers ...string) *http.Request {
	r := &http.Request{RemoteAddr: remote, Host: host, Header: http.Header{}}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return r
}

func TestHosts(t *testing.T) {
	const client, proxy = "203.0.113.7:4711", "10.0.0.1:4711"
	trusted, err := ParseProxy("10.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	overTLS := func(r *http.Request) *http.Request { r.TLS = new(tls.ConnectionState); return r }
	certified := func(host string) bool { return host == "cert.example" }
	for name, test := range map[string]struct {
		named []string
		owns  func(string) bool
		req   *http.Request
		ok    bool
	}{
		"nothing is known":              {nil, nil, from(client, "evil.example"), true},
		"the name":                      {[]string{"chat.example"}, nil, from(client, "chat.example"), true},
		"the name, with a port":         {[]string{"chat.example"}, nil, from(client, "chat.example:9000"), true},
		"the name, written otherwise":   {[]string{"chat.example"}, nil, from(client, "Chat.Example.:9000"), true},
		"another name":                  {[]string{"chat.example"}, nil, from(client, "evil.example"), false},
		"a name below":                  {[]string{"chat.example"}, nil, from(client, "a.chat.example"), false},
		"a name of the family":          {[]string{"*.chat.example"}, nil, from(client, "a.chat.example"), true},
		"a name below the family":       {[]string{"*.chat.example"}, nil, from(client, "a.b.chat.example"), false},
		"the family's own":              {[]string{"*.chat.example"}, nil, from(client, "chat.example"), false},
		"an address":                    {[]string{"chat.example"}, nil, from(client, "10.1.2.3:9000"), true},
		"an IPv6 address":               {[]string{"chat.example"}, nil, from(client, "[fe80::1]:9000"), true},
		"an IPv6 address, no port":      {[]string{"chat.example"}, nil, from(client, "[::1]"), true},
		"a name that looks like one":    {[]string{"chat.example"}, nil, from(client, "10.1.2.3.evil.example"), false},
		"localhost":                     {[]string{"chat.example"}, nil, from(client, "localhost:9000"), true},
		"a name below localhost":        {[]string{"chat.example"}, nil, from(client, "a.localhost"), true},
		"not localhost":                 {[]string{"chat.example"}, nil, from(client, "localhost.evil.example"), false},
		"no Host":                       {[]string{"chat.example"}, nil, from(client, ""), true},
		"a Unix socket, localhost":      {[]string{"chat.example"}, nil, from("@", "localhost"), true},
		"a Unix socket, another":        {[]string{"chat.example"}, nil, from("@", "evil.example"), false},
		"certified":                     {nil, certified, overTLS(from(client, "cert.example")), true},
		"not certified":                 {nil, certified, overTLS(from(client, "evil.example")), false},
		"not certified, named":          {[]string{"chat.example"}, certified, overTLS(from(client, "chat.example")), true},
		"certified, others named":       {[]string{"chat.example"}, certified, overTLS(from(client, "cert.example")), true},
		"without TLS":                   {nil, certified, from(client, "chat.example"), true},
		"a proxy's TLS":                 {nil, certified, overTLS(from(proxy, "chat.example")), true},
		"forwarded":                     {[]string{"chat.example"}, nil, from(proxy, "backend", "X-Forwarded-Host", "chat.example"), true},
		"forwarded, another":            {[]string{"backend"}, nil, from(proxy, "backend", "X-Forwarded-Host", "evil.example"), false},
		"forwarded by nobody":           {[]string{"chat.example"}, nil, from(client, "evil.example", "X-Forwarded-Host", "chat.example"), false},
		"a trusted proxy that keeps it": {[]string{"chat.example"}, nil, from(proxy, "evil.example"), false},
	} {
		h := NewHosts(New([]Proxy{trusted}), test.named)
		if test.owns != nil {
			h.Certify(test.owns)
		}
		if err := h.Check(test.req); (err == nil) != test.ok {
			t.Errorf("%s: %v, want ok: %v", name, err, test.ok)
		}
	}
}

// What the refusal names is what lets the host in, and nothing odd is repeated.
func TestARefusedHostIsToldWhatWouldAllowIt(t *testing.T) {
	h := NewHosts(New(nil), []string{"chat.example"})
	if err := h.Check(from("203.0.113.7:1", "Evil.Example:9000")); err == nil || !strings.HasSuffix(err.Error(), " --allowed-host evil.example") {
		t.Error(err)
	}
	h.Allow([]string{"evil.example"})
	if err := h.Check(from("203.0.113.7:1", "Evil.Example:9000")); err != nil {
		t.Error(err)
	}
	for _, odd := range []string{"$(reboot).example", strings.Repeat("a.", 500) + "example"} {
		if err := h.Check(from("203.0.113.7:1", odd)); err == nil || strings.Contains(err.Error(), "example") || len(err.Error()) > 200 {
			t.Errorf("%s is refused with %v", odd, err)
		}
	}
}
