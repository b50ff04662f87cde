package turn

import "net/netip"

// network is a group of addresses whose use of the relay is counted together, and how many times what one address may
// have its members may have together.
type network struct {
	prefix netip.Prefix
	share  int
}

// networksOf are the groups that an address belongs to, the narrowest first: an IPv4 address by itself; of IPv6 the /64
// of one link, and the /56 and the /48 that customers are given of which each link has one (RFC 6177, RIPE-690). A /56
// is most often one home, with what two IPv4 addresses may have; a /48 is an organisation, or somebody who collects
// addresses, with what four may have.
func networksOf(addr netip.Addr) []network {
	addr = addr.Unmap().WithZone("")
	if !addr.Is6() {
		return []network{{prefixOf(addr, addr.BitLen()), 1}}
	}
	return []network{{prefixOf(addr, 64), 1}, {prefixOf(addr, 56), 2}, {prefixOf(addr, 48), 4}}
}

// prefixOf is the zero Prefix for what is no address.
func prefixOf(addr netip.Addr, bits int) netip.Prefix {
	prefix, _ := addr.Prefix(bits)
	return prefix
}
