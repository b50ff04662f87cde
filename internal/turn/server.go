package turn

import (
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"beckon/internal/peeraddr"
	"beckon/internal/ratelimit"

	"github.com/pion/logging"
	pion "github.com/pion/turn/v5"
)

// Bounds that no operator needs to know.
const (
	permissionLife = 5 * time.Minute  // RFC 8656 section 9
	channelLife    = 10 * time.Minute // RFC 8656 section 12
	allocationLife = 10 * time.Minute // unless the client asks for another time, below an hour (RFC 8656 section 7.2)

	maxDatagram = 1600 // bytes of a message of a client, or of a datagram of a peer

	maxVacantStreams      = 4096 // streams without an allocation, in all
	maxVacantStreamsPerIP = 64   // of one address: more than people behind one NAT begin in the time that an allocation takes
)

// server is the relay: what all its sockets and streams share.
type server struct {
	// Static.

	settings Settings
	policy   *peeraddr.Policy
	requests *ratelimit.Gate // of clients without an allocation
	arrivals *ratelimit.Gate // of streams
	lobby    *lobby          // of streams without an allocation
	tally    *tally
	ledger   *ledger
	revoked  *revoked
	quiet    logging.LoggerFactory
	secrets  atomic.Pointer[[]string]
	version  atomic.Int64  // of the secrets
	updated  chan struct{} // has an element when a report is due at once

	mu     sync.RWMutex
	leases map[netip.AddrPort]*lease // by relayed address, as the public sees it; guarded by mu
}

func newServer(settings Settings) *server {
	perSecond := settings.RequestsPerSecondPerIP
	rate := ratelimit.Limits{HandshakeRate: float64(perSecond), HandshakeBurst: 2 * perSecond}
	s := &server{
		settings: settings,
		policy:   peeraddr.New(settings.AllowPeers),
		requests: ratelimit.NewGate(rate),
		arrivals: ratelimit.NewGate(rate),
		lobby:    newLobby(maxVacantStreams, maxVacantStreamsPerIP),
		tally:    newTally(),
		revoked:  newRevoked(),
		ledger: &ledger{
			maxAll:   settings.MaxAllocations,
			perUser:  quota{settings.MaxAllocationsPerUser, settings.BytesPerSecondPerUser},
			perIP:    quota{settings.MaxAllocationsPerIP, settings.BytesPerSecondPerIP},
			total:    budget{rate: float64(settings.BytesPerSecond)},
			accounts: make(map[payer]*account),
		},
		// What pion says holds addresses and user names, and whoever sends garbage writes it.
		quiet:   &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled},
		updated: make(chan struct{}, 1),
		leases:  make(map[netip.AddrPort]*lease),
	}
	s.secrets.Store(&settings.Secrets)
	s.version.Store(int64(settings.Version))
	s.look()
	return s
}

// look finds out which addresses this machine has. Those that a NAT maps to it count as its own.
func (s *server) look() {
	found, _ := net.InterfaceAddrs()
	own := slices.Clone(s.settings.PublicIPs)
	for _, addr := range found {
		if network, ok := addr.(*net.IPNet); ok {
			if a, ok := netip.AddrFromSlice(network.IP); ok {
				own = append(own, a)
			}
		}
	}
	s.policy.SetOwn(own)
}

// open starts pion behind a door. It ends when the socket or stream is closed.
func (s *server) open(d *door, front net.PacketConn) error {
	_, err := pion.NewServer(pion.ServerConfig{
		Realm:         s.settings.Realm,
		LoggerFactory: s.quiet,
		AuthHandler:   d.authenticate,
		QuotaHandler:  d.mayAllocate,
		EventHandler: pion.EventHandler{
			OnPermissionCreated: s.permitted, OnPermissionDeleted: s.forbidden,
			OnChannelCreated: s.channelBound, OnChannelDeleted: s.channelGone,
		},
		ChannelBindTimeout: channelLife,
		PermissionTimeout:  permissionLife,
		AllocationLifetime: allocationLife,
		InboundMTU:         maxDatagram,
		PacketConnConfigs: []pion.PacketConnConfig{{
			PacketConn: front, RelayAddressGenerator: relayed{d}, PermissionHandler: d.mayPermit,
		}},
	})
	return err
}

// public is the address of a family at which others reach the relay; invalid if it has none.
func (s *server) public(is6 bool) netip.Addr {
	for _, addr := range s.settings.PublicIPs {
		if addr.Unmap().Is6() == is6 {
			return addr.Unmap()
		}
	}
	return netip.Addr{}
}

// isPublic tells whether an address is one at which others reach the relay.
func (s *server) isPublic(addr netip.Addr) bool {
	return addr.IsValid() && addr == s.public(addr.Is6())
}

// mayReach tells whether clients may ask for a peer: two that are both relayed here reach each other.
func (s *server) mayReach(addr netip.Addr) bool {
	return s.isPublic(addr) || s.policy.Allows(addr)
}

// leaseAt is the allocation that has a relayed address, or nil.
func (s *server) leaseAt(relayed netip.AddrPort) *lease {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.leases[relayed]
}

func (s *server) permitted(_, _ net.Addr, _, _, _ string, relayed net.Addr, peer net.IP) {
	if l := s.leaseAt(addrPortOf(relayed)); l != nil {
		l.permit(peer)
	}
}

func (s *server) forbidden(_, _ net.Addr, _, _, _ string, relayed net.Addr, peer net.IP) {
	if l := s.leaseAt(addrPortOf(relayed)); l != nil {
		l.forbid(peer)
	}
}

func (s *server) channelBound(_, _ net.Addr, _, _, _ string, relayed, _ net.Addr, number uint16) {
	if l := s.leaseAt(addrPortOf(relayed)); l != nil {
		l.bind(number)
	}
}

func (s *server) channelGone(_, _ net.Addr, _, _, _ string, relayed, _ net.Addr, number uint16) {
	if l := s.leaseAt(addrPortOf(relayed)); l != nil {
		l.unbind(number)
	}
}

// addrPortOf is an address of UDP or TCP; IPv4 is IPv4.
func addrPortOf(addr net.Addr) netip.AddrPort {
	var found netip.AddrPort
	switch a := addr.(type) {
	case *net.UDPAddr:
		found = a.AddrPort()
	case *net.TCPAddr:
		found = a.AddrPort()
	}
	return netip.AddrPortFrom(found.Addr().Unmap(), found.Port())
}

// group is whose requests are counted together: an IPv4 address, or the /64 that one subscriber has.
func group(addr netip.Addr) netip.Prefix {
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	network, _ := addr.WithZone("").Prefix(bits)
	return network
}
