package turn

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"time"

	"beckon/internal/ratelimit"

	"github.com/pion/stun/v4"
	pion "github.com/pion/turn/v5"
)

// door stands between a socket or stream and pion, which reads it with one goroutine: what comes in passes admits, and
// whatever pion asks while it handles it is about the request under way.
type door struct {
	// Static.

	server    *server
	transport Transport
	reply     func(raw []byte, to netip.AddrPort) // sends to a client
	settle    func(vacant bool)                   // told when the first allocation comes and the last goes; may be nil
	seen      *transactions                       // nil for a stream, whose nonces no other one has

	// Of pion's reading goroutine: the request under way.

	client  netip.AddrPort
	request stun.Message
	via     netip.Addr // our address that it was sent to, where there are several
	id      string
	ends    time.Time
	key     stun.MessageIntegrity
	refused bool // it has been answered, with an error

	mu     sync.Mutex
	leases map[netip.AddrPort]*lease // by the client's address; guarded by mu
}

// lease is the allocation of a client, or nil.
func (d *door) lease(client netip.AddrPort) *lease {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.leases[client]
}

// admits tells whether pion shall see a message of a client. It may change it.
func (d *door) admits(raw []byte, client netip.AddrPort) bool {
	d.client = client
	holds := d.lease(client) != nil
	isSTUN := stun.IsMessage(raw)
	var kind stun.MessageType
	if isSTUN {
		kind.ReadValue(binary.BigEndian.Uint16(raw))
	}
	switch {
	case isChannelData(raw), isSTUN && kind == stun.NewType(stun.MethodSend, stun.ClassIndication):
		if !holds {
			d.server.tally.refuse(RefusedAllocation)
		}
		return holds
	case isSTUN && kind == stun.NewType(stun.MethodBinding, stun.ClassIndication):
		return false // it keeps a NAT's binding alive, and wants no answer (RFC 8489 section 2)
	case !isSTUN || kind.Class != stun.ClassRequest:
		d.server.tally.refuse(RefusedMalformed)
		return false
	case !holds && !mayPass(d.server.requests, client.Addr()):
		d.server.tally.refuse(RefusedRate)
		return false
	}
	return d.decode(raw)
}

// isChannelData tells by the first byte (RFC 8656 section 12, RFC 7983).
func isChannelData(raw []byte) bool { return len(raw) > 0 && raw[0]>>4 == 4 }

// mayPass tells whether an address has not come to a gate too often. For requests of clients without an allocation it
// bounds also what somebody else gets as answers, whose address is given as the sender's.
func mayPass(gate *ratelimit.Gate, addr netip.Addr) bool {
	place, reason := gate.Admit(group(addr))
	place.Leave()
	return reason == ratelimit.None
}

// decode makes a message the request under way. Where it is somebody else's it spoils the nonce, for which pion asks
// again.
func (d *door) decode(raw []byte) bool {
	d.refused = false
	d.request.Raw = append(d.request.Raw[:0], raw...)
	if d.request.Decode() != nil {
		d.server.tally.refuse(RefusedMalformed)
		return false
	}
	if d.seen != nil && d.seen.isOfAnother(d.request.TransactionID, d.client) {
		nonce, _ := d.request.Get(stun.AttrNonce)
		clear(nonce)
		copy(raw, d.request.Raw)
	}
	return true
}

// authenticate is pion.AuthHandler: whose credentials a request has, and the key that it must be signed with.
func (d *door) authenticate(asked *pion.RequestAttributes) (id string, key []byte, ok bool) {
	tally, realm := d.server.tally, d.server.settings.Realm
	id, ends, ok := parseUsername(asked.Username)
	if !ok || asked.Realm != realm {
		tally.refuse(RefusedCredentials)
		return "", nil, false
	}
	if !time.Now().Before(ends) {
		tally.refuse(RefusedExpired)
		return "", nil, false
	}
	key = keyOf(&d.request, *d.server.secrets.Load(), asked.Username, realm)
	if key == nil {
		tally.refuse(RefusedCredentials)
		return "", nil, false
	}
	if d.server.revoked.has(loginOf(id)) {
		tally.refuse(RefusedRevoked)
		return "", nil, false
	}
	d.id, d.ends, d.key = id, ends, key
	if asked.Method != stun.MethodAllocate {
		d.checkOwner()
	} else if d.seen != nil {
		d.seen.add(d.request.TransactionID, d.client)
	}
	return id, key, true
}

// checkOwner answers a request about an allocation that is none, or another user's (RFC 8656 section 5), about which
// pion is silent. For the owner the allocation may last as long as the credential.
func (d *door) checkOwner() {
	switch l := d.lease(d.client); {
	case l == nil:
		d.refuse(stun.CodeAllocMismatch)
	case l.id != d.id:
		d.refuse(stun.CodeWrongCredentials)
	default:
		l.extend(d.ends)
	}
}

// refuse answers the request under way with an error, where pion would be silent or send another one.
func (d *door) refuse(code stun.ErrorCode) {
	answer, err := stun.Build(
		stun.NewTransactionIDSetter(d.request.TransactionID),
		stun.NewType(d.request.Type.Method, stun.ClassErrorResponse), code, d.key,
	)
	if err == nil && d.sends(answer.Raw) {
		d.reply(answer.Raw, d.client)
		d.refused = true
	}
}

// sends tells whether something shall be sent to a client: no error after another one. It counts the errors that are
// counted nowhere else. Only errors are about the request under way; the rest may come from any goroutine.
func (d *door) sends(raw []byte) bool {
	const code = 24 // where ERROR-CODE, the first attribute, has class and number (RFC 8489 section 14.8)
	if len(raw) < code+4 || raw[0]>>6 != 0 || raw[0]&1 == 0 || raw[1]&0x10 == 0 {
		return true
	}
	if d.refused {
		return false
	}
	switch stun.ErrorCode(int(raw[code+2])*100 + int(raw[code+3])) {
	case stun.CodeBadRequest, stun.CodeUnknownAttribute:
		d.server.tally.refuse(RefusedMalformed)
	case stun.CodeAllocMismatch:
		d.server.tally.refuse(RefusedAllocation)
	case stun.CodeStaleNonce:
		d.server.tally.refuse(RefusedNonce)
	case stun.CodeAddrFamilyNotSupported:
		d.server.tally.refuse(RefusedAddress)
	case stun.CodeWrongCredentials:
		d.server.tally.refuse(RefusedUser)
	case stun.CodeUnsupportedTransProto:
		d.server.tally.refuse(RefusedUnsupported)
	case stun.CodePeerAddrFamilyMismatch:
		d.server.tally.refuse(RefusedPeer)
	}
	return true
}

// mayAllocate is pion.QuotaHandler.
func (d *door) mayAllocate(id, _ string, _ net.Addr) bool {
	if reason := d.server.ledger.against(userOf(id), d.client.Addr()); reason != "" {
		d.server.tally.refuse(reason)
		return false
	}
	return true
}

// mayPermit is pion.PermissionHandler, for permissions and channels.
func (d *door) mayPermit(client net.Addr, peer net.IP) bool {
	reason := d.againstPeer(d.lease(addrPortOf(client)), peer)
	if reason == "" {
		return true
	}
	d.server.tally.refuse(reason)
	if d.request.Type.Method == stun.MethodChannelBind {
		d.refuse(stun.CodeForbidden) // pion would ask for credentials
	}
	return false
}

// againstPeer is the reason against a permission, or none.
func (d *door) againstPeer(l *lease, peer net.IP) Refusal {
	addr, ok := netip.AddrFromSlice(peer)
	if l == nil || !ok || !d.server.mayReach(addr.Unmap()) {
		return RefusedPeer
	}
	var number uint16
	if value, err := d.request.Get(stun.AttrChannelNumber); err == nil && len(value) >= 2 {
		number = binary.BigEndian.Uint16(value)
	}
	if !l.hasRoom(addr.Unmap(), number) {
		return RefusedPermissions
	}
	return ""
}

// local is what pion takes for the server's address. Its family is that of allocations whose client asked for none:
// IPv4 if there is any, so that two clients whose own addresses are of different families get relayed addresses that
// can reach each other.
func (d *door) local(port uint16) netip.AddrPort {
	addr := d.server.public(false)
	if !addr.IsValid() {
		addr = d.server.public(true)
	}
	return netip.AddrPortFrom(addr, port)
}
