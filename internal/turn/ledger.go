package turn

import "sync"

// ledger knows how many allocations there are, and whose. It is safe for concurrent use.
type ledger struct {
	maxAll, maxPerUser int // static; 0: no bound
	userRate           int // static; bytes per second; 0: no bound
	total              budget

	mu    sync.Mutex
	all   int                 // guarded by mu
	users map[string]*account // those with an allocation, or whose budget is not whole; guarded by mu
}

// account is one user's.
type account struct {
	open   int // guarded by ledger.mu
	budget budget
}

// isAtQuota tells whether a user may have no further allocation.
func (l *ledger) isAtQuota(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.users[id]
	return l.maxPerUser > 0 && a != nil && a.open >= l.maxPerUser
}

// open counts a further allocation. The account is nil if there is a reason against it.
func (l *ledger) open(id string) (*account, Refusal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.maxAll > 0 && l.all >= l.maxAll {
		return nil, RefusedFull
	}
	a := l.users[id]
	if a == nil {
		a = &account{budget: budget{rate: float64(l.userRate)}}
		l.users[id] = a
	}
	if l.maxPerUser > 0 && a.open >= l.maxPerUser {
		return nil, RefusedUserQuota
	}
	a.open++
	l.all++
	return a, ""
}

// close counts one allocation less.
func (l *ledger) close(a *account) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a.open--
	l.all--
}

// forget drops the users without allocations. What they have relayed in the last second is remembered, lest a new
// allocation be a new budget.
func (l *ledger) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, a := range l.users {
		if a.open == 0 && a.budget.isWhole() {
			delete(l.users, id)
		}
	}
}
