//go:build unix

package relay

import (
	"math/rand/v2"
	"testing"
	"time"

	"beckon/internal/turn"

	"github.com/pion/stun/v4"
	pion "github.com/pion/turn/v5"
)

// counted is how each way to the relay is counted.
func counted(transport string) turn.Transport {
	return map[string]turn.Transport{"udp": turn.OverUDP, "tcp": turn.OverTCP, "handed": turn.OverTLS}[transport]
}

func TestRelaysOverEveryTransport(t *testing.T) {
	f := newRelay(t, nil)
	for _, transport := range []string{"udp", "tcp", "handed"} {
		t.Run(transport, func(t *testing.T) {
			relayed := allocate(t, f.client(t, transport, "ana"))
			peer := socket(t, "udp", "127.0.0.1:0")
			exchange(t, relayed, peer)
			other := allocate(t, f.client(t, "udp", "ben"))
			permit(t, other, relayed)
			exchange(t, relayed, other)
			f.observed.until(t, "its allocation and what was relayed", func() bool {
				return f.observed.open[counted(transport)] >= 1 && f.observed.created[counted(transport)] >= 1 &&
					f.observed.sent > 0 && f.observed.received > 0
			})
		})
	}
	f.observed.until(t, "no allocation left", func() bool {
		return f.observed.open[turn.OverUDP]+f.observed.open[turn.OverTCP]+f.observed.open[turn.OverTLS] == 0
	})
}

// A client gets an address of the family that it asks for (RFC 8656 section 7.1), whatever its own is.
func TestRelaysBothFamilies(t *testing.T) {
	f := newRelay(t, nil)
	for _, c := range []struct {
		family  pion.RequestedAddressFamily
		network string
		peer    string
	}{
		{pion.RequestedAddressFamilyIPv4, "udp4", "127.0.0.1:0"},
		{pion.RequestedAddressFamilyIPv6, "udp6", "[::1]:0"},
	} {
		username, password := credential("ana", time.Hour, secret)
		relayed := allocate(t, f.clientWith(t, f.connect(t, "udp"), username, password, c.family))
		exchange(t, relayed, socket(t, c.network, c.peer))
	}
}

// Messages that are almost good do not end the process.
func TestMalformedMessages(t *testing.T) {
	const messages, streams = 20000, 200
	f := newRelay(t, nil)
	pid := f.pid(t)
	relayed := allocate(t, f.client(t, "udp", "ana"))
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	random := rand.New(rand.NewPCG(seed, seed))
	conn := f.connect(t, "udp")
	udp, _ := f.Addrs()
	for range messages {
		if _, err := conn.WriteTo(malformed(random), udp); err != nil {
			t.Fatal(err)
		}
	}
	for n := range streams {
		client := dial(t, f.server)
		if n%2 == 0 {
			client.Close()
			client = f.handed(t)
		}
		for range 20 {
			client.Write(malformed(random)) // until it is cut
		}
		client.Close()
	}
	exchange(t, relayed, socket(t, "udp", "127.0.0.1:0"))
	if f.pid(t) != pid {
		t.Errorf("it is another process: %s", f.lines)
	}
}

// malformed is a message of some kind with attributes of some kind, in which some bytes are changed, and of which some
// are missing.
func malformed(random *rand.Rand) []byte {
	m := stun.New()
	m.TransactionID = stun.NewTransactionID()
	m.SetType(stun.NewType(stun.Method(random.IntN(16)), stun.MessageClass(random.IntN(4))))
	m.WriteHeader()
	kinds := []stun.AttrType{
		stun.AttrUsername, stun.AttrRealm, stun.AttrNonce, stun.AttrMessageIntegrity, stun.AttrFingerprint, stun.AttrLifetime,
		stun.AttrXORPeerAddress, stun.AttrRequestedTransport, stun.AttrChannelNumber, stun.AttrData, stun.AttrEvenPort,
		stun.AttrReservationToken, stun.AttrRequestedAddressFamily, stun.AttrDontFragment,
	}
	for range random.IntN(6) {
		value := make([]byte, random.IntN(24))
		for i := range value {
			value[i] = byte(random.Uint32())
		}
		m.Add(kinds[random.IntN(len(kinds))], value)
	}
	raw := m.Raw
	for range random.IntN(4) {
		raw[random.IntN(len(raw))] = byte(random.Uint32())
	}
	return raw[:len(raw)-random.IntN(min(len(raw), 3+random.IntN(20)))]
}
