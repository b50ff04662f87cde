package turn

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/pion/stun/v4"
	pion "github.com/pion/turn/v5"
)

// maxPortTries is how many ports are tried for an allocation.
const maxPortTries = 256

var (
	errUnsupported = errors.New("turn: neither TCP to peers nor reserved ports")
	errNoAddress   = errors.New("turn: no relayed address left")
	errFull        = errors.New("turn: as many allocations as there may be")
)

// relayed makes relayed addresses for the clients of a door: pion.RelayAddressGenerator.
type relayed struct{ *door }

// Validate is pion.RelayAddressGenerator.
func (relayed) Validate() error { return nil }

// AllocateListener is pion.RelayAddressGenerator: TCP relays are refused (RFC 6062).
func (r relayed) AllocateListener(pion.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	r.refuse(stun.CodeUnsupportedTransProto) // pion would say that there is none left
	return nil, nil, errUnsupported
}

// AllocateConn is pion.RelayAddressGenerator.
func (r relayed) AllocateConn(pion.AllocateConnConfig) (net.Conn, error) {
	return nil, errUnsupported
}

// AllocatePacketConn is pion.RelayAddressGenerator, for the request under way. Without a user it is for an even port,
// or the one after (RFC 8656 section 7.2), which nobody needs any more.
func (r relayed) AllocatePacketConn(asked pion.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	s := r.server
	if asked.UserID == "" || asked.RequestedPort != 0 {
		s.tally.refuse(RefusedUnsupported)
		return nil, nil, errUnsupported
	}
	public := s.public(asked.Network == "udp6")
	if !public.IsValid() {
		r.refuse(stun.CodeAddrFamilyNotSupported)
		return nil, nil, errNoAddress
	}
	accounts, reason := s.ledger.open(userOf(r.id), r.client.Addr())
	if accounts == nil {
		s.tally.refuse(reason)
		return nil, nil, errFull
	}
	conn, wildcard := s.bind(asked.Network, public)
	if conn == nil {
		s.ledger.close(accounts)
		s.tally.refuse(RefusedAddress)
		return nil, nil, errNoAddress
	}
	l := &lease{
		conn: conn, door: r.door, id: r.id, client: r.client, via: r.via, accounts: accounts, wildcard: wildcard,
		addr:  netip.AddrPortFrom(public, addrPortOf(conn.LocalAddr()).Port()),
		peers: make(map[netip.Addr]struct{}), channels: make(map[uint16]struct{}), ends: r.ends,
	}
	l.begin()
	return l, net.UDPAddrFromAddrPort(l.addr), nil
}

// bind opens a socket of a family in the range of ports, beginning anywhere in it: on the public address if this
// machine has it, else, behind a NAT that maps it one to one, on all.
func (s *server) bind(network string, public netip.Addr) (conn *net.UDPConn, wildcard bool) {
	first, ports := int(s.settings.MinPort), int(s.settings.MaxPort)-int(s.settings.MinPort)+1
	begin := rand.IntN(ports)
	for try := range min(ports, maxPortTries) {
		port := uint16(first + (begin+try)%ports)
		if !wildcard {
			conn, err := net.ListenUDP(network, net.UDPAddrFromAddrPort(netip.AddrPortFrom(public, port)))
			if err == nil {
				return conn, false
			}
			wildcard = isNotLocal(err)
		}
		if wildcard {
			if conn, err := net.ListenUDP(network, &net.UDPAddr{Port: int(port)}); err == nil {
				return conn, true
			}
		}
	}
	return nil, false
}

// begin makes an allocation known.
func (l *lease) begin() {
	d, s := l.door, l.door.server
	l.mu.Lock()
	l.timer = time.AfterFunc(time.Until(l.ends), l.expire)
	l.mu.Unlock()
	s.mu.Lock()
	s.leases[l.addr] = l
	s.mu.Unlock()
	d.mu.Lock()
	if d.leases == nil {
		d.leases = make(map[netip.AddrPort]*lease)
	}
	d.leases[l.client] = l
	d.mu.Unlock()
	s.tally.open[d.transport].Add(1)
	s.tally.created[d.transport].Add(1)
	if d.settle != nil {
		d.settle(false)
	}
	if s.revoked.has(loginOf(l.id)) { // since the request was found good: who revoked it did not find this
		l.revoke()
	}
}

// isNotLocal tells whether an address could not be bound because it is not this machine's.
func isNotLocal(err error) bool { return errors.Is(err, syscall.EADDRNOTAVAIL) }

// end is the opposite of begin. It is called once.
func (l *lease) end() {
	d, s := l.door, l.door.server
	l.mu.Lock()
	l.timer.Stop()
	l.mu.Unlock()
	s.mu.Lock()
	delete(s.leases, l.addr)
	s.mu.Unlock()
	d.mu.Lock()
	if d.leases[l.client] == l {
		delete(d.leases, l.client)
	}
	d.mu.Unlock()
	s.ledger.close(l.accounts)
	s.tally.open[d.transport].Add(-1)
	if d.settle != nil {
		d.settle(true)
	}
}
