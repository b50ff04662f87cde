package natlab_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/pion/stun/v4"
)

// turnClient speaks to a relay by one connection, message by message, and honestly only where it is told to.
type turnClient struct {
	t        testing.TB
	conn     net.Conn // UDP, or a stream
	stream   bool
	username string
	password string
	realm    string
	nonce    string
	accepted []*stun.Message // requests that were answered without an error
}

// credential is one of the convention that relays and sites share: it is good for so long.
func credential(ttl time.Duration) (username, password string) {
	username = fmt.Sprintf("%d:somebody", time.Now().Add(ttl).Unix())
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(username))
	return username, base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// newTURNClient connects from a host to the site's relay: over udp or tcp, or over tls to the port of the page.
func newTURNClient(t testing.TB, host namespace, transport string, f files, ttl time.Duration) *turnClient {
	t.Helper()
	c := &turnClient{t: t, stream: transport != "udp"}
	c.username, c.password = credential(ttl)
	err := host.do(func() (err error) {
		if transport == "tls" {
			c.conn, err = net.Dial("tcp", number4(siteNumber)+":443")
		} else {
			c.conn, err = net.Dial(transport, number4(siteNumber)+":3478")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if transport == "tls" {
		roots := x509.NewCertPool()
		root, err := os.ReadFile(f.root)
		if err != nil {
			t.Fatal(err)
		}
		roots.AppendCertsFromPEM(root)
		c.conn = tls.Client(c.conn, &tls.Config{RootCAs: roots, ServerName: siteName})
	}
	t.Cleanup(func() { c.conn.Close() })
	return c
}

// request is a message with the credentials, as far as the client knows what goes with them.
func (c *turnClient) request(method stun.Method, attributes ...stun.Setter) *stun.Message {
	c.t.Helper()
	setters := append([]stun.Setter{stun.TransactionID, stun.NewType(method, stun.ClassRequest)}, attributes...)
	if c.nonce != "" {
		setters = append(setters, stun.NewUsername(c.username), stun.NewRealm(c.realm), stun.NewNonce(c.nonce),
			stun.NewLongTermIntegrity(c.username, c.realm, c.password))
	}
	m, err := stun.Build(setters...)
	if err != nil {
		c.t.Fatal(err)
	}
	return m
}

// ask sends a request and returns the code of the error that is the answer, or 0; once more with the nonce that it learns.
func (c *turnClient) ask(method stun.Method, attributes ...stun.Setter) (code int, answer *stun.Message) {
	c.t.Helper()
	m := c.request(method, attributes...)
	code, answer = c.exchange(m)
	fresh := stun.Nonce(nil)
	if code != 401 && code != 438 || fresh.GetFrom(answer) != nil || fresh.String() == c.nonce {
		return code, answer
	}
	realm := stun.Realm(nil)
	if err := realm.GetFrom(answer); err != nil {
		c.t.Fatal(err)
	}
	known := c.nonce != ""
	c.nonce, c.realm = fresh.String(), realm.String()
	if known && code == 401 {
		return code, answer
	}
	return c.exchange(c.request(method, attributes...))
}

// exchange sends a message, again where it may be lost, and waits for what answers it.
func (c *turnClient) exchange(m *stun.Message) (code int, answer *stun.Message) {
	c.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if _, err := c.conn.Write(m.Raw); err != nil {
			c.t.Fatal(err)
		}
		for {
			got, err := c.read(2 * time.Second)
			if errors.Is(err, os.ErrDeadlineExceeded) && !c.stream {
				break
			}
			if err != nil {
				c.t.Fatalf("no answer to %s: %v", m.Type, err)
			}
			if got.TransactionID == m.TransactionID && got.Type.Class != stun.ClassRequest {
				var problem stun.ErrorCodeAttribute
				if problem.GetFrom(got) == nil {
					return int(problem.Code), got
				}
				c.accepted = append(c.accepted, m)
				return 0, got
			}
		}
	}
	c.t.Fatalf("no answer to %s", m.Type)
	return 0, nil
}

// read takes the next message of STUN.
func (c *turnClient) read(within time.Duration) (*stun.Message, error) {
	if c.stream {
		within = patience
	}
	c.conn.SetReadDeadline(time.Now().Add(within))
	raw := make([]byte, 2048)
	if !c.stream {
		n, err := c.conn.Read(raw)
		if err != nil {
			return nil, err
		}
		m := &stun.Message{Raw: raw[:n]}
		return m, m.Decode()
	}
	const head = 20
	if _, err := io.ReadFull(c.conn, raw[:head]); err != nil {
		return nil, err
	}
	n := head + int(binary.BigEndian.Uint16(raw[2:4]))
	if n > len(raw) {
		return nil, fmt.Errorf("a message of %d bytes", n)
	}
	if _, err := io.ReadFull(c.conn, raw[head:n]); err != nil {
		return nil, err
	}
	m := &stun.Message{Raw: raw[:n]}
	return m, m.Decode()
}

// allocate asks for an address of a family.
func (c *turnClient) allocate(v6 bool) (code int) {
	c.t.Helper()
	family := []byte{1, 0, 0, 0}
	if v6 {
		family[0] = 2
	}
	code, _ = c.ask(stun.MethodAllocate, requestedUDP, stun.RawAttribute{Type: stun.AttrRequestedAddressFamily, Value: family})
	return code
}

// requestedUDP asks for a relay of UDP.
var requestedUDP = stun.RawAttribute{Type: stun.AttrRequestedTransport, Value: []byte{17, 0, 0, 0}}

// permit asks to be let talk to an address.
func (c *turnClient) permit(to netip.AddrPort) (code int) {
	c.t.Helper()
	code, _ = c.ask(stun.MethodCreatePermission, peerAddress(to))
	return code
}

// bind asks for a channel to an address.
func (c *turnClient) bind(channel uint16, to netip.AddrPort) (code int) {
	c.t.Helper()
	number := binary.BigEndian.AppendUint16(nil, channel)
	code, _ = c.ask(stun.MethodChannelBind, stun.RawAttribute{Type: stun.AttrChannelNumber, Value: append(number, 0, 0)}, peerAddress(to))
	return code
}

// send sends data to an address, permitted or not.
func (c *turnClient) send(to netip.AddrPort, data string) {
	c.t.Helper()
	m, err := stun.Build(stun.TransactionID, stun.NewType(stun.MethodSend, stun.ClassIndication), peerAddress(to),
		stun.RawAttribute{Type: stun.AttrData, Value: []byte(data)})
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.conn.Write(m.Raw); err != nil {
		c.t.Fatal(err)
	}
}

// peerAddress is XOR-PEER-ADDRESS (RFC 8656, section 18.3), for addresses that pion would take for others, too.
type peerAddress netip.AddrPort

func (p peerAddress) AddTo(m *stun.Message) error {
	to := netip.AddrPort(p)
	const cookie = 0x2112A442
	mask := append(binary.BigEndian.AppendUint32(nil, cookie), m.TransactionID[:]...)
	value := []byte{0, 1, byte(to.Port()>>8) ^ mask[0], byte(to.Port()) ^ mask[1]}
	if to.Addr().Is6() {
		value[1] = 2
	}
	for i, b := range to.Addr().AsSlice() {
		value = append(value, b^mask[i])
	}
	m.Add(stun.AttrXORPeerAddress, value)
	return nil
}
