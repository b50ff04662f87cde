package address

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// Proxy is one entry in the list of trusted proxies, as the operator writes it. The zero Proxy is nobody.
type Proxy struct {
	text     string
	prefixes []netip.Prefix // IPv4 as IPv4
	unix     bool
}

// ParseProxy reads one entry:
//
//	192.0.2.1, 2001:db8::1          an address
//	10.0.0.0/8, 2001:db8::/32       a network
//	loopback                        127.0.0.0/8 and ::1
//	private                         10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and fc00::/7 (RFC 1918, RFC 4193)
//	unix                            whoever connects through the server's own Unix socket
//
// Everybody in a trusted network can claim any address, so name no more than what the proxies have: private is
// for networks, such as those between containers, where nobody but a proxy can reach the server.
func ParseProxy(s string) (Proxy, error) {
	p := Proxy{text: strings.ToLower(strings.TrimSpace(s))}
	switch p.text {
	case "loopback":
		p.prefixes = networks("127.0.0.0/8", "::1/128")
	case "private":
		p.prefixes = networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
	case "unix":
		p.unix = true
	default:
		prefix, err := parseNetwork(p.text)
		if err != nil {
			return Proxy{}, fmt.Errorf("%q: %w", s, err)
		}
		p.prefixes = []netip.Prefix{prefix}
	}
	return p, nil
}

// String is the entry as it was written, in lower case.
func (p Proxy) String() string { return p.text }

// UnmarshalText is [ParseProxy]; after an error p is what it was.
func (p *Proxy) UnmarshalText(text []byte) error {
	parsed, err := ParseProxy(string(text))
	if err == nil {
		*p = parsed
	}
	return err
}

func networks(texts ...string) []netip.Prefix {
	prefixes := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		prefixes[i] = netip.MustParsePrefix(text)
	}
	return prefixes
}

// parseNetwork reads an address or a network.
func parseNetwork(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil {
		if addr.Zone() != "" {
			return netip.Prefix{}, errors.New("write the address without its zone, the part after %")
		}
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, errors.New("must be an address, a network such as 10.0.0.0/8, loopback, private or unix")
	}
	prefix = unmap(prefix)
	if prefix.Bits() == 0 {
		return netip.Prefix{}, errors.New("would let every client choose its address: name the network that the proxies are in")
	}
	if masked := prefix.Masked(); masked != prefix {
		return netip.Prefix{}, fmt.Errorf("is an address inside a network: write %s for the network, or %s for the address",
			masked, prefix.Addr())
	}
	return prefix, nil
}

// unmap makes a network of IPv4 addresses mapped into IPv6 one of IPv4 addresses. One that also holds others stays:
// nothing mapped is ever looked up.
func unmap(prefix netip.Prefix) netip.Prefix {
	const mapped = 96 // bits of ::ffff:0:0/96
	if prefix.Addr().Is4In6() && prefix.Bits() >= mapped {
		return netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-mapped)
	}
	return prefix
}
