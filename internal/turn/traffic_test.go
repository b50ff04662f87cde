package turn

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v4"
)

// Two who are both relayed reach each other, also where the relay's public address is a NAT's that sends nothing back.
func TestRelayedToRelayed(t *testing.T) {
	for _, public := range []string{"127.0.0.1", "192.0.2.1", "::1", "2606:4700::1"} {
		t.Run(public, func(t *testing.T) {
			s := serve(t, func(s *Settings) {
				s.PublicIPs, s.AllowPeers = []netip.Addr{netip.MustParseAddr(public)}, nil
			})
			a := s.login(t, "udp", credential("ana", hour, "north"))
			b := s.login(t, "tcp", credential("ben", hour, "north"))
			atA, atB := a.allocate(), b.allocate()
			if atA.Addr().String() != public {
				t.Errorf("the relayed address is %v", atA)
			}
			a.expect(0, stun.MethodChannelBind, channel(0x4000), at(atB))
			b.expect(0, stun.MethodCreatePermission, at(atA))
			a.say(0x4000, "over")
			if text := b.hear(); text != "over" {
				t.Errorf("got %q", text)
			}
			b.tell(stun.MethodSend, at(atA), data("back"))
			if text := a.hear(); text != "back" {
				t.Errorf("got %q", text)
			}
			a.expect(0, stun.MethodRefresh)
			free := netip.AddrPortFrom(atB.Addr(), atB.Port()^1)
			a.tell(stun.MethodSend, at(free), data("to a port that is nobody's"))
			s.expectRefused(t, RefusedPeer, 1)
			if sent, received := s.tally.sent.Load(), s.tally.received.Load(); sent != 8 || received != 8 {
				t.Errorf("%d bytes sent and %d received are counted", sent, received)
			}
		})
	}
}

func TestDatagramsNobodyAskedFor(t *testing.T) {
	s := serve(t, nil)
	a := s.login(t, "udp", credential("ana", hour, "north"))
	relayed := a.allocate()
	peer := receiver(t)
	hit := func(text string) {
		if _, err := peer.WriteToUDPAddrPort([]byte(text), relayed); err != nil {
			t.Fatal(err)
		}
	}
	hit("unasked")
	s.expectRefused(t, RefusedUnasked, 1)
	a.expect(0, stun.MethodCreatePermission, peerAt("127.0.0.2:9")) // for the address
	hit(strings.Repeat("x", maxDatagram))
	s.expectRefused(t, RefusedMalformed, 1)
	hit("asked")
	if text := a.hear(); text != "asked" {
		t.Errorf("got %q", text)
	}
}

// Who has no allocation is not answered without bound, since the sender's address may be a lie; who has one is
// answered, and so is every other address.
func TestFlood(t *testing.T) {
	const perSecond, flood = 20, 3000
	s := serve(t, func(s *Settings) { s.RequestsPerSecondPerIP = perSecond })
	a := s.login(t, "udp", credential("ana", hour, "north"))
	a.allocate()
	flooder, other := s.open(t, "udp", "127.0.0.1"), s.open(t, "udp", "127.0.0.9")
	begun := time.Now()
	for n := range flood {
		kind := stun.NewType([]stun.Method{stun.MethodAllocate, stun.MethodBinding, stun.MethodRefresh}[n%3], stun.ClassRequest)
		request := stun.MustBuild(stun.TransactionID, kind)
		if n%2 == 0 { // signed with nothing
			request = stun.MustBuild(stun.TransactionID, kind, stun.NewUsername("9:a"), stun.NewRealm("test"), stun.NewNonce("x"), stun.NewShortTermIntegrity("x"))
		}
		if _, err := flooder.conn.Write(request.Raw); err != nil {
			t.Fatal(err)
		}
		if n%100 == 99 { // lest the kernel drop what the test counts: the answer says that all until here was read
			other.expect(0, stun.MethodBinding)
		}
	}
	refused := s.refused(RefusedRate)
	for range 3 * perSecond {
		a.expect(0, stun.MethodRefresh)
	}
	replies := 0
	for buf := make([]byte, maxDatagram); ; replies++ {
		flooder.conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		if _, err := flooder.conn.Read(buf); err != nil {
			break
		}
	}
	most := 2*perSecond + int(perSecond*time.Since(begun).Seconds()) + 1
	if replies == 0 || replies > most {
		t.Errorf("%d of %d requests are answered, want at most %d", replies, flood, most)
	}
	if n := s.refused(RefusedRate); n != refused || n+replies != flood {
		t.Errorf("%d refusals, %d of them since the flood, and %d replies", n, n-refused, replies)
	}
}

func TestBandwidth(t *testing.T) {
	const size, datagrams = 1000, 300
	for _, c := range []struct {
		name         string
		user, total  int
		anotherFails bool
	}{
		{"of a user", 1000, 0, false},
		{"in all", 0, 1000, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(s *Settings) { s.BytesPerSecondPerUser, s.BytesPerSecond = c.user, c.total })
			peer := receiver(t)
			flow := func(id string) {
				a := s.login(t, "tcp", credential(id, hour, "north"))
				a.allocate()
				a.expect(0, stun.MethodChannelBind, channel(0x4000), peerAt(peer.LocalAddr().String()))
				for range datagrams {
					a.say(0x4000, strings.Repeat("x", size))
				}
				a.expect(0, stun.MethodRefresh) // all has been read
			}
			begun := time.Now()
			flow("ana")
			most := int64(minBurst + 1000*(time.Since(begun).Seconds()+1))
			if sent := s.tally.sent.Load(); sent < minBurst/2 || sent > most {
				t.Errorf("%d bytes relayed, want up to %d", sent, most)
			}
			flow("ana") // another allocation is no other budget
			again := s.tally.sent.Load()
			if most := int64(minBurst + 1000*(time.Since(begun).Seconds()+1)); again > most {
				t.Errorf("%d bytes relayed, want up to %d", again, most)
			}
			if refused := s.refused(RefusedBandwidth); int64(refused)*size+again != 2*datagrams*size {
				t.Errorf("%d datagrams refused, and %d bytes relayed", refused, again)
			}
			flow("ben")
			if more := s.tally.sent.Load() - again; (more < minBurst/2) != c.anotherFails {
				t.Errorf("%d bytes relayed for another user", more)
			}
		})
	}
}

func TestStreams(t *testing.T) {
	s := serve(t, nil)
	login := s.login(t, "tcp", credential("ana", hour, "north"))
	binding := stun.MustBuild(stun.TransactionID, stun.BindingRequest)
	for i := range binding.Raw { // a byte at a time
		if _, err := login.conn.Write(binding.Raw[i : i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if raw, err := login.read(); err != nil || !stun.IsMessage(raw) {
		t.Fatalf("got %x, %v", raw, err)
	}
	login.allocate()
	peer := receiver(t)
	login.expect(0, stun.MethodChannelBind, channel(0x4000), peerAt(peer.LocalAddr().String()))
	for n := range 9 { // paddings
		login.say(0x4000, strings.Repeat("p", n))
		expectText(t, peer, strings.Repeat("p", n))
	}
	for n, garbage := range []string{
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n", strings.Repeat("\xff", 100), "\x00\x01\xff\xf0\x21\x12\xa4\x42" + strings.Repeat("\x00", 12),
		"\x40\x00\xff\xff", "\x00\x01\x06\x40" + strings.Repeat("\x00", 2000),
	} {
		a := s.open(t, "tcp", "127.0.0.1")
		fmt.Fprint(a.conn, garbage)
		t.Logf("%.20q", garbage)
		a.expectCut()
		s.expectRefused(t, RefusedMalformed, n+1)
	}
	login.expect(0, stun.MethodRefresh)
	login.conn.Close()
	eventually(t, "no allocation", func() bool { return s.tally.open[OverTCP].Load() == 0 })
}

func TestStreamsWithoutAllocation(t *testing.T) {
	s := serve(t, nil)
	for range maxVacantStreamsPerIP + 1 { // those that have one do not count
		s.login(t, "tcp", credential("ana", hour, "north")).allocate()
	}
	var waiting []*asker
	for range maxVacantStreamsPerIP {
		waiting = append(waiting, s.openSilent(t, "127.0.0.1"))
	}
	waiting[0].expect(0, stun.MethodBinding)
	s.open(t, "tcp", "127.0.0.9").expect(0, stun.MethodBinding)
	newcomer := s.login(t, "tcp", credential("ana", hour, "north"))
	waiting[1].expectCut() // the longest silent
	s.expectRefused(t, RefusedStream, 1)
	newcomer.allocate()
	waiting[0].expect(0, stun.MethodBinding)
	waiting[2].expect(0, stun.MethodBinding)
	newcomer.expect(0, stun.MethodRefresh, stun.RawAttribute{Type: stun.AttrLifetime, Value: noTime})
	s.open(t, "tcp", "127.0.0.1").expect(0, stun.MethodBinding) // one too many again, as the newcomer waits now
	waiting[3].expectCut()
	newcomer.allocate()
	s.expectRefused(t, RefusedStream, 2)
}

// Some addresses hold all the streams that there may be, and let go of none.
func TestSilentStreamsMakeRoomForNewcomers(t *testing.T) {
	s := serve(t, nil)
	const perIP, addresses = 4, 4
	s.lobby.mu.Lock()
	s.lobby.most, s.lobby.mostPerIP = perIP*addresses, perIP
	s.lobby.mu.Unlock()
	var silent []*asker
	for address := range addresses {
		for range perIP {
			silent = append(silent, s.openSilent(t, fmt.Sprintf("127.0.0.%d", 10+address)))
		}
	}
	for i := range 3 {
		newcomer := s.open(t, "tcp", fmt.Sprintf("127.0.0.%d", 100+i))
		newcomer.renew(credential("ana", hour, "north"))
		silent[i].expectCut()
		s.expectRefused(t, RefusedStream, i+1)
		newcomer.allocate()
		silent = append(silent, s.open(t, "tcp", "127.0.0.200")) // takes the place that the newcomer leaves
		silent[len(silent)-1].expect(0, stun.MethodBinding)
	}
}

// An address that begins streams without end must not push out the others' before they are answered.
func TestFloodOfStreams(t *testing.T) {
	s := serve(t, func(s *Settings) { s.RequestsPerSecondPerIP = 1 })
	cut := 0
	for range 30 { // at most two, and one for each second that this takes
		a := s.open(t, "tcp", "127.0.0.1")
		a.conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if _, err := a.conn.Read(make([]byte, 1)); err != nil && !isTimeout(t.Context(), err) {
			cut++
		}
	}
	if n := s.refused(RefusedRate); cut < 10 || n < cut {
		t.Errorf("%d streams are cut, and %d refused", cut, n)
	}
	s.open(t, "tcp", "127.0.0.9").expect(0, stun.MethodBinding)
}
