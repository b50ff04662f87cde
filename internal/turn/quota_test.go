package turn

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/pion/stun/v4"
)

// loginFrom is login from an address of loopback.
func (s *served) loginFrom(t *testing.T, from, network, id string) *asker {
	t.Helper()
	a := s.open(t, network, from)
	a.renew(credential(id, hour, "north"))
	return a
}

// A new login is another user, which one who logs in again and again has any number of, but it is the same address.
func TestAddressHasOneQuotaForAllItsLogins(t *testing.T) {
	s := serve(t, func(s *Settings) { s.MaxAllocationsPerUser, s.MaxAllocationsPerIP = 100, 3 })
	first := s.loginFrom(t, "127.0.0.1", "udp", "login0")
	first.allocate()
	s.loginFrom(t, "127.0.0.1", "tcp", "login1").allocate()
	s.loginFrom(t, "127.0.0.1", "udp", "login2").allocate()
	for i, network := range []string{"udp", "tcp"} {
		s.loginFrom(t, "127.0.0.1", network, "login3").expect(int(stun.CodeAllocQuotaReached), stun.MethodAllocate, overUDP)
		s.expectRefused(t, RefusedAddressQuota, i+1)
	}
	s.loginFrom(t, "127.0.0.5", "udp", "neighbour").allocate()
	first.expect(0, stun.MethodRefresh, stun.RawAttribute{Type: stun.AttrLifetime, Value: noTime})
	s.loginFrom(t, "127.0.0.1", "udp", "login4").allocate()
}

func TestSubjectHasOneQuotaForAllItsLogins(t *testing.T) {
	s := serve(t, func(s *Settings) { s.MaxAllocationsPerUser = 2 })
	s.loginFrom(t, "127.0.0.1", "udp", "login1/ana").allocate()
	s.loginFrom(t, "127.0.0.5", "udp", "login2/ana").allocate()
	s.loginFrom(t, "127.0.0.6", "udp", "login3/ana").expect(int(stun.CodeAllocQuotaReached), stun.MethodAllocate, overUDP)
	s.expectRefused(t, RefusedUserQuota, 1)
	for _, another := range []string{"login3/ben", "ana", "login1"} {
		s.loginFrom(t, "127.0.0.6", "udp", another).allocate()
	}
}

// The allocation is its login's all the same.
func TestAnotherLoginOfTheSubjectHasNoPartInAnAllocation(t *testing.T) {
	s := serve(t, nil)
	a := s.login(t, "udp", credential("login1/ana", hour, "north"))
	a.allocate()
	a.renew(credential("login2/ana", hour, "north"))
	a.expect(int(stun.CodeWrongCredentials), stun.MethodRefresh)
}

func TestAddressHasOneBudgetForAllItsLogins(t *testing.T) {
	const datagrams, size = 120, 1000 // more than minBurst
	s := serve(t, func(s *Settings) { s.BytesPerSecondPerUser, s.BytesPerSecondPerIP = 1<<20, 1 })
	peer := receiver(t)
	flow := func(from, id string) (relayed int64) {
		before := s.tally.sent.Load()
		a := s.loginFrom(t, from, "tcp", id)
		a.allocate()
		a.expect(0, stun.MethodChannelBind, channel(0x4000), peerAt(peer.LocalAddr().String()))
		for range datagrams {
			a.say(0x4000, strings.Repeat("x", size))
		}
		a.expect(0, stun.MethodRefresh) // all has been read
		return s.tally.sent.Load() - before
	}
	if n := flow("127.0.0.1", "login1"); n < minBurst/2 || n > minBurst+size {
		t.Errorf("%d bytes relayed, want up to %d", n, minBurst)
	}
	if n := flow("127.0.0.1", "login2"); n > size {
		t.Errorf("%d bytes relayed for another login from the address", n)
	}
	if n := flow("127.0.0.5", "login3"); n < minBurst/2 {
		t.Errorf("%d bytes relayed for another address", n)
	}
}

// allocationsFrom is how many allocations the addresses get, each of which asks for them until it is refused.
func allocationsFrom(l *ledger, addrs []netip.Addr) (n int) {
	for _, addr := range addrs {
		for {
			if l.against("somebody", addr) != "" {
				break
			}
			if _, refused := l.open("somebody", addr); refused != "" {
				break
			}
			n++
		}
	}
	return n
}

func TestWiderNetworksHaveWiderQuotas(t *testing.T) {
	const most = 10
	for name, c := range map[string]struct {
		addrs string
		want  int
	}{
		"IPv4":               {"192.0.2.1", most},
		"IPv4 twice":         {"192.0.2.1 ::ffff:192.0.2.1", most},
		"IPv4 neighbours":    {"192.0.2.1 192.0.2.2", 2 * most},
		"one /64":            {"2001:db8::1 2001:db8::2 2001:db8::ffff:0:0:1", most},
		"two /64 of a /56":   {"2001:db8::1 2001:db8:0:1::1", 2 * most},
		"three /64 of a /56": {"2001:db8::1 2001:db8:0:1::1 2001:db8:0:ff::1", 2 * most},
		"two /56 of a /48":   {"2001:db8::1 2001:db8:0:1::1 2001:db8:0:100::1 2001:db8:0:101::1", 4 * most},
		"three /56 of a /48": {"2001:db8::1 2001:db8:0:1::1 2001:db8:0:100::1 2001:db8:0:101::1 2001:db8:0:200::1", 4 * most},
		"two /48":            {"2001:db8::1 2001:db8:1::1", 2 * most},
		"zones":              {"fe80::1%a fe80::1%b", most},
	} {
		var addrs []netip.Addr
		for text := range strings.FieldsSeq(c.addrs) {
			addrs = append(addrs, netip.MustParseAddr(text))
		}
		l := &ledger{maxAll: 1000, perIP: quota{allocations: most}, accounts: map[payer]*account{}}
		if n := allocationsFrom(l, addrs); n != c.want {
			t.Errorf("%s: %d allocations, want %d", name, n, c.want)
		}
		slices.Reverse(addrs)
		l = &ledger{maxAll: 1000, perIP: quota{allocations: most}, accounts: map[payer]*account{}}
		if n := allocationsFrom(l, addrs); n != c.want {
			t.Errorf("%s, the other way around: %d allocations, want %d", name, n, c.want)
		}
		unbounded := &ledger{maxAll: 100, accounts: map[payer]*account{}}
		if n := allocationsFrom(unbounded, addrs); n != 100 {
			t.Errorf("%s: %d allocations without a bound of theirs", name, n)
		}
	}
}
