package turn

import (
	"bufio"
	"io"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/stun/v4"
)

// piped is a relay and a client that is connected to it by a pipe, for clocks of the test's own.
func piped(t *testing.T, vacantTimes bool) (client *asker, hangUp func()) {
	s := newServer(Settings{Realm: "test", Secrets: []string{"north"}, PublicIPs: []netip.Addr{netip.MustParseAddr("192.0.2.1")}})
	here, there := net.Pipe()
	from := netip.MustParseAddrPort("192.0.2.2:1")
	if vacantTimes {
		s.serveStream(there, OverTLS, from)
	} else {
		st := &stream{Conn: there, client: from, in: bufio.NewReader(there)}
		st.door = &door{server: s, transport: OverTLS, reply: st.reply}
		if err := s.open(st.door, st); err != nil {
			t.Fatal(err)
		}
	}
	return &asker{peer: &peer{conn: here}, t: t}, func() { here.Close() }
}

func TestStreamWithoutAllocationEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, hangUp := piped(t, true)
		defer hangUp()
		begun := time.Now()
		for range 5 {
			time.Sleep(vacantTime / 6)
			a.expect(0, stun.MethodBinding)
		}
		a.conn.SetReadDeadline(time.Time{})
		if _, err := a.conn.Read(make([]byte, 1)); err != io.EOF {
			t.Error(err)
		}
		if took := time.Since(begun); took != vacantTime {
			t.Errorf("it ends after %v", took)
		}
	})
}

func TestNonceExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, hangUp := piped(t, false)
		defer hangUp()
		a.renew(credential("ana", 3*hour, "north"))
		for range 2 {
			a.expect(int(stun.CodeAllocMismatch), stun.MethodRefresh) // signed well: there is no allocation
			time.Sleep(30 * time.Minute)
		}
		time.Sleep(nonceLife - hour)
		challenge := a.expect(int(stun.CodeStaleNonce), stun.MethodRefresh)
		if !a.sign(challenge, credential("ana", hour, "north")) {
			t.Fatal("there is no new nonce")
		}
		a.expect(int(stun.CodeAllocMismatch), stun.MethodRefresh)
	})
}

func TestTransactionsAreRememberedLongerThanNonces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen transactions
		ana, eve := netip.MustParseAddrPort("192.0.2.1:1"), netip.MustParseAddrPort("192.0.2.1:2")
		id := func(n int) [stun.TransactionIDSize]byte {
			return [stun.TransactionIDSize]byte{byte(n >> 16), byte(n >> 8), byte(n)}
		}
		for n := range 600 { // one a minute
			seen.add(id(n), ana)
			for _, age := range []int{0, 1, 61} {
				if age <= n && !seen.isOfAnother(id(n-age), eve) {
					t.Fatalf("after %d minutes a transaction of %d minutes ago is forgotten", n, age)
				}
			}
			if seen.isOfAnother(id(n), ana) {
				t.Fatal("a transaction is not its sender's")
			}
			time.Sleep(time.Minute)
		}
		if n := len(seen.young) + len(seen.old); n > 130 {
			t.Errorf("%d are remembered", n)
		}
		for n := range 3 * maxRemembered {
			seen.add(id(n), ana)
		}
		if n := len(seen.young) + len(seen.old); n > 2*maxRemembered {
			t.Errorf("%d are remembered", n)
		}
	})
}

func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budget{rate: 100 << 10}
		take := func(want int) {
			t.Helper()
			n := 0
			for b.take(1 << 10) {
				n++
			}
			if n != want {
				t.Errorf("%d KiB at once, want %d", n, want)
			}
		}
		take(100)
		time.Sleep(100 * time.Millisecond)
		take(10)
		if b.isWhole() {
			t.Error("a budget that was spent is whole")
		}
		time.Sleep(time.Hour)
		if !b.isWhole() {
			t.Error("a budget is not whole after an hour")
		}
		take(100)
		none := budget{}
		if !none.take(1 << 30) {
			t.Error("no bound is one")
		}
	})
}

func TestLedgerForgetsUsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{perUser: quota{rate: 1000}, accounts: map[payer]*account{}}
		home, away := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
		a, _ := l.open("ana", home)
		a[0].budget.take(2000)
		l.close(a)
		l.forget()
		if len(l.accounts) != 1 {
			t.Error("what a user has relayed is forgotten with the allocation")
		}
		time.Sleep(2 * time.Second)
		b, _ := l.open("ben", away)
		l.forget()
		if len(l.accounts) != 2 || l.all != 1 {
			t.Errorf("%d accounts and %d allocations", len(l.accounts), l.all)
		}
		l.close(b)
		l.forget()
		if len(l.accounts) != 0 || l.all != 0 {
			t.Errorf("%d accounts and %d allocations", len(l.accounts), l.all)
		}
	})
}
