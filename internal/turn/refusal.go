package turn

// Refusal is why a relay did not do what it was asked for. The set is closed.
type Refusal string

// The reasons to refuse.
const (
	RefusedRate         Refusal = "rate"          // too many requests from an address without an allocation, or streams
	RefusedMalformed    Refusal = "malformed"     // no STUN, or not as it should be
	RefusedCredentials  Refusal = "credentials"   // signed with no secret of ours
	RefusedExpired      Refusal = "expired"       // the credential has run out
	RefusedRevoked      Refusal = "revoked"       // the user has logged out, or was; also allocations that ended for it
	RefusedNonce        Refusal = "nonce"         // the nonce is old, or was another client's
	RefusedAllocation   Refusal = "allocation"    // there is no allocation, or there is one already
	RefusedUser         Refusal = "user"          // the allocation is another user's
	RefusedUserQuota    Refusal = "user_quota"    // the user has as many allocations as one may have
	RefusedAddressQuota Refusal = "address_quota" // the client's address has as many allocations as one may have
	RefusedFull         Refusal = "full"          // there are as many allocations as there may be
	RefusedAddress      Refusal = "address"       // no relayed address of that family, or no port left
	RefusedUnsupported  Refusal = "unsupported"   // TCP to peers (RFC 6062), reserved ports
	RefusedPeer         Refusal = "peer"          // the peer's address is none that may be relayed to
	RefusedPermissions  Refusal = "permissions"   // the allocation has as many peers as one may have
	RefusedUnasked      Refusal = "unasked"       // a datagram from one whom the client has given no permission
	RefusedBandwidth    Refusal = "bandwidth"     // a datagram over the bytes per second
	RefusedStream       Refusal = "stream"        // a stream without an allocation, the longest silent of too many
)

// Refusals are all reasons.
func Refusals() []Refusal {
	return []Refusal{
		RefusedRate, RefusedMalformed, RefusedCredentials, RefusedExpired, RefusedRevoked, RefusedNonce, RefusedAllocation, RefusedUser,
		RefusedUserQuota, RefusedAddressQuota, RefusedFull, RefusedAddress, RefusedUnsupported, RefusedPeer, RefusedPermissions, RefusedUnasked,
		RefusedBandwidth, RefusedStream,
	}
}

// Transport is how a client talks to a relay. The set is closed.
type Transport string

// The transports.
const (
	OverUDP Transport = "udp"
	OverTCP Transport = "tcp"
	OverTLS Transport = "tls" // TLS ended in the parent process
)

// Transports are all of them.
func Transports() []Transport { return []Transport{OverUDP, OverTCP, OverTLS} }
