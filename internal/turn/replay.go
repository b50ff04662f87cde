package turn

import (
	"net/netip"
	"time"

	"github.com/pion/stun/v4"
)

// nonceLife is longer than pion accepts a nonce, which it gives to many clients.
const nonceLife = 62 * time.Minute

// maxRemembered bounds each generation of what is remembered.
const maxRemembered = 1 << 17

// transactions remembers who has sent which signed Allocate request, as long as its nonce is accepted. Somebody who
// has seen one on its way can send it again, but not change it: from another address it is refused. It belongs to
// one goroutine.
type transactions struct {
	begun      time.Time
	young, old map[[stun.TransactionIDSize]byte]netip.AddrPort
}

// add remembers a request whose signature is good.
func (t *transactions) add(id [stun.TransactionIDSize]byte, from netip.AddrPort) {
	now := time.Now()
	if t.young == nil || now.Sub(t.begun) > nonceLife || len(t.young) >= maxRemembered {
		t.old, t.young, t.begun = t.young, make(map[[stun.TransactionIDSize]byte]netip.AddrPort), now
	}
	t.young[id] = from
}

// isOfAnother tells whether a request has come from another address before.
func (t *transactions) isOfAnother(id [stun.TransactionIDSize]byte, from netip.AddrPort) bool {
	first, known := t.young[id]
	if !known {
		first, known = t.old[id]
	}
	return known && first != from
}
