package peeraddr

import (
	"net/netip"
	"strings"
	"testing"
)

// refused has an address at each end of every range.
const refused = `
0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255 169.254.0.0
169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.170 192.0.0.255 192.0.2.0 192.0.2.255
192.31.196.1 192.52.193.1 192.88.99.0 192.88.99.255 192.168.0.0 192.168.255.255 192.175.48.1 198.18.0.0 198.19.255.255
198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255 224.0.0.1 239.255.255.255 240.0.0.0 255.255.255.254 255.255.255.255
:: ::1 ::2 ::8.8.8.8 ::10.0.0.1 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:0:10.0.0.1
64:ff9b::8.8.8.8 64:ff9b::10.0.0.1 64:ff9b::127.0.0.1 64:ff9b:1::8.8.8.8 64:ff9b:1:a00:0:100:: 100::1 100:0:0:1::1 200::1
1fff:ffff::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:1::1 2001:2::1 2001:3::1 2001:4:112::1 2001:20::1 2001:30::1
2001:1ff:ffff::1 2001:db8::1 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff 2002:808:808::1 2002:a00:1::1 2002:7f00:1::1
2620:4f:8000::1 2620:4f:8000:ffff::1 3fff::1 3fff:fff:ffff::1 4000::1 5f00::1 fc00::1 fd12:3456::1 fdff:ffff::1 fe80::1
fe80::1%eth0 febf::1 fec0::1 ff02::1 ff0e::1 ffff::1
2606:4700::5efe:10.0.0.1 2606:4700::200:5efe:127.0.0.1 2606:4700:1:2:0:5efe:169.254.169.254
`

const allowed = `
1.0.0.1 1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255
169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.88.98.1 192.167.255.255 192.169.0.0
198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255 ::ffff:8.8.8.8
2001:200::1 2001:db7:ffff::1 2001:db9::1 2001:4860:4860::8888 2003::1 2606:4700:4700::1111 2620:4f:7fff::1 2620:4f:8001::1
2a00:1450::1 3ffe::1 3fff:1000::1 2606:4700::5efe:8.8.8.8 2606:4700::5eff:10.0.0.1
`

func TestSpecialAddressesAreRefused(t *testing.T) {
	p := New(nil)
	for _, text := range strings.Fields(refused) {
		if p.Allows(netip.MustParseAddr(text)) {
			t.Errorf("%s is allowed", text)
		}
	}
	for _, text := range strings.Fields(allowed) {
		if !p.Allows(netip.MustParseAddr(text)) {
			t.Errorf("%s is refused", text)
		}
	}
	if p.Allows(netip.Addr{}) {
		t.Error("no address at all is allowed")
	}
}

// What is not routed must be refused however an IPv6 address wraps it, also where its wrapping has been opened.
func TestWrappedAddressesAreRefused(t *testing.T) {
	open := New(prefixes("::/0 64:ff9b::/96 64:ff9b:1::/48 2002::/16 2001::/32 ::/96"))
	for _, text := range strings.Fields(refused) {
		inner := netip.MustParseAddr(text)
		if !inner.Is4() {
			continue
		}
		for name, outer := range wrapped(inner.As4()) {
			if open.Allows(outer) {
				t.Errorf("%s is allowed as %s: %s", inner, name, outer)
			}
		}
	}
	for name, outer := range wrapped([4]byte{8, 8, 8, 8}) {
		if !open.Allows(outer) {
			t.Errorf("8.8.8.8 is refused as %s, which was opened: %s", name, outer)
		}
	}
}

// wrapped is an IPv4 address in every way to write it as IPv6.
func wrapped(a [4]byte) map[string]netip.Addr {
	tail := func(head ...byte) netip.Addr {
		var b [16]byte
		copy(b[:], head)
		copy(b[12:], a[:])
		return netip.AddrFrom16(b)
	}
	public := []byte{8, 8, 8, 8}
	teredo := [16]byte{0x20, 0x01, 0, 0, 8, 8, 8, 8, 12: ^a[0], ^a[1], ^a[2], ^a[3]}
	server := [16]byte{0x20, 0x01, 0, 0, a[0], a[1], a[2], a[3], 12: ^public[0], ^public[1], ^public[2], ^public[3]}
	return map[string]netip.Addr{
		"IPv4-mapped":     tail(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff),
		"IPv4-compatible": tail(),
		"NAT64":           tail(0, 0x64, 0xff, 0x9b),
		"local NAT64":     tail(0, 0x64, 0xff, 0x9b, 0, 1),
		"6to4":            netip.AddrFrom16([16]byte{0x20, 0x02, a[0], a[1], a[2], a[3], 15: 1}),
		"Teredo client":   netip.AddrFrom16(teredo),
		"Teredo server":   netip.AddrFrom16(server),
		"ISATAP":          tail(0x26, 0x06, 0x47, 0, 0, 0, 0, 0, 0, 0, 0x5e, 0xfe),
		"global ISATAP":   tail(0x26, 0x06, 0x47, 0, 0, 0, 0, 0, 2, 0, 0x5e, 0xfe),
	}
}

func TestNetworksAreOpened(t *testing.T) {
	for _, c := range []struct {
		opened, addr string
		want         bool
	}{
		{"10.0.0.0/8", "10.1.2.3", true},
		{"10.0.0.0/8", "::ffff:10.1.2.3", true},
		{"10.0.0.0/8", "11.0.0.1", true},
		{"10.0.0.0/8", "192.168.0.1", false},
		{"10.0.0.0/8", "64:ff9b::10.1.2.3", false}, // the translator's range was not opened
		{"10.0.0.0/8 64:ff9b::/96", "64:ff9b::10.1.2.3", true},
		{"::ffff:10.0.0.0/104", "10.1.2.3", true},
		{"10.9.9.9/8", "10.1.2.3", true},
		{"fd00::/8", "fd00::1", true},
		{"0.0.0.0/0", "192.168.0.1", true},
		{"0.0.0.0/0", "127.0.0.1", false},
		{"0.0.0.0/0", "0.0.0.0", false},
		{"0.0.0.0/0", "169.254.169.254", false},
		{"0.0.0.0/0", "224.0.0.1", false},
		{"0.0.0.0/0", "255.255.255.255", false},
		{"169.0.0.0/8", "169.254.169.254", false},
		{"169.254.0.0/16", "169.254.169.254", true},
		{"169.254.169.254/32", "169.254.169.254", true},
		{"127.0.0.0/8", "127.0.0.1", true},
		{"127.0.0.0/8", "::ffff:127.0.0.1", true},
		{"::/0", "::1", false},
		{"::/0", "fe80::1", false},
		{"::/0", "ff02::1", false},
		{"::/0", "fd00::1", true},
		{"::1/128", "::1", true},
		{"fe80::/10", "fe80::1%eth0", true},
		{"ff0e::/16", "ff0e::1", true},
	} {
		if got := New(prefixes(c.opened)).Allows(netip.MustParseAddr(c.addr)); got != c.want {
			t.Errorf("with %s opened, %s: %v", c.opened, c.addr, got)
		}
	}
}

func TestOwnAddressesAreOpenedByThemselves(t *testing.T) {
	own := []netip.Addr{netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("2606:4700::1%eth0")}
	for _, c := range []struct {
		opened, addr string
		want         bool
	}{
		{"", "8.8.8.8", false},
		{"", "8.8.4.4", true},
		{"", "2606:4700::1", false},
		{"", "::ffff:8.8.8.8", false},
		{"0.0.0.0/0", "8.8.8.8", false},
		{"10.0.0.0/8", "10.0.0.1", false},
		{"10.0.0.0/8", "10.0.0.2", true},
		{"10.0.0.1/32", "10.0.0.1", true},
		{"8.8.8.8/32", "8.8.8.8", true},
		{"2606:4700::1/128", "2606:4700::1", true},
		{"64:ff9b::/96", "64:ff9b::8.8.8.8", false},
	} {
		p := New(prefixes(c.opened))
		p.SetOwn(own)
		if got := p.Allows(netip.MustParseAddr(c.addr)); got != c.want {
			t.Errorf("with %q opened, our own %s: %v", c.opened, c.addr, got)
		}
	}
}

func prefixes(text string) []netip.Prefix {
	var all []netip.Prefix
	for _, p := range strings.Fields(text) {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}
