package turn

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/pion/stun/v4"
)

// Requests over UDP are sent again after so long, then after twice as long, and so on (RFC 8489 section 6.2.1).
const firstRetry = 500 * time.Millisecond

// maxMessage is more than a STUN message has, in bytes.
const maxMessage = 4096

// headerBytes is the length of a STUN message without attributes (RFC 8489 section 5).
const headerBytes = 20

// udpRelay is REQUESTED-TRANSPORT for UDP: its protocol number and three bytes of nothing (RFC 8656 section 18.7).
var udpRelay = []byte{17, 0, 0, 0}

// noTime is LIFETIME 0, which gives an allocation back (RFC 8656 section 7.3).
var noTime = []byte{0, 0, 0, 0}

// peer is the connection to a server. Its methods are for one goroutine.
type peer struct {
	conn      net.Conn
	datagrams bool
	keys      []stun.Setter // user name, realm, nonce and signature, once the server has asked for them
	integrity stun.MessageIntegrity
}

// bind asks where the server sees us (RFC 8489 section 2).
func (p *peer) bind(ctx context.Context) (Answer, error) {
	reply, err := p.ask(ctx, stun.BindingRequest)
	if err != nil {
		return Answer{}, err
	}
	mapped, err := addressIn(reply, stun.AttrXORMappedAddress)
	return Answer{Mapped: mapped}, err
}

// allocate asks for a relayed address, first without credentials as the protocol wants it (RFC 8656 section 7.1), and
// gives it back.
func (p *peer) allocate(ctx context.Context, server Server) (Answer, error) {
	request := stun.NewType(stun.MethodAllocate, stun.ClassRequest)
	transport := stun.RawAttribute{Type: stun.AttrRequestedTransport, Value: udpRelay}
	reply, err := p.ask(ctx, request, transport)
	for tries := 2; tries > 0 && p.challenged(err) && p.sign(reply, server); tries-- { // the first nonce may be stale
		reply, err = p.ask(ctx, request, transport)
	}
	if err != nil {
		return Answer{}, err
	}
	if p.keys != nil && p.integrity.Check(reply) != nil {
		return Answer{}, &Failure{Kind: Garbled, err: errors.New("the answer is not signed with the password")}
	}
	relayed, err := addressIn(reply, stun.AttrXORRelayedAddress)
	if err != nil {
		return Answer{}, err
	}
	mapped, _ := addressIn(reply, stun.AttrXORMappedAddress)
	refresh := stun.NewType(stun.MethodRefresh, stun.ClassRequest)
	// Whether it is given back or runs out in ten minutes makes no difference to the answer.
	_, _ = p.ask(ctx, refresh, stun.RawAttribute{Type: stun.AttrLifetime, Value: noTime})
	return Answer{Mapped: mapped, Relayed: relayed}, nil
}

// challenged tells whether an error asks for credentials, or for the same ones with a fresh nonce (RFC 8489 section
// 9.2.5).
func (p *peer) challenged(err error) bool {
	var failed *Failure
	if !errors.As(err, &failed) || failed.Kind != Rejected {
		return false
	}
	asked := failed.Code == int(stun.CodeUnauthorized) && p.keys == nil
	return asked || failed.Code == int(stun.CodeStaleNonce)
}

// sign makes the requests that follow carry the credentials (RFC 8489 section 9.2); false if the server did not say
// for which realm.
func (p *peer) sign(challenge *stun.Message, server Server) bool {
	var realm stun.Realm
	var nonce stun.Nonce
	if realm.GetFrom(challenge) != nil || nonce.GetFrom(challenge) != nil {
		return false
	}
	p.integrity = stun.NewLongTermIntegrity(server.Username, realm.String(), server.Credential)
	p.keys = []stun.Setter{stun.NewUsername(server.Username), stun.NewRealm(realm.String()), stun.NewNonce(nonce.String()), p.integrity}
	return true
}

// ask sends a request and returns its answer; an answer that is an error comes with a *Failure.
func (p *peer) ask(ctx context.Context, kind stun.MessageType, attributes ...stun.Setter) (*stun.Message, error) {
	setters := append([]stun.Setter{stun.TransactionID, kind}, attributes...)
	request, err := stun.Build(append(append(setters, p.keys...), stun.Fingerprint)...)
	if err != nil {
		return nil, err
	}
	reply, err := p.exchange(ctx, request)
	if err != nil || reply.Type.Class != stun.ClassErrorResponse {
		return reply, err
	}
	var code stun.ErrorCodeAttribute
	if err := code.GetFrom(reply); err != nil {
		return nil, &Failure{Kind: Garbled, err: err}
	}
	return reply, &Failure{Kind: Rejected, Code: int(code.Code), Reason: string(code.Reason)}
}

// exchange sends a request until there is an answer to it.
func (p *peer) exchange(ctx context.Context, request *stun.Message) (*stun.Message, error) {
	for wait := firstRetry; ; wait *= 2 {
		if _, err := p.conn.Write(request.Raw); err != nil {
			return nil, err
		}
		reply, err := p.await(ctx, request, wait)
		if err == nil || !p.datagrams || !errors.Is(err, os.ErrDeadlineExceeded) || ctx.Err() != nil {
			return reply, err
		}
	}
}

// await reads until the answer to a request comes; over UDP for a limited time.
func (p *peer) await(ctx context.Context, request *stun.Message, wait time.Duration) (*stun.Message, error) {
	deadline, _ := ctx.Deadline()
	if again := time.Now().Add(wait); p.datagrams && (deadline.IsZero() || again.Before(deadline)) {
		deadline = again
	}
	p.conn.SetReadDeadline(deadline)
	if err := ctx.Err(); err != nil {
		return nil, err // after the deadline above was set, which would have undone an end that came before
	}
	for {
		raw, err := p.read()
		if err != nil {
			return nil, err
		}
		reply := stun.New()
		if !stun.IsMessage(raw) || stun.Decode(raw, reply) != nil {
			return nil, &Failure{Kind: Garbled, err: errors.New("the answer is not STUN")}
		}
		if reply.TransactionID == request.TransactionID {
			return reply, nil
		}
	}
}

// read takes one message: a datagram, or from a stream as much as its header announces (RFC 8489 section 6.2.2).
func (p *peer) read() ([]byte, error) {
	buf := make([]byte, maxMessage)
	if p.datagrams {
		n, err := p.conn.Read(buf)
		return buf[:n], err
	}
	if _, err := io.ReadFull(p.conn, buf[:headerBytes]); err != nil {
		return nil, err
	}
	n := headerBytes + (int(buf[2])<<8 | int(buf[3]))
	if n > maxMessage || !stun.IsMessage(buf[:headerBytes]) {
		return nil, &Failure{Kind: Garbled, err: errors.New("the answer is not STUN")}
	}
	_, err := io.ReadFull(p.conn, buf[headerBytes:n])
	return buf[:n], err
}

// addressIn reads an address from an answer.
func addressIn(reply *stun.Message, attribute stun.AttrType) (netip.AddrPort, error) {
	var found stun.XORMappedAddress
	if err := found.GetFromAs(reply, attribute); err != nil {
		return netip.AddrPort{}, &Failure{Kind: Garbled, err: err}
	}
	addr, _ := netip.AddrFromSlice(found.IP)
	return netip.AddrPortFrom(addr.Unmap(), uint16(found.Port)), nil
}
