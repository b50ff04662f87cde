package turn

import (
	"bytes"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/pion/stun/v4"
)

const hour = time.Hour

func TestForbiddenPeers(t *testing.T) {
	forbidden := []string{ // one of each kind: peeraddr has them all
		"127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
	}
	forbidden6 := []string{
		"::", "fe80::1", "fd00::1", "ff02::1", "64:ff9b::a00:1", "64:ff9b::808:808", "2002:a00:1::1", "2001::1", "::a00:1",
		"2606:4700::5efe:a00:1",
	}
	for _, network := range []string{"udp", "tcp"} {
		s := serve(t, func(s *Settings) { s.AllowPeers, s.PublicIPs[0] = nil, netip.MustParseAddr("127.0.0.3") })
		a := s.login(t, network, credential("ana", hour, "north"))
		a.allocate(family(1))
		b := s.login(t, network, credential("ana", hour, "north"))
		b.allocate(family(2))
		n := 0
		expect := func(a *asker, peer string) {
			t.Helper()
			t.Log(network, peer)
			a.expect(int(stun.CodeForbidden), stun.MethodCreatePermission, peerAt(peer))
			a.expect(int(stun.CodeForbidden), stun.MethodCreatePermission, peerAt("8.8.8.8:53"), peerAt(peer))
			a.expect(int(stun.CodeForbidden), stun.MethodChannelBind, channel(0x4000), peerAt(peer))
			n += 3
		}
		for _, peer := range forbidden {
			expect(a, peer+":53")
		}
		for _, peer := range forbidden6 {
			a := b
			t.Log(network, peer)
			a.expect(int(stun.CodeForbidden), stun.MethodCreatePermission, peerAt("["+peer+"]:53"))
			a.expect(int(stun.CodeForbidden), stun.MethodChannelBind, channel(0x4000), peerAt("["+peer+"]:53"))
			n += 2
		}
		s.expectRefused(t, RefusedPeer, n)
		a.expect(0, stun.MethodCreatePermission, peerAt("8.8.8.8:53"))
		b.expect(0, stun.MethodCreatePermission, peerAt("[2606:4700:4700::1111]:53"))
		a.expect(int(stun.CodePeerAddrFamilyMismatch), stun.MethodCreatePermission, peerAt("[2606:4700:4700::1111]:53"))
	}
}

// A permission is for an address and says nothing of ports: what listens beside the relay at its public address must
// not be reached through it. Neither must what was allowed until now.
func TestEveryDatagramIsChecked(t *testing.T) {
	s := serve(t, nil)
	a := s.login(t, "udp", credential("ana", hour, "north"))
	a.allocate()
	service, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	other := receiver(t)
	for i, peer := range []*net.UDPConn{service, other} {
		addr, number := peer.LocalAddr().String(), 0x4000+uint16(i)
		a.expect(0, stun.MethodCreatePermission, peerAt(addr))
		a.expect(0, stun.MethodChannelBind, channel(number), peerAt(addr))
		a.tell(stun.MethodSend, peerAt(addr), data("by Send"))
		a.say(number, "by channel")
	}
	s.expectRefused(t, RefusedPeer, 2)
	expectText(t, other, "by Send")
	expectText(t, other, "by channel")
	s.policy.SetOwn([]netip.Addr{netip.MustParseAddr("127.0.0.2")})
	a.tell(stun.MethodSend, peerAt(other.LocalAddr().String()), data("too late"))
	s.expectRefused(t, RefusedPeer, 3)
	for _, peer := range []*net.UDPConn{service, other} {
		peer.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if n, _, err := peer.ReadFrom(make([]byte, 100)); err == nil {
			t.Errorf("%d bytes have reached %v", n, peer.LocalAddr())
		}
	}
}

func TestAnothersAllocation(t *testing.T) {
	for _, network := range []string{"udp", "tcp"} {
		s := serve(t, nil)
		a := s.login(t, network, credential("ana", hour, "north"))
		a.allocate()
		a.renew(credential("ben", hour, "north"))
		wrong := int(stun.CodeWrongCredentials)
		a.expect(wrong, stun.MethodRefresh)
		a.expect(wrong, stun.MethodRefresh, stun.RawAttribute{Type: stun.AttrLifetime, Value: noTime})
		a.expect(wrong, stun.MethodCreatePermission, peerAt("127.0.0.2:9"))
		a.expect(wrong, stun.MethodChannelBind, channel(0x4000), peerAt("127.0.0.2:9"))
		a.expect(int(stun.CodeAllocMismatch), stun.MethodAllocate, overUDP)
		s.expectRefused(t, RefusedUser, 4)
		a.renew(credential("ana", 2*hour, "north"))
		a.expect(0, stun.MethodRefresh)
		a.expect(0, stun.MethodRefresh, stun.RawAttribute{Type: stun.AttrLifetime, Value: noTime})
		a.expect(int(stun.CodeAllocMismatch), stun.MethodRefresh) // there is none any more
		s.expectRefused(t, RefusedAllocation, 2)
	}
}

func TestBadCredentials(t *testing.T) {
	s := serve(t, func(s *Settings) { s.Secrets = []string{"north", "south"} })
	good := credential("ana", hour, "north")
	refused := int(stun.CodeUnauthorized)
	for i, bad := range []Server{
		credential("ana", hour, "west"),
		{Username: good.Username, Credential: "guess"},
		{Username: "ana", Credential: good.Credential},
		{Username: good.Username + "x", Credential: good.Credential},
		{Username: good.Username + ":x", Credential: good.Credential},
		{Username: "+" + good.Username, Credential: good.Credential},
		credential("", hour, "north"),
		credential("ana:ben", hour, "north"),
	} {
		s.login(t, "udp", bad).expect(refused, stun.MethodAllocate, overUDP)
		s.expectRefused(t, RefusedCredentials, i+1)
	}
	s.login(t, "udp", credential("ana", -time.Second, "north")).expect(refused, stun.MethodAllocate, overUDP)
	s.expectRefused(t, RefusedExpired, 1)
	south := s.login(t, "tcp", credential("ana", hour, "south"))
	south.allocate()
	s.login(t, "udp", good).allocate()
	s.secrets.Store(&[]string{"north"})
	south.expect(refused, stun.MethodRefresh)
	s.expectRefused(t, RefusedCredentials, 9)
}

func TestAllocationEndsWithItsCredential(t *testing.T) {
	s := serve(t, nil)
	short := credential("ana", 3*time.Second, "north") // two to three, as the user name has whole seconds
	a, b := s.login(t, "udp", short), s.login(t, "tcp", short)
	a.allocate()
	b.allocate()
	b.renew(credential("ana", hour, "north"))
	b.expect(0, stun.MethodRefresh)
	s.expectRefused(t, RefusedExpired, 1)
	eventually(t, "one allocation left", func() bool { return s.tally.open[OverUDP].Load() == 0 })
	a.expect(int(stun.CodeUnauthorized), stun.MethodRefresh)
	a.expect(int(stun.CodeUnauthorized), stun.MethodCreatePermission, peerAt("127.0.0.2:9"))
	s.expectRefused(t, RefusedExpired, 3)
	b.expect(0, stun.MethodRefresh)
}

// Who has seen an Allocate request can send it again, and would be given what its sender may have.
func TestReplayedRequest(t *testing.T) {
	s := serve(t, nil)
	a := s.login(t, "udp", credential("ana", hour, "north"))
	setters := append([]stun.Setter{stun.TransactionID, stun.NewType(stun.MethodAllocate, stun.ClassRequest), overUDP}, a.keys...)
	request, err := stun.Build(setters...)
	if err != nil {
		t.Fatal(err)
	}
	raw := slices.Clone(request.Raw)
	answer := func(a *asker) *stun.Message {
		t.Helper()
		a.conn.SetDeadline(time.Now().Add(patience))
		if _, err := a.conn.Write(raw); err != nil {
			t.Fatal(err)
		}
		reply := stun.New()
		if reply.Raw, err = a.read(); err != nil {
			t.Fatal(err)
		}
		if err := reply.Decode(); err != nil {
			t.Fatal(err)
		}
		return reply
	}
	first, again := answer(a), answer(a)
	if first.Type.Class != stun.ClassSuccessResponse || !bytes.Equal(first.Raw, again.Raw) {
		t.Fatalf("the request gets %v, and sent again %v", first, again)
	}
	for _, network := range []string{"udp", "tcp"} {
		var code stun.ErrorCodeAttribute
		if err := code.GetFrom(answer(s.open(t, network, "127.0.0.1"))); err != nil || code.Code != stun.CodeStaleNonce {
			t.Errorf("over %s from elsewhere it gets %v, %v", network, code, err)
		}
	}
	s.expectRefused(t, RefusedNonce, 2)
	if n := s.tally.created[OverUDP].Load(); n != 1 {
		t.Errorf("%d allocations", n)
	}
}

func TestQuotas(t *testing.T) {
	s := serve(t, func(s *Settings) { s.MaxAllocations, s.MaxAllocationsPerUser = 3, 2 })
	ana, ben := credential("ana", hour, "north"), credential("ben", hour, "north")
	first := s.login(t, "udp", ana)
	first.allocate()
	s.login(t, "tcp", ana).allocate()
	third := s.login(t, "tcp", ana)
	third.expect(int(stun.CodeAllocQuotaReached), stun.MethodAllocate, overUDP)
	s.expectRefused(t, RefusedUserQuota, 1)
	s.login(t, "udp", ben).allocate()
	fourth := s.login(t, "udp", ben)
	fourth.expect(int(stun.CodeInsufficientCapacity), stun.MethodAllocate, overUDP)
	s.expectRefused(t, RefusedFull, 1)
	first.expect(0, stun.MethodRefresh, stun.RawAttribute{Type: stun.AttrLifetime, Value: noTime})
	third.allocate()
	if open, total := s.tally.open[OverUDP].Load(), s.tally.open[OverTCP].Load(); open != 1 || total != 2 {
		t.Errorf("%d allocations over UDP and %d over TCP", open, total)
	}
}

func TestOneAllocationsPeers(t *testing.T) {
	s := serve(t, nil)
	a := s.login(t, "tcp", credential("ana", hour, "north"))
	a.allocate()
	peer := func(n int) stun.Setter {
		return at(netip.AddrPortFrom(netip.AddrFrom4([4]byte{8, 8, byte(n >> 8), byte(n)}), 53))
	}
	for n := range maxPeers {
		a.expect(0, stun.MethodCreatePermission, peer(n))
	}
	a.expect(int(stun.CodeForbidden), stun.MethodCreatePermission, peer(maxPeers))
	a.expect(0, stun.MethodCreatePermission, peer(0)) // again
	for n := range maxChannels {
		a.expect(0, stun.MethodChannelBind, channel(0x4000+uint16(n)), peer(n))
	}
	a.expect(int(stun.CodeForbidden), stun.MethodChannelBind, channel(0x4000+maxChannels), at(netip.MustParseAddrPort("8.8.0.0:54")))
	a.expect(0, stun.MethodChannelBind, channel(0x4000), peer(0)) // again
	s.expectRefused(t, RefusedPermissions, 2)
}

func TestUnsupported(t *testing.T) {
	s := serve(t, func(s *Settings) { s.PublicIPs = s.PublicIPs[:1] })
	a := s.login(t, "tcp", credential("ana", hour, "north"))
	none := int(stun.CodeInsufficientCapacity)
	a.expect(int(stun.CodeUnsupportedTransProto), stun.MethodAllocate, overTCP)
	a.expect(none, stun.MethodAllocate, overUDP, stun.RawAttribute{Type: stun.AttrEvenPort, Value: []byte{0x80}})
	a.expect(int(stun.CodeUnsupportedTransProto), stun.MethodAllocate, stun.RawAttribute{Type: stun.AttrRequestedTransport, Value: []byte{99, 0, 0, 0}})
	s.expectRefused(t, RefusedUnsupported, 3)
	a.expect(int(stun.CodeAllocMismatch), stun.MethodConnect, peerAt("127.0.0.2:9"))
	a.expect(int(stun.CodeAddrFamilyNotSupported), stun.MethodAllocate, overUDP, family(2))
	s.expectRefused(t, RefusedAddress, 1)
	a.expect(int(stun.CodeBadRequest), stun.MethodAllocate)
	a.expect(int(stun.CodeUnknownAttribute), stun.MethodAllocate, overUDP, stun.RawAttribute{Type: 0x7777})
	s.expectRefused(t, RefusedMalformed, 2)
	a.allocate()
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	if s.ledger.all != 1 { // what failed was given back
		t.Errorf("%d allocations are counted", s.ledger.all)
	}
}

func TestNoPortLeft(t *testing.T) {
	s := serve(t, func(s *Settings) { s.MinPort, s.MaxPort = 20123, 20124 })
	var ports []uint16
	for range 2 {
		ports = append(ports, s.login(t, "udp", credential("ana", hour, "north")).allocate().Port())
	}
	slices.Sort(ports)
	if !slices.Equal(ports, []uint16{20123, 20124}) {
		t.Errorf("the ports are %d", ports)
	}
	s.login(t, "udp", credential("ana", hour, "north")).expect(int(stun.CodeInsufficientCapacity), stun.MethodAllocate, overUDP)
	s.expectRefused(t, RefusedAddress, 1)
}

// Where the relay answers instead of pion, pion must not answer, too.
func TestOneAnswer(t *testing.T) {
	for _, network := range []string{"udp", "tcp"} {
		s := serve(t, nil)
		a := s.login(t, network, credential("ana", hour, "north"))
		a.allocate()
		setters := append([]stun.Setter{
			stun.TransactionID, stun.NewType(stun.MethodChannelBind, stun.ClassRequest), channel(0x4000), peerAt("10.0.0.1:9"),
		}, a.keys...)
		for _, request := range []*stun.Message{stun.MustBuild(setters...), stun.MustBuild(stun.TransactionID, stun.BindingRequest)} {
			if _, err := a.conn.Write(request.Raw); err != nil {
				t.Fatal(err)
			}
			a.conn.SetDeadline(time.Now().Add(patience))
			raw, err := a.read()
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(raw[8:headerBytes], request.TransactionID[:]) {
				t.Errorf("over %s, %s is answered with % x", network, request.Type, raw)
			}
		}
	}
}

func TestMalformedDatagramsAreCounted(t *testing.T) {
	s := serve(t, nil)
	a := s.open(t, "udp", "127.0.0.1")
	binding := stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.NewSoftware("x"))
	answer := stun.MustBuild(stun.TransactionID, stun.BindingSuccess)
	for i, raw := range [][]byte{{0}, []byte("\x80\x60 of RTP"), binding.Raw[:len(binding.Raw)-1], answer.Raw, make([]byte, maxDatagram)} {
		if _, err := a.conn.Write(raw); err != nil {
			t.Fatal(err)
		}
		s.expectRefused(t, RefusedMalformed, i+1)
	}
	a.say(0x4000, "without an allocation")
	a.tell(stun.MethodSend, peerAt("127.0.0.2:9"), data("without an allocation"))
	s.expectRefused(t, RefusedAllocation, 2)
	a.tell(stun.MethodBinding) // is no mistake
	a.expect(0, stun.MethodBinding)
	s.expectRefused(t, RefusedMalformed, 5)
}
