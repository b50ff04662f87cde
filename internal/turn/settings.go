package turn

import (
	"errors"
	"net/netip"
)

// Settings is all that a relay process is told, as JSON on its standard input. It holds secrets.
type Settings struct {
	Realm                  string
	Secrets                []string     // at least one: the first signs, all are accepted
	Version                int          // of the secrets, which a Report confirms
	PublicIPs              []netip.Addr // where others reach the relay: at most one of each family, at least one
	MinPort, MaxPort       uint16       // of relayed addresses, both included
	AllowPeers             []netip.Prefix
	MaxAllocations         int // in all; 0: no bound
	MaxAllocationsPerUser  int // 0: no bound
	MaxAllocationsPerIP    int // of one client address, see networksOf; 0: no bound
	BytesPerSecond         int // relayed in all, both ways together; 0: no bound
	BytesPerSecondPerUser  int // both ways together; 0: no bound
	BytesPerSecondPerIP    int // of one client address, both ways together; 0: no bound
	RequestsPerSecondPerIP int // of clients without an allocation; 0: no bound
}

// Update is what a relay process is told later, in the same way.
type Update struct {
	Secrets []string     // in place of those before; none: they stay
	Version int          // of the secrets, if there are any
	Revoke  []Revocation // whose credentials are refused from now on, and whose allocations end
}

// Validate says what is wrong with settings that no relay can run with.
func (s *Settings) Validate() error {
	switch families := s.families(); {
	case s.Realm == "":
		return errors.New("turn: no realm")
	case len(s.Secrets) == 0:
		return errors.New("turn: no secret")
	case families == 0:
		return errors.New("turn: no public address")
	case families != len(s.PublicIPs):
		return errors.New("turn: want at most one public address of IPv4, and one of IPv6")
	case s.MinPort == 0 || s.MaxPort < s.MinPort:
		return errors.New("turn: the range of relayed ports is empty, or begins at 0")
	}
	return nil
}

// families is how many of IPv4 and IPv6 have a public address.
func (s *Settings) families() int {
	seen := make(map[int]struct{})
	for _, addr := range s.PublicIPs {
		if addr.IsValid() && !addr.IsUnspecified() {
			seen[addr.Unmap().BitLen()] = struct{}{}
		}
	}
	return len(seen)
}
