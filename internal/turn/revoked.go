package turn

import (
	"hash/maphash"
	"sync"
	"time"
)

// maxRevoked bounds how many logins are remembered whose credentials are refused: the oldest is forgotten first.
const maxRevoked = 1 << 19

// Revocation ends what the credentials of a login are good for; see loginOf.
type Revocation struct {
	Login string
	Until int64 // when the last of them has run out: seconds since 1970
}

// NewRevocation is that of a login whose last credential runs out at a time.
func NewRevocation(login string, until time.Time) Revocation { return Revocation{login, until.Unix()} }

// revoked remembers the logins whose credentials are refused, by their hashes. It is safe for concurrent use.
type revoked struct {
	seed maphash.Seed // static

	mu    sync.RWMutex
	until map[uint64]int64 // seconds since 1970; guarded by mu
	order []uint64         // the keys of until, the oldest first; guarded by mu
}

func newRevoked() *revoked {
	return &revoked{seed: maphash.MakeSeed(), until: make(map[uint64]int64)}
}

func (r *revoked) add(what Revocation) {
	key := maphash.String(r.seed, what.Login)
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.until[key]; !known {
		r.order = append(r.order, key)
	}
	r.until[key] = max(r.until[key], what.Until)
	if len(r.order) > maxRevoked {
		r.drop()
	}
}

// has tells whether the credentials of a login are refused.
func (r *revoked) has(login string) bool {
	key := maphash.String(r.seed, login)
	r.mu.RLock()
	defer r.mu.RUnlock()
	until, known := r.until[key]
	return known && time.Now().Unix() <= until
}

// forget drops those that have run out, as far as they are the oldest.
func (r *revoked) forget() {
	now := time.Now().Unix()
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.order) > 0 && r.until[r.order[0]] < now {
		r.drop()
	}
}

// drop needs mu.
func (r *revoked) drop() {
	delete(r.until, r.order[0])
	r.order = r.order[1:]
}

// revoke refuses the credentials of some logins from now on, and ends their allocations.
func (s *server) revoke(all []Revocation) {
	logins := make(map[string]struct{}, len(all))
	for _, what := range all {
		s.revoked.add(what)
		logins[what.Login] = struct{}{}
	}
	for _, l := range s.leasesOf(logins) {
		l.revoke()
	}
}

func (s *server) leasesOf(logins map[string]struct{}) (found []*lease) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, l := range s.leases {
		if _, is := logins[loginOf(l.id)]; is {
			found = append(found, l)
		}
	}
	return found
}

// revoke ends the allocation, as its login is over.
func (l *lease) revoke() {
	l.door.server.tally.refuse(RefusedRevoked)
	l.Close() // pion's reader of it notices, and forgets the allocation
}
