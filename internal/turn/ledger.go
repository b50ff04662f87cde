package turn

import (
	"net/netip"
	"sync"
)

// quota is what one user, or one address, may have at one time; 0 is no bound.
type quota struct {
	allocations int
	rate        int // bytes per second
}

// times is the quota of n together.
func (q quota) times(n int) quota { return quota{n * q.allocations, n * q.rate} }

// payer is one of those whom an allocation counts for: a user, or, without one, a network.
type payer struct {
	user    string
	network netip.Prefix
}

// ledger knows how many allocations there are, and whose: each is its user's and its client's networks'. It is safe for
// concurrent use.
type ledger struct {
	maxAll  int   // static; 0: no bound
	perUser quota // static
	perIP   quota // static
	total   budget

	mu       sync.Mutex
	all      int                // guarded by mu
	accounts map[payer]*account // those with an allocation, or whose budget is not whole; guarded by mu
}

// account is what one payer has.
type account struct {
	payer  payer   // static
	most   int     // allocations; static; 0: no bound
	full   Refusal // the reason where there are so many; static
	open   int     // guarded by ledger.mu
	budget budget
}

// accountsOf are those that an allocation of a user at an address counts for, some of which may be new: the user's, then
// those of the networks, the narrowest first. It needs mu.
func (l *ledger) accountsOf(user string, client netip.Addr) []*account {
	of := []*account{l.account(payer{user: user}, l.perUser, RefusedUserQuota)}
	for _, n := range networksOf(client) {
		of = append(of, l.account(payer{network: n.prefix}, l.perIP.times(n.share), RefusedAddressQuota))
	}
	return of
}

// account is a payer's, or a new one. It needs mu.
func (l *ledger) account(of payer, q quota, full Refusal) *account {
	if a := l.accounts[of]; a != nil {
		return a
	}
	return &account{payer: of, most: q.allocations, full: full, budget: budget{rate: float64(q.rate)}}
}

// reasonAgainst is that of the first account that may have no further allocation, or none. It needs ledger.mu.
func reasonAgainst(accounts []*account) Refusal {
	for _, a := range accounts {
		if a.most > 0 && a.open >= a.most {
			return a.full
		}
	}
	return ""
}

// against is the reason against a further allocation of a user at an address, as far as it is theirs, or none.
func (l *ledger) against(user string, client netip.Addr) Refusal {
	l.mu.Lock()
	defer l.mu.Unlock()
	return reasonAgainst(l.accountsOf(user, client))
}

// open counts a further allocation. There are no accounts if there is a reason against it.
func (l *ledger) open(user string, client netip.Addr) ([]*account, Refusal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.maxAll > 0 && l.all >= l.maxAll {
		return nil, RefusedFull
	}
	of := l.accountsOf(user, client)
	if reason := reasonAgainst(of); reason != "" {
		return nil, reason
	}
	for _, a := range of {
		l.accounts[a.payer] = a
		a.open++
	}
	l.all++
	return of, ""
}

// close counts one allocation less.
func (l *ledger) close(accounts []*account) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range accounts {
		a.open--
	}
	l.all--
}

// forget drops the accounts without allocations. What they have relayed in the last second is remembered, lest a new
// allocation be a new budget.
func (l *ledger) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for of, a := range l.accounts {
		if a.open == 0 && a.budget.isWhole() {
			delete(l.accounts, of)
		}
	}
}
