package ratelimit

import (
	"encoding/binary"
	"net/netip"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// somebody is the n-th group of addresses.
func somebody(n int) netip.Prefix {
	var addr [4]byte
	binary.BigEndian.PutUint32(addr[:], uint32(n))
	return netip.PrefixFrom(netip.AddrFrom4(addr), 32)
}

// admit is Admit for a connection that must be let in.
func admit(t *testing.T, g *Gate, key netip.Prefix) (release func()) {
	t.Helper()
	place, reason := g.Admit(key)
	if reason != None || place == (Place{}) {
		t.Fatalf("%v: refused for %v", key, reason)
	}
	return place.Leave
}

// refuse is Admit for a connection that must not be let in.
func refuse(t *testing.T, g *Gate, key netip.Prefix, want Reason) {
	t.Helper()
	if place, reason := g.Admit(key); reason != want || place != (Place{}) {
		t.Fatalf("%v: got reason %v, want %v", key, reason, want)
	}
}

func TestConnectionsOfTheServer(t *testing.T) {
	g := NewGate(Limits{Connections: 2})
	first := admit(t, g, somebody(1))
	admit(t, g, somebody(2))
	refuse(t, g, somebody(3), ServerConnections)
	first()
	admit(t, g, somebody(3))
	refuse(t, g, somebody(1), ServerConnections)
	if g.Open() != 2 {
		t.Errorf("%d open", g.Open())
	}
}

func TestConnectionsOfOneGroup(t *testing.T) {
	g := NewGate(Limits{GroupConnections: 2})
	first := admit(t, g, somebody(1))
	admit(t, g, somebody(1))
	refuse(t, g, somebody(1), AddressConnections)
	admit(t, g, somebody(2))
	first()
	admit(t, g, somebody(1))
	refuse(t, g, somebody(1), AddressConnections)
}

func TestAPlaceKnowsTheLimitOfItsGroup(t *testing.T) {
	g := NewGate(Limits{GroupConnections: 2})
	place, _ := g.Admit(somebody(1))
	exempt, _ := g.AdmitExempt()
	g.SetLimits(Limits{GroupConnections: 7})
	if got, other, none := place.GroupConnections(), exempt.GroupConnections(), new(Place).GroupConnections(); got != 7 || other != 0 || none != 0 {
		t.Errorf("got %d, %d for one that is exempt, %d for none", got, other, none)
	}
}

func TestNobodysAddressIsAGroupToo(t *testing.T) {
	g := NewGate(Limits{GroupConnections: 1})
	admit(t, g, netip.Prefix{})
	refuse(t, g, netip.Prefix{}, AddressConnections)
}

func TestExempt(t *testing.T) {
	g := NewGate(Limits{Connections: 3, GroupConnections: 1, HandshakeRate: 1})
	admit(t, g, netip.Prefix{})
	place, reason := g.AdmitExempt()
	if _, second := g.AdmitExempt(); reason != None || second != None || g.Groups() != 1 || g.Open() != 3 {
		t.Fatalf("got %v and %v, %d groups, %d open", reason, second, g.Groups(), g.Open())
	}
	if _, reason := g.AdmitExempt(); reason != ServerConnections {
		t.Errorf("got %v from a full server", reason)
	}
	place.Leave()
	place.Leave()
	admit(t, g, somebody(1))
	refuse(t, g, somebody(2), ServerConnections)
}

func TestReleaseCountsOnce(t *testing.T) {
	g := NewGate(Limits{Connections: 2, GroupConnections: 2})
	first := admit(t, g, somebody(1))
	admit(t, g, somebody(1))
	first()
	first()
	admit(t, g, somebody(1))
	refuse(t, g, somebody(1), ServerConnections)
}

func TestHandshakeRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Limits{HandshakeRate: 0.5, HandshakeBurst: 3})
		for range 3 {
			admit(t, g, somebody(1))()
		}
		refuse(t, g, somebody(1), AddressHandshakes)
		admit(t, g, somebody(2))

		after := time.Duration(g.RetryAfter(AddressHandshakes)) * time.Second
		time.Sleep(after - time.Nanosecond)
		refuse(t, g, somebody(1), AddressHandshakes)
		time.Sleep(time.Nanosecond)
		admit(t, g, somebody(1))
		refuse(t, g, somebody(1), AddressHandshakes)

		time.Sleep(time.Hour) // nobody saves up more than a burst
		for range 3 {
			admit(t, g, somebody(1))
		}
		refuse(t, g, somebody(1), AddressHandshakes)
	})
}

// What is too much waits, in the order in which it came, whichever connection of the group it came from.
func TestLoginRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Limits{LoginRate: 2, LoginBurst: 3})
		first, _ := g.Admit(somebody(1))
		second, _ := g.Admit(somebody(1))
		other, _ := g.Admit(somebody(2))
		exempt, _ := g.AdmitExempt()
		const each = time.Second / 2
		for n, want := range []time.Duration{0, 0, 0, each, 2 * each, 3 * each} {
			if got := []*Place{&first, &second}[n%2].TakeLogin(); got != want {
				t.Errorf("login %d must wait %v, want %v", n, got, want)
			}
		}
		if got := other.TakeLogin() + exempt.TakeLogin() + new(Place).TakeLogin(); got != 0 {
			t.Errorf("others must wait %v", got)
		}
		first.Leave()
		second.Leave()
		if again, _ := g.Admit(somebody(1)); again.TakeLogin() != 4*each {
			t.Error("who connects anew has its burst anew")
		}
		g.SetLimits(Limits{})
		if got := other.TakeLogin(); got != 0 {
			t.Errorf("without a limit, a login must wait %v", got)
		}
	})
}

func TestBurstIsAtLeastOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Limits{HandshakeRate: 1})
		admit(t, g, somebody(1))
		refuse(t, g, somebody(1), AddressHandshakes)
	})
}

// A full server must not cost those who are turned away their handshakes.
func TestRefusedHandshakesAreFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Limits{Connections: 1, HandshakeRate: 1, HandshakeBurst: 2})
		release := admit(t, g, somebody(1))
		for range 100 {
			refuse(t, g, somebody(1), ServerConnections)
			refuse(t, g, somebody(2), ServerConnections)
		}
		if g.Groups() != 1 {
			t.Errorf("%d groups remembered", g.Groups())
		}
		release()
		admit(t, g, somebody(1))
	})
}

func TestNoLimits(t *testing.T) {
	g := NewGate(Limits{})
	for range 10_000 {
		admit(t, g, somebody(1))
	}
}

func TestRetryAfter(t *testing.T) {
	for rate, want := range map[float64]int{0: 1, 1e12: 1, 10: 1, 1: 1, 0.9: 2, 0.1: 10} {
		if got := NewGate(Limits{HandshakeRate: rate}).RetryAfter(AddressHandshakes); got != want {
			t.Errorf("rate %v: got %d, want %d", rate, got, want)
		}
	}
	for _, reason := range Reasons() {
		if got := NewGate(Limits{}).RetryAfter(reason); got < 1 {
			t.Errorf("%v: %d", reason, got)
		}
	}
}

// The flood comes from more addresses than are remembered, and no two come from the same one.
func TestFloodFromManyAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const flood = 4 * maxIdle
		g := NewGate(Limits{GroupConnections: 1, HandshakeRate: 1, HandshakeBurst: 10})
		admit(t, g, somebody(0))
		before := heap()
		for n := 1; n <= flood; n++ {
			admit(t, g, somebody(n))()
		}
		if g.Groups() > maxIdle+1 {
			t.Errorf("%d groups are remembered", g.Groups())
		}
		if grown := heap() - before; grown > 32<<20 {
			t.Errorf("the heap has grown by %d MiB", grown>>20)
		}
		refuse(t, g, somebody(0), AddressConnections) // who has a connection is not forgotten

		time.Sleep(time.Minute)
		for range maxIdle/2 + 1 {
			refuse(t, g, somebody(0), AddressConnections)
		}
		if g.Groups() != 1 {
			t.Errorf("%d groups are remembered long after the flood", g.Groups())
		}
	})
}

func heap() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func TestGateIsSafeForConcurrentUse(t *testing.T) {
	g := NewGate(Limits{Connections: 7, GroupConnections: 3, HandshakeRate: 1e6, HandshakeBurst: 10})
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for n := range 500 {
				if place, reason := g.Admit(somebody((worker + n) % 5)); reason == None {
					wg.Go(place.Leave)
				}
				if open := g.Open(); open > 7 {
					t.Errorf("%d open", open)
				}
			}
		})
	}
	wg.Wait()
	if g.Open() != 0 {
		t.Errorf("%d open in the end", g.Open())
	}
}

func TestReasons(t *testing.T) {
	seen := map[string]bool{None.String(): true}
	for _, reason := range Reasons() {
		if seen[reason.String()] || reason.Text() == "" || reason.Status() != 429 && reason.Status() != 503 {
			t.Errorf("%d: %q, %q, %d", reason, reason, reason.Text(), reason.Status())
		}
		seen[reason.String()] = true
	}
	if len(seen) != int(reasons) {
		t.Errorf("%d reasons", len(seen))
	}
}

// Other limits are for those who come from then on; who is inside stays, and counts.
func TestLimitsMayChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Limits{Connections: 3, GroupConnections: 2})
		leave := admit(t, g, somebody(1))
		admit(t, g, somebody(1))
		refuse(t, g, somebody(1), AddressConnections)
		g.SetLimits(Limits{Connections: 3, GroupConnections: 3})
		admit(t, g, somebody(1))
		refuse(t, g, somebody(2), ServerConnections)
		g.SetLimits(Limits{Connections: 1, GroupConnections: 1})
		leave()
		refuse(t, g, somebody(1), ServerConnections)
		g.SetLimits(Limits{GroupConnections: 1})
		refuse(t, g, somebody(1), AddressConnections)
		admit(t, g, somebody(2))

		g.SetLimits(Limits{})
		for range 10 {
			admit(t, g, somebody(3))()
		}
		g.SetLimits(Limits{HandshakeRate: 0.1, HandshakeBurst: 1})
		admit(t, g, somebody(3))()
		refuse(t, g, somebody(3), AddressHandshakes)
		if after := g.RetryAfter(AddressHandshakes); after != 10 {
			t.Errorf("to come back after %d s", after)
		}
		g.SetLimits(Limits{HandshakeRate: 10, HandshakeBurst: 1})
		time.Sleep(10 * time.Second) // what was owed is owed
		admit(t, g, somebody(3))
		time.Sleep(time.Second / 10)
		admit(t, g, somebody(3))
		if g.Open() != 5 {
			t.Errorf("%d are open", g.Open())
		}
	})
}
