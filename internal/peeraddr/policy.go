// Package peeraddr decides which addresses a relay may send to. Whoever may use a relay speaks from where the relay
// stands, so that what only its own network should reach must not be reached through it.
package peeraddr

import (
	"net/netip"
	"slices"
	"sync/atomic"
)

// Policy refuses the addresses of this machine and all that are special (see [Special]), but for networks that the
// operator has opened. It is safe for concurrent use.
type Policy struct {
	opened []netip.Prefix
	own    atomic.Pointer[map[netip.Addr]struct{}]
}

// New returns a policy that opens networks. What they open:
//
//   - a special range, such as 10.0.0.0/8, is opened as far as it is named, also by a wider network;
//   - loopback, link-local, unspecified, multicast and reserved addresses only by a network that lies within that range,
//     so that 0.0.0.0/0 opens no metadata service;
//   - an address of this machine only by itself, with the length of an address (/32, /128).
func New(opened []netip.Prefix) *Policy {
	p := &Policy{}
	for _, network := range opened {
		p.opened = append(p.opened, unmapped(network))
	}
	p.SetOwn(nil)
	return p
}

// SetOwn says which addresses this machine has.
func (p *Policy) SetOwn(addrs []netip.Addr) {
	own := make(map[netip.Addr]struct{}, len(addrs))
	for _, addr := range addrs {
		own[plain(addr)] = struct{}{}
	}
	p.own.Store(&own)
}

// Allows tells whether a relay may send to an address. An address that stands for others, which a translator or a
// tunnel would send to, is allowed if they are, too.
func (p *Policy) Allows(addr netip.Addr) bool {
	addr = plain(addr)
	if !addr.IsValid() {
		return false
	}
	if _, mine := (*p.own.Load())[addr]; mine && !slices.Contains(p.opened, netip.PrefixFrom(addr, addr.BitLen())) {
		return false
	}
	if Special(addr) && !p.opens(addr) {
		return false
	}
	within, n := embedded(addr)
	for _, inner := range within[:n] {
		if !p.Allows(inner) {
			return false
		}
	}
	return true
}

// opens tells whether a special address is in a network that was opened.
func (p *Policy) opens(addr netip.Addr) bool {
	seal := sealOf(addr)
	for _, network := range p.opened {
		if network.Contains(addr) && (!seal.IsValid() || seal.Bits() <= network.Bits()) {
			return true
		}
	}
	return false
}

// plain is an address without a zone, and IPv4 where it is IPv4 written as IPv6.
func plain(addr netip.Addr) netip.Addr { return addr.WithZone("").Unmap() }

func unmapped(network netip.Prefix) netip.Prefix {
	const mappedBits = 96
	if addr := network.Addr(); addr.Is4In6() && network.Bits() >= mappedBits {
		network = netip.PrefixFrom(addr.Unmap(), network.Bits()-mappedBits)
	}
	return network.Masked()
}
