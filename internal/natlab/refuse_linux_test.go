package natlab_test

import (
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/stun/v4"
)

// The codes of the errors of STUN and TURN.
const (
	forbidden      = 403
	unauthorized   = 401
	mismatch       = 437 // there is no allocation
	wrongFamily    = 443
	staleNonce     = 438
	plentyOfTime   = time.Hour
	victimPort     = 7777
	privateAddress = "10.9.8.7" // of the site, in a network that clients do not see
)

// notOfTheInternet are addresses that a relay could reach and its clients could not, and ways to write them.
var notOfTheInternet = []string{
	"127.0.0.1", "127.1.2.3", "0.0.0.0", // loopback
	privateAddress, "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", // private
	"169.254.1.1", "169.254.169.254", // link-local, metadata
	"224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1",
	"::1", "::", "fe80::1", "fd00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
	"::ffff:127.0.0.1", "::ffff:10.9.8.7", "::127.0.0.1", // mapped, compatible
	"64:ff9b::7f00:1", "64:ff9b::a09:807", "64:ff9b:1::a9fe:a9fe", // NAT64
	"2002:7f00:1::", "2002:a09:807::1", "2002:a9fe:a9fe::", // 6to4
	"2001:0:102:304::f5f6:f7f8", // Teredo
}

func TestRelayKeepsClientsOutOfOtherNetworks(t *testing.T) {
	t.Parallel()
	l, f := newLab(t), newFiles(t)
	s := l.newSiteWith(embedded, f)
	l.must(s.host.ip("addr add " + privateAddress + "/24 dev lo"))
	host := l.home(portCone, onlyV4, 1).hosts[0]
	stranger := l.home(open, dualStack, 1)
	arrived := l.victim(s.host)
	for _, transport := range []string{"udp", "tcp", "tls"} {
		for _, v6 := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, IPv6 %t", transport, v6), func(t *testing.T) {
				c := newTURNClient(t, host, transport, f, plentyOfTime)
				if code := c.allocate(v6); code != 0 {
					t.Fatalf("no allocation: %d", code)
				}
				for i, text := range notOfTheInternet {
					if to := netip.AddrPortFrom(netip.MustParseAddr(text), victimPort); to.Addr().Is6() == v6 {
						c.isKeptFrom(t, to, uint16(0x4000+i))
					}
				}
				c.reaches(t, stranger, v6)
			})
		}
	}
	if n := arrived.Load(); n != 0 {
		t.Errorf("%d datagrams came to where no client may send", n)
	}
}

// victim is what listens on a host to those who run on it, and counts what comes.
func (l *lab) victim(host namespace) *atomic.Int32 {
	l.t.Helper()
	arrived := new(atomic.Int32)
	for _, address := range []string{"127.0.0.1", "::1", privateAddress} {
		var socket net.PacketConn
		l.must(host.do(func() (err error) {
			socket, err = net.ListenPacket("udp", net.JoinHostPort(address, fmt.Sprint(victimPort)))
			return err
		}))
		l.t.Cleanup(func() { socket.Close() })
		go func() {
			for buffer := make([]byte, 100); ; arrived.Add(1) {
				if _, _, err := socket.ReadFrom(buffer); err != nil {
					return
				}
			}
		}()
	}
	return arrived
}

func (c *turnClient) isKeptFrom(t *testing.T, to netip.AddrPort, channel uint16) {
	t.Helper()
	refused := func(code int) bool {
		return code == forbidden || to.Addr().Is4In6() && code == wrongFamily // it may be taken for what it stands for
	}
	if code := c.permit(to); !refused(code) {
		t.Errorf("permission for %s: %d, want %d", to.Addr(), code, forbidden)
	}
	if code := c.bind(channel, to); !refused(code) && code != unauthorized { // which is what pion says
		t.Errorf("channel to %s: %d, want %d", to.Addr(), code, forbidden)
	}
	c.send(to, "unasked")
}

// reaches sends something to an open home, whose answer comes back.
func (c *turnClient) reaches(t *testing.T, h *home, v6 bool) {
	t.Helper()
	address := number4(h.number)
	if v6 {
		address = number6(h.number)
	}
	var socket net.PacketConn
	err := h.hosts[0].do(func() (err error) {
		socket, err = net.ListenPacket("udp", net.JoinHostPort(address, "0"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	to := netip.MustParseAddrPort(socket.LocalAddr().String())
	if code := c.permit(to); code != 0 {
		t.Fatalf("permission for %s: %d", to, code)
	}
	go func() {
		buffer := make([]byte, 100)
		if n, from, err := socket.ReadFrom(buffer); err == nil {
			socket.WriteTo(buffer[:n], from)
		}
	}()
	c.send(to, "hello")
	for {
		m, err := c.read(patience)
		if err != nil {
			t.Fatalf("no echo of %s: %v", to, err)
		}
		if data, err := m.Get(stun.AttrData); err == nil {
			if string(data) != "hello" {
				t.Errorf("it echoes %q", data)
			}
			return
		}
	}
}

func TestRelayRefusesWhatIsNotTheClients(t *testing.T) {
	t.Parallel()
	l, f := newLab(t), newFiles(t)
	l.newSiteWith(embedded, f)
	host, elsewhere := l.home(portCone, onlyV4, 1).hosts[0], l.home(portCone, onlyV4, 1).hosts[0]
	for _, transport := range []string{"udp", "tcp", "tls"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			for name, c := range map[string]*turnClient{
				"expired": newTURNClient(t, host, transport, f, -time.Minute),
				"forged":  newTURNClient(t, host, transport, f, plentyOfTime).forged(),
			} {
				if code := c.allocate(false); code != unauthorized {
					t.Errorf("%s credentials: %d, want %d", name, code, unauthorized)
				}
			}
			isRefusedAReplay(t, newTURNClient(t, host, transport, f, plentyOfTime), newTURNClient(t, elsewhere, transport, f, plentyOfTime))
			lapses(t, newTURNClient(t, host, transport, f, 4*time.Second))
		})
	}
}

// forged has a credential whose owner may not use the relay for ever.
func (c *turnClient) forged() *turnClient {
	c.username = "9" + c.username
	return c
}

// somebody is an address that clients may send to.
var somebody = netip.MustParseAddrPort(number4(firstHome+99) + ":1")

// isRefusedAReplay has somebody send what somebody else has sent.
func isRefusedAReplay(t *testing.T, owner, thief *turnClient) {
	t.Helper()
	if code := owner.allocate(false); code != 0 {
		t.Fatalf("no allocation: %d", code)
	}
	if code := owner.permit(somebody); code != 0 {
		t.Fatalf("no permission: %d", code)
	}
	if code, _ := owner.ask(stun.MethodRefresh); code != 0 {
		t.Fatalf("not refreshed: %d", code)
	}
	for _, m := range owner.accepted {
		switch code, _ := thief.exchange(m); code {
		case unauthorized, mismatch, staleNonce:
		default:
			t.Errorf("a replayed %s: %d", m.Type, code)
		}
	}
}

// lapses uses a credential for longer than it is good.
func lapses(t *testing.T, c *turnClient) {
	t.Helper()
	if code := c.allocate(false); code != 0 {
		t.Fatalf("no allocation: %d", code)
	}
	if code := c.permit(somebody); code != 0 {
		t.Errorf("before it lapses: %d", code)
	}
	eventually(t, "the credential lapses", patience, func() bool { return c.permit(somebody) != 0 })
	if code := c.permit(somebody); code != unauthorized && code != mismatch {
		t.Errorf("permission with a lapsed credential: %d", code)
	}
	if code, _ := c.ask(stun.MethodRefresh); code != unauthorized && code != mismatch {
		t.Errorf("refreshed with a lapsed credential: %d", code)
	}
}
