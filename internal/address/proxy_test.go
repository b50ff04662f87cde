package address

import (
	"net/netip"
	"strings"
	"testing"
)

func TestParseProxyAccepts(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.1":           "192.0.2.1/32",
		" 192.0.2.1\n":        "192.0.2.1/32",
		"10.0.0.0/8":          "10.0.0.0/8",
		"0.0.0.0/1":           "0.0.0.0/1",
		"2001:DB8::1":         "2001:db8::1/128",
		"2001:db8::/32":       "2001:db8::/32",
		"::ffff:192.0.2.1":    "192.0.2.1/32",
		"::ffff:10.0.0.0/104": "10.0.0.0/8",
		"Loopback":            "127.0.0.0/8 ::1/128",
		"private":             "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7",
		"UNIX":                "unix",
	} {
		p, err := ParseProxy(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := spelled(p); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
		if p.String() != strings.ToLower(strings.TrimSpace(text)) {
			t.Errorf("%q: String() = %q", text, p)
		}
		if again, err := ParseProxy(p.String()); err != nil || spelled(again) != want {
			t.Errorf("%q: read again %v, %v", text, again, err)
		}
	}
}

// spelled is all that a proxy stands for.
func spelled(p Proxy) string {
	var words []string
	for _, prefix := range p.prefixes {
		words = append(words, prefix.String())
	}
	if p.unix {
		words = append(words, "unix")
	}
	return strings.Join(words, " ")
}

func TestParseProxyRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "must be an address",
		"localhost":           "must be an address",
		"proxy.example":       "must be an address",
		"10.0.0.0/33":         "must be an address",
		"10.0.0/8":            "must be an address",
		"10.0.0.0/8,::1":      "must be an address",
		"10.0.0.1:80":         "must be an address",
		"[::1]":               "must be an address",
		"fe80::%eth0/64":      "without its zone",
		"fe80::1%eth0":        "without its zone",
		"10.0.0.5/8":          "write 10.0.0.0/8 for the network, or 10.0.0.5 for the address",
		"::ffff:10.0.0.5/104": "write 10.0.0.0/8 for the network",
		"2001:db8::1/32":      "write 2001:db8::/32 for the network",
		"0.0.0.0/0":           "every client",
		"::/0":                "every client",
		"10.0.0.0/0":          "every client",
		"::ffff:0:0/96":       "every client",
	} {
		p, err := ParseProxy(text)
		if err == nil {
			t.Errorf("%q: accepted as %s", text, spelled(p))
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestUnmarshalTextKeepsTheOldValue(t *testing.T) {
	var p Proxy
	if err := p.UnmarshalText([]byte("10.0.0.0/8")); err != nil || spelled(p) != "10.0.0.0/8" {
		t.Fatalf("got %s, %v", spelled(p), err)
	}
	if err := p.UnmarshalText([]byte("x")); err == nil || spelled(p) != "10.0.0.0/8" {
		t.Errorf("a bad text made it %s, %v", spelled(p), err)
	}
}

func TestGroup(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.1":            "192.0.2.1/32",
		"::ffff:192.0.2.1":     "192.0.2.1/32",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::":  "2001:db8:1:2::/64",
		"2001:db8:1:3::":       "2001:db8:1:3::/64",
		"fe80::1%eth0":         "fe80::/64",
		"::1":                  "::/64",
	} {
		if got := Group(netip.MustParseAddr(addr)); got.String() != want {
			t.Errorf("%s: got %s, want %s", addr, got, want)
		}
	}
	if got := Group(netip.Addr{}); got != (netip.Prefix{}) {
		t.Errorf("no address: got %s", got)
	}
}
