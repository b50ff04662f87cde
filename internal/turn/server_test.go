package turn

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/pion/stun/v4"
)

// served is a relay in the test's own process.
type served struct {
	*server
	udp, tcp string // host:port
}

// serve starts a relay on loopback, which relays to other addresses of loopback than its own.
func serve(t *testing.T, change func(*Settings)) *served {
	t.Helper()
	settings := Settings{
		Realm: "test", Secrets: []string{"north"}, MinPort: 49152, MaxPort: 65535,
		PublicIPs:  []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::1")},
		AllowPeers: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
	if change != nil {
		change(&settings)
	}
	s := &served{server: newServer(settings)}
	s.listenAt(t, "udp", "127.0.0.1:0")
	streams := listen(t)
	s.tcp = streams.Addr().String()
	go s.serveStreams(streams)
	t.Cleanup(func() { streams.Close() })
	return s
}

// listenAt makes the relay answer at a UDP socket.
func (s *served) listenAt(t *testing.T, network, addr string) {
	t.Helper()
	packets, err := net.ListenPacket(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { packets.Close() })
	if err := s.servePackets(packets.(*net.UDPConn)); err != nil {
		t.Fatal(err)
	}
	s.udp = packets.LocalAddr().String()
}

// credential is a user's, as the REST convention has it.
func credential(id string, lasts time.Duration, secret string) Server {
	username := fmt.Sprintf("%d:%s", time.Now().Add(lasts).Unix(), id)
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(username))
	return Server{Username: username, Credential: base64.StdEncoding.EncodeToString(mac.Sum(nil))}
}

// asker is a client that a test makes ask for one thing after another.
type asker struct {
	*peer
	t *testing.T
}

// open connects a client from an address of loopback.
func (s *served) open(t *testing.T, network, from string) *asker {
	t.Helper()
	dialer, to := net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP(from)}}, s.udp
	if network == "tcp" {
		dialer, to = net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}, s.tcp
	}
	conn, err := dialer.Dial(network, to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &asker{peer: &peer{conn: conn, datagrams: network == "udp"}, t: t}
}

// openSilent opens a TCP client that says nothing, and has come in before whoever comes later. There must be room for it.
func (s *served) openSilent(t *testing.T, from string) *asker {
	t.Helper()
	inside := func() int {
		s.lobby.mu.Lock()
		defer s.lobby.mu.Unlock()
		return s.lobby.all.Len()
	}
	before := inside()
	a := s.open(t, "tcp", from)
	eventually(t, "the stream is let in", func() bool { return inside() > before })
	return a
}

// login opens a client that has been asked for its credentials and will give them.
func (s *served) login(t *testing.T, network string, as Server) *asker {
	t.Helper()
	a := s.open(t, network, "127.0.0.1")
	a.renew(as)
	return a
}

// renew gets a nonce, and signs with a credential from now on.
func (a *asker) renew(as Server) {
	a.t.Helper()
	a.keys = nil
	challenge := a.expect(int(stun.CodeUnauthorized), stun.MethodAllocate)
	if !a.sign(challenge, as) {
		a.t.Fatal("the challenge has no realm or no nonce")
	}
}

// expect asks, and wants an error, or 0 for success.
func (a *asker) expect(code int, method stun.Method, attributes ...stun.Setter) *stun.Message {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	reply, err := a.ask(ctx, stun.NewType(method, stun.ClassRequest), attributes...)
	got, failure := 0, (*Failure)(nil)
	if errors.As(err, &failure) && failure.Kind == Rejected {
		got = failure.Code
	} else if err != nil {
		a.t.Fatalf("%s: %v", method, err)
	}
	if got != code {
		a.t.Fatalf("%s is answered with %d, not %d", method, got, code)
	}
	return reply
}

// allocate asks for a relayed address.
func (a *asker) allocate(attributes ...stun.Setter) netip.AddrPort {
	a.t.Helper()
	reply := a.expect(0, stun.MethodAllocate, append(attributes, overUDP)...)
	relayed, err := addressIn(reply, stun.AttrXORRelayedAddress)
	if err != nil {
		a.t.Fatal(err)
	}
	return relayed
}

// tell sends an indication.
func (a *asker) tell(method stun.Method, attributes ...stun.Setter) {
	a.t.Helper()
	setters := append([]stun.Setter{stun.TransactionID, stun.NewType(method, stun.ClassIndication)}, attributes...)
	message, err := stun.Build(setters...)
	if err != nil {
		a.t.Fatal(err)
	}
	if _, err := a.conn.Write(message.Raw); err != nil {
		a.t.Fatal(err)
	}
}

// say sends ChannelData, with padding.
func (a *asker) say(channel uint16, text string) {
	a.t.Helper()
	raw := []byte{byte(channel >> 8), byte(channel), byte(len(text) >> 8), byte(len(text))}
	raw = append(raw, text...)
	for len(raw)%4 != 0 {
		raw = append(raw, 0)
	}
	if _, err := a.conn.Write(raw); err != nil {
		a.t.Fatal(err)
	}
}

// hear reads a datagram of a peer, which comes by a channel or not.
func (a *asker) hear() (text string) {
	a.t.Helper()
	a.conn.SetReadDeadline(time.Now().Add(patience))
	buf := make([]byte, maxDatagram)
	n, err := a.conn.Read(buf)
	if err != nil {
		a.t.Fatal(err)
	}
	if isChannelData(buf[:n]) {
		return string(buf[4 : 4+int(buf[2])<<8+int(buf[3])])
	}
	message := stun.New()
	if err := stun.Decode(buf[:n], message); err != nil {
		a.t.Fatal(err)
	}
	payload, err := message.Get(stun.AttrData)
	if err != nil {
		a.t.Fatal(err)
	}
	return string(payload)
}

// expectCut waits for the end of a stream.
func (a *asker) expectCut() {
	a.t.Helper()
	a.conn.SetReadDeadline(time.Now().Add(patience))
	if n, err := a.conn.Read(make([]byte, 1)); n != 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		a.t.Errorf("the stream is answered with %d bytes, %v", n, err)
	}
}

// Attributes.

var (
	overUDP = stun.RawAttribute{Type: stun.AttrRequestedTransport, Value: udpRelay}
	overTCP = stun.RawAttribute{Type: stun.AttrRequestedTransport, Value: []byte{6, 0, 0, 0}}
)

// at is XOR-PEER-ADDRESS.
type at netip.AddrPort

func (p at) AddTo(m *stun.Message) error {
	addr := netip.AddrPort(p)
	return stun.XORMappedAddress{IP: addr.Addr().AsSlice(), Port: int(addr.Port())}.AddToAs(m, stun.AttrXORPeerAddress)
}

func peerAt(text string) stun.Setter { return at(netip.MustParseAddrPort(text)) }

func channel(number uint16) stun.Setter {
	return stun.RawAttribute{Type: stun.AttrChannelNumber, Value: []byte{byte(number >> 8), byte(number), 0, 0}}
}

func family(number byte) stun.Setter {
	return stun.RawAttribute{Type: stun.AttrRequestedAddressFamily, Value: []byte{number, 0, 0, 0}}
}

func data(text string) stun.Setter {
	return stun.RawAttribute{Type: stun.AttrData, Value: []byte(text)}
}

// refused is how often something has been refused for a reason.
func (s *served) refused(reason Refusal) int { return int(s.tally.refused[reason].Load()) }

// expectRefused waits until something has been refused so often for a reason.
func (s *served) expectRefused(t *testing.T, reason Refusal, times int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d refusals: %s", times, reason), func() bool { return s.refused(reason) >= times })
	if n := s.refused(reason); n > times {
		t.Errorf("%d refusals, not %d: %s", n, times, reason)
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// receiver is a peer at an address of loopback that is not the relay's.
func receiver(t *testing.T) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 2)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// expectText reads datagrams until one is a text, and returns who sent it.
func expectText(t *testing.T, conn *net.UDPConn, text string) netip.AddrPort {
	t.Helper()
	conn.SetReadDeadline(time.Now().Add(patience))
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			t.Fatal(err)
		}
		if string(buf[:n]) == text {
			return from
		}
	}
}
