package turn

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/stun/v4"
)

// until is when any credential of a test has run out.
func until() int64 { return time.Now().Add(2 * hour).Unix() }

func TestRevokedLogin(t *testing.T) {
	s := serve(t, nil)
	peer := receiver(t)
	refused := int(stun.CodeUnauthorized)
	udp, tcp := s.login(t, "udp", credential("login1", hour, "north")), s.login(t, "tcp", credential("login1/ana", hour, "north"))
	other, again := s.login(t, "udp", credential("login2", hour, "north")), s.login(t, "tcp", credential("login3/ana", hour, "north"))
	for _, a := range []*asker{udp, tcp, other, again} {
		a.allocate()
		a.expect(0, stun.MethodChannelBind, channel(0x4000), peerAt(peer.LocalAddr().String()))
	}
	s.apply(Update{Revoke: []Revocation{{"login1", until()}, {"nobody", until()}}})
	s.expectRefused(t, RefusedRevoked, 2)
	eventually(t, "one allocation of each kind is left", func() bool {
		return s.tally.open[OverUDP].Load() == 1 && s.tally.open[OverTCP].Load() == 1
	})
	udp.say(0x4000, "through what was revoked")
	s.expectRefused(t, RefusedAllocation, 1)
	for i, a := range []*asker{udp, tcp} {
		a.expect(refused, stun.MethodRefresh)
		a.expect(refused, stun.MethodAllocate, overUDP)
		a.renew(credential(fmt.Sprintf("login1/%d", i), 2*hour, "north"))
		a.expect(refused, stun.MethodAllocate, overUDP)
	}
	s.expectRefused(t, RefusedRevoked, 8)
	for _, a := range []*asker{other, again} {
		a.say(0x4000, "of another login")
		expectText(t, peer, "of another login")
		a.expect(0, stun.MethodRefresh)
	}
	udp.renew(credential("login4", hour, "north"))
	udp.allocate()
	if secrets := *s.secrets.Load(); len(secrets) != 1 {
		t.Errorf("the secrets are %q", secrets)
	}
}

// A login may be revoked while a request of it, found good, is being answered.
func TestRevokedWhileItAllocates(t *testing.T) {
	s := serve(t, nil)
	a := s.login(t, "tcp", credential("ana", hour, "north"))
	a.allocate()
	l := s.leasesOf(map[string]struct{}{"ana": {}})[0]
	s.revoked.add(Revocation{"ana", until()})
	accounts, _ := s.ledger.open("ana", l.client.Addr())
	conn, _ := s.bind("udp4", s.public(false))
	late := &lease{conn: conn, door: l.door, id: "ana", client: l.client, accounts: accounts, ends: l.ends, addr: addrPortOf(conn.LocalAddr())}
	late.begin()
	if s.leaseAt(late.addr) != nil {
		t.Error("there is an allocation")
	}
	s.expectRefused(t, RefusedRevoked, 1)
}

func TestRevocationsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRevoked()
		in := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
		r.add(Revocation{"ana", in(hour)})
		r.add(Revocation{"ben", in(2 * hour)})
		r.add(Revocation{"ana", in(time.Minute)}) // sooner than before
		time.Sleep(hour)
		r.forget()
		if !r.has("ana") || !r.has("ben") || r.has("eve") {
			t.Error("not those are refused who were revoked")
		}
		time.Sleep(2 * time.Second)
		if r.has("ana") {
			t.Error("one is refused for ever")
		}
		r.forget()
		if len(r.until) != 1 || len(r.order) != 1 {
			t.Errorf("%d are remembered", len(r.until))
		}
		for n := range maxRevoked + 5 {
			r.add(Revocation{fmt.Sprint(n), in(hour)})
		}
		if len(r.until) != maxRevoked || len(r.order) != maxRevoked || r.has("ben") || r.has("4") || !r.has("5") {
			t.Errorf("%d are remembered", len(r.until))
		}
	})
}
