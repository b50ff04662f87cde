package turn

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// Bounds of one allocation.
const (
	maxPeers    = 128 // addresses that may send to it
	maxChannels = 128
)

// lease is an allocation: the socket of a relayed address, and what its client may do with it. It is safe for
// concurrent use.
type lease struct {
	// Static.

	conn     *net.UDPConn
	door     *door
	id       string         // whose it is, by the credential
	client   netip.AddrPort // the client's side
	via      netip.Addr     // our address that the client talks to, where there are several
	addr     netip.AddrPort // the relayed address, as the public sees it
	wildcard bool           // the public address is not this machine's
	accounts []*account     // whom it counts for
	once     sync.Once

	mu       sync.RWMutex
	timer    *time.Timer             // ends it with the credential; guarded by mu
	peers    map[netip.Addr]struct{} // that have a permission; guarded by mu
	channels map[uint16]struct{}     // guarded by mu
	ends     time.Time               // of the newest credential; guarded by mu
}

// WriteTo sends a client's datagram to a peer, if it may go there. What may not is counted, and taken for sent: UDP
// promises nothing.
func (l *lease) WriteTo(p []byte, to net.Addr) (int, error) {
	s := l.door.server
	target := addrPortOf(to)
	switch {
	case s.leaseAt(target) != nil:
		target = l.hairpin(target)
	case !s.policy.Allows(target.Addr()): // also a service at our public address
		s.tally.refuse(RefusedPeer)
		return len(p), nil
	}
	if !l.pays(len(p)) {
		return len(p), nil
	}
	n, err := l.conn.WriteToUDPAddrPort(p, target)
	s.tally.sent.Add(int64(n))
	return n, err
}

// ReadFrom returns a peer's datagram that the client shall have.
func (l *lease) ReadFrom(p []byte) (int, net.Addr, error) {
	s := l.door.server
	for {
		n, from, err := l.conn.ReadFromUDPAddrPort(p)
		if err != nil {
			return 0, nil, err
		}
		from = l.unhairpin(netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
		switch {
		case !l.isPermitted(from.Addr()):
			s.tally.refuse(RefusedUnasked)
		case n == len(p): // cut off
			s.tally.refuse(RefusedMalformed)
		case l.pays(n):
			s.tally.received.Add(int64(n))
			return n, net.UDPAddrFromAddrPort(from), nil
		}
	}
}

// hairpin is where an allocation of this relay is reached from here. Where the public address is a NAT's, which may
// not send back what comes from within, that is loopback.
func (l *lease) hairpin(relayed netip.AddrPort) netip.AddrPort {
	if !l.wildcard {
		return relayed
	}
	return netip.AddrPortFrom(loopback(relayed.Addr().Is6()), relayed.Port())
}

// unhairpin is the address that the sender has for the public.
func (l *lease) unhairpin(from netip.AddrPort) netip.AddrPort {
	if l.wildcard && from.Addr().IsLoopback() {
		if relayed := netip.AddrPortFrom(l.addr.Addr(), from.Port()); l.door.server.leaseAt(relayed) != nil {
			return relayed
		}
	}
	return from
}

func loopback(is6 bool) netip.Addr {
	if is6 {
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// pays tells whether n bytes are within what the user, the client's address and all together may relay.
func (l *lease) pays(n int) bool {
	s := l.door.server
	for _, a := range l.accounts {
		if !a.budget.take(n) {
			s.tally.refuse(RefusedBandwidth)
			return false
		}
	}
	if !s.ledger.total.take(n) {
		s.tally.refuse(RefusedBandwidth)
		return false
	}
	return true
}

// extend lets an allocation last as long as another credential of its user.
func (l *lease) extend(ends time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ends.After(l.ends) && l.timer.Stop() {
		l.ends = ends
		l.timer.Reset(time.Until(ends))
	}
}

// expire ends the allocation with its credential.
func (l *lease) expire() {
	l.door.server.tally.refuse(RefusedExpired)
	l.Close() // pion's reader of it notices, and forgets the allocation
}

func (l *lease) permit(peer net.IP) {
	if addr, ok := netip.AddrFromSlice(peer); ok {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.peers[addr.Unmap()] = struct{}{}
	}
}

func (l *lease) forbid(peer net.IP) {
	if addr, ok := netip.AddrFromSlice(peer); ok {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.peers, addr.Unmap())
	}
}

func (l *lease) isPermitted(peer netip.Addr) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	_, permitted := l.peers[peer]
	return permitted
}

func (l *lease) bind(channel uint16) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.channels[channel] = struct{}{}
}

func (l *lease) unbind(channel uint16) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.channels, channel)
}

// hasRoom tells whether a peer, and a channel unless it is 0, are known or may be added.
func (l *lease) hasRoom(peer netip.Addr, channel uint16) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	_, isPeer := l.peers[peer]
	_, isChannel := l.channels[channel]
	return (isPeer || len(l.peers) < maxPeers) && (channel == 0 || isChannel || len(l.channels) < maxChannels)
}

// Close ends the allocation.
func (l *lease) Close() error {
	l.once.Do(l.end)
	return l.conn.Close()
}

// LocalAddr is net.PacketConn.
func (l *lease) LocalAddr() net.Addr { return l.conn.LocalAddr() }

// SetDeadline is net.PacketConn.
func (l *lease) SetDeadline(t time.Time) error { return l.conn.SetDeadline(t) }

// SetReadDeadline is net.PacketConn.
func (l *lease) SetReadDeadline(t time.Time) error { return l.conn.SetReadDeadline(t) }

// SetWriteDeadline is net.PacketConn.
func (l *lease) SetWriteDeadline(t time.Time) error { return l.conn.SetWriteDeadline(t) }
