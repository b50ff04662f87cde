package peeraddr

import "net/netip"

// Special tells whether an address is in one of IANA's special-purpose registries (RFC 6890), IPv4 or IPv6, whether
// routed or not, is multicast, or is IPv6 that is no global unicast (RFC 4291 section 2.4). It looks at no address
// within the address.
func Special(addr netip.Addr) bool {
	addr = plain(addr)
	if addr.Is4() {
		return special4(addr.As4())
	}
	return special6(addr.As16())
}

// special4 is the IANA IPv4 Special-Purpose Address Registry.
func special4(a [4]byte) bool {
	switch a[0] {
	case 0, 10, 127:
		return true
	case 100:
		return a[1]&0xc0 == 64 // 100.64.0.0/10, shared by a carrier's customers
	case 169:
		return a[1] == 254 // 169.254.0.0/16, link-local, with the metadata services of clouds
	case 172:
		return a[1]&0xf0 == 16 // 172.16.0.0/12
	case 192:
		return special192(a)
	case 198:
		return a[1]&0xfe == 18 || a[1] == 51 && a[2] == 100 // 198.18.0.0/15, benchmarks; 198.51.100.0/24, examples
	case 203:
		return a[1] == 0 && a[2] == 113 // 203.0.113.0/24, examples
	}
	return a[0] >= 224 // multicast, reserved, broadcast
}

// special192 is the part of the registry that begins with 192.
func special192(a [4]byte) bool {
	switch a[1] {
	case 0:
		return a[2] == 0 || a[2] == 2 // protocol assignments, examples
	case 31:
		return a[2] == 196 // AS112
	case 52:
		return a[2] == 193 // AMT
	case 88:
		return a[2] == 99 // 6to4 relays
	case 168:
		return true
	case 175:
		return a[2] == 48 // AS112
	}
	return false
}

// special6 is the IANA IPv6 Special-Purpose Address Registry, and all that is not 2000::/3.
func special6(a [16]byte) bool {
	first, second := uint16(a[0])<<8|uint16(a[1]), uint16(a[2])<<8|uint16(a[3])
	switch {
	case first>>13 != 1: // ::, ::1, ::a.b.c.d, 64:ff9b::/96, 64:ff9b:1::/48, 100::/64, 5f00::/16, fc00::/7, fe80::/10, ff00::/8
		return true
	case first == 0x2001:
		return second < 0x200 || second == 0xdb8 // 2001::/23, Teredo among it; examples
	case first == 0x2002: // 6to4
		return true
	case first == 0x2620:
		return second == 0x4f && a[4] == 0x80 && a[5] == 0 // AS112
	}
	return first == 0x3fff && second < 0x1000 // 3fff::/20, examples
}

// sealOf is the range of an address that no wider network opens; invalid if there is none.
func sealOf(addr netip.Addr) netip.Prefix {
	bits := 0
	switch {
	case addr.IsUnspecified():
		bits = addr.BitLen()
	case addr.Is4() && addr.As4()[0] == 0, addr.IsLoopback() && addr.Is4():
		bits = 8
	case addr.IsLoopback():
		bits = addr.BitLen()
	case addr.IsLinkLocalUnicast() && addr.Is4():
		bits = 16
	case addr.IsLinkLocalUnicast():
		bits = 10
	case addr.Is4() && addr.As4()[0] >= 224: // multicast, reserved
		bits = 4
	case addr.IsMulticast():
		bits = 8
	default:
		return netip.Prefix{}
	}
	seal, _ := addr.Prefix(bits)
	return seal
}

// embedded are the IPv4 addresses within an IPv6 address, n of them.
func embedded(addr netip.Addr) (within [2]netip.Addr, n int) {
	if addr.Is4() || addr.IsLoopback() || addr.IsUnspecified() {
		return within, 0
	}
	a := addr.As16()
	last := [4]byte(a[12:])
	switch {
	case a[0] == 0x20 && a[1] == 0x02: // 6to4 (RFC 3056)
		within[0], n = netip.AddrFrom4([4]byte(a[2:])), 1
	case [4]byte(a[:]) == [4]byte{0x20, 0x01}: // Teredo: its server, and the client turned over (RFC 4380 section 4)
		for i := range last {
			last[i] ^= 0xff
		}
		within[0], within[1], n = netip.AddrFrom4([4]byte(a[4:])), netip.AddrFrom4(last), 2
	case [12]byte(a[:]) == [12]byte{}, // IPv4-compatible (RFC 4291 section 2.5.5.1)
		[4]byte(a[:]) == [4]byte{0, 0x64, 0xff, 0x9b},               // NAT64 (RFC 6052, RFC 8215)
		a[8]&^2 == 0 && a[9] == 0 && a[10] == 0x5e && a[11] == 0xfe: // ISATAP (RFC 5214 section 6.1)
		within[0], n = netip.AddrFrom4(last), 1
	}
	return within, n
}
