package address

import "net/netip"

// groupBits is how much of an IPv6 address tells its owners apart: a subscriber gets a /64 at the least (RFC 6177)
// and may use any address of it.
const groupBits = 64

// Group is the unit of limits per address: an IPv4 address by itself (/32), IPv6 by /64. Addresses without a valid
// form all share one group, the zero Prefix.
func Group(addr netip.Addr) netip.Prefix {
	addr = canonical(addr)
	bits := addr.BitLen()
	if addr.Is6() {
		bits = groupBits
	}
	group, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return group
}
