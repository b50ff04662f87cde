package turn

import (
	"net/netip"
	"testing"
)

func TestSettings(t *testing.T) {
	addrs := func(texts ...string) (all []netip.Addr) {
		for _, text := range texts {
			all = append(all, netip.MustParseAddr(text))
		}
		return all
	}
	for name, c := range map[string]struct {
		change func(*Settings)
		ok     bool
	}{
		"as they are":     {func(*Settings) {}, true},
		"both families":   {func(s *Settings) { s.PublicIPs = addrs("192.0.2.1", "2001:db8::1") }, true},
		"one port":        {func(s *Settings) { s.MinPort = s.MaxPort }, true},
		"no realm":        {func(s *Settings) { s.Realm = "" }, false},
		"no secret":       {func(s *Settings) { s.Secrets = nil }, false},
		"no address":      {func(s *Settings) { s.PublicIPs = nil }, false},
		"any address":     {func(s *Settings) { s.PublicIPs = addrs("0.0.0.0") }, false},
		"two of a family": {func(s *Settings) { s.PublicIPs = addrs("192.0.2.1", "192.0.2.2") }, false},
		"two, one mapped": {func(s *Settings) { s.PublicIPs = addrs("192.0.2.1", "::ffff:192.0.2.2") }, false},
		"no port":         {func(s *Settings) { s.MinPort, s.MaxPort = 0, 0 }, false},
		"an empty range":  {func(s *Settings) { s.MinPort, s.MaxPort = 2, 1 }, false},
	} {
		s := Settings{Realm: "x", Secrets: []string{"x"}, PublicIPs: addrs("192.0.2.1"), MinPort: 1, MaxPort: 65535}
		c.change(&s)
		if err := s.Validate(); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
