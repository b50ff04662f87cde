package ratelimit

import (
	"math"
	"net/netip"
	"time"

	"beckon/internal/fault"
)

// Limits are what a Gate enforces. Each is off where it is 0.
type Limits struct {
	Connections      int     // open at one time, in all
	GroupConnections int     // open at one time, of one group of addresses
	HandshakeRate    float64 // connections that a group may begin per second, in the long run
	HandshakeBurst   int     // how many of them may come at once; at least 1
	LoginRate        float64 // logins of all connections of a group per second, in the long run
	LoginBurst       int     // how many of them may come at once; at least 1
}

// maxIdle is how many groups without a connection a Gate remembers for the sake of their rates. Beyond it
// the one that was idle longest is forgotten: a flood from more groups than that is not one that a limit per group
// could hold.
const maxIdle = 1 << 16

// Gate admits connections. It is safe for concurrent use, and its methods take constant time.
//
// It remembers groups that have connections, and those that began one, or logged in, so recently that their bursts are
// not whole again, at most maxIdle. Groups that need no longer be remembered are forgotten two at a time by whoever comes next.
type Gate struct {
	epoch time.Time

	mu     fault.Mutex
	limits Limits                  // guarded by mu
	rate   flow                    // of handshakes, that of limits; guarded by mu
	logins flow                    // that of limits; guarded by mu
	open   int                     // guarded by mu
	groups map[netip.Prefix]*group // guarded by mu
	idle   idleList                // groups without a connection; guarded by mu
}

// group is what a Gate knows of one group of addresses. Its fields are guarded by Gate.mu.
type group struct {
	key        netip.Prefix
	handshakes bucket
	logins     bucket
	open       int
	prev, next *group // in Gate.idle, while open is 0
}

// NewGate returns a gate with nobody inside.
func NewGate(limits Limits) *Gate {
	g := &Gate{
		epoch:  time.Now(),
		groups: make(map[netip.Prefix]*group),
	}
	g.idle.init()
	g.SetLimits(limits)
	return g
}

// SetLimits makes other limits those of the gate. Who is inside stays, however many that are. Those who were admitted
// while no limit per group was on count for none later.
func (g *Gate) SetLimits(limits Limits) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.limits = limits
	g.rate, g.logins = newFlow(limits.HandshakeRate, limits.HandshakeBurst), newFlow(limits.LoginRate, limits.LoginBurst)
}

// Place is the place of one connection inside a Gate. The zero Place is none.
type Place struct {
	gate *Gate
	of   *group // nil where no limit per group is for the connection
}

// Admit decides about a connection from a group of addresses, any key that tells them apart. It returns the
// connection's place, or the reason for the refusal. What is refused counts for nothing.
func (g *Gate) Admit(key netip.Prefix) (Place, Reason) {
	now := time.Since(g.epoch)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forget(now)
	if g.isFull() {
		return Place{}, ServerConnections
	}
	if g.limits.GroupConnections == 0 && !g.rate.limits() && !g.logins.limits() {
		g.open++
		return Place{gate: g}, None
	}
	member, known := g.groups[key]
	if !known {
		member = &group{key: key}
	}
	if g.limits.GroupConnections > 0 && member.open >= g.limits.GroupConnections {
		return Place{}, AddressConnections
	}
	if g.rate.limits() && !g.rate.take(&member.handshakes, now) {
		return Place{}, AddressHandshakes
	}
	if !known {
		g.groups[key] = member
	} else if member.open == 0 {
		g.idle.remove(member)
	}
	member.open++
	g.open++
	return Place{g, member}, None
}

// AdmitExempt is Admit for a connection that no limit per group is for.
func (g *Gate) AdmitExempt() (Place, Reason) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isFull() {
		return Place{}, ServerConnections
	}
	g.open++
	return Place{gate: g}, None
}

// isFull tells whether there is no room for anybody. It needs mu.
func (g *Gate) isFull() bool {
	return g.limits.Connections > 0 && g.open >= g.limits.Connections
}

// Leave gives the place back when the connection has ended. It does something the first time only, and is
// called by one goroutine at a time.
func (p *Place) Leave() {
	g := p.gate
	if g == nil {
		return
	}
	p.gate = nil
	now := time.Since(g.epoch)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open--
	if p.of != nil {
		g.leave(p.of, now)
	}
}

// TakeLogin accounts for a login on the connection, and returns how long it must wait: until its group, all its
// connections together, is within its rate again; 0 if it is. Those who wait come in the order in which they asked. It is
// called before Leave.
func (p *Place) TakeLogin() time.Duration {
	g := p.gate
	if g == nil || p.of == nil {
		return 0
	}
	now := time.Since(g.epoch)
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.logins.limits() {
		return 0
	}
	return g.logins.drain(&p.of.logins, now, 1)
}

// GroupConnections is how many connections the group may have at one time; 0 for any number.
func (p *Place) GroupConnections() int {
	g := p.gate
	if g == nil || p.of == nil {
		return 0
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.limits.GroupConnections
}

// leave takes a connection from its group, and remembers the group only as long as it has to. It needs mu.
func (g *Gate) leave(member *group, now time.Duration) {
	member.open--
	if member.open > 0 {
		return
	}
	if member.rested(now) {
		delete(g.groups, member.key)
		return
	}
	g.idle.append(member)
	if g.idle.len > maxIdle {
		g.drop(g.idle.first())
	}
}

// rested tells whether the group has its whole bursts.
func (m *group) rested(now time.Duration) bool {
	return m.handshakes.isFull(now) && m.logins.isFull(now)
}

// forget drops up to two idle groups that have their whole bursts again: more than the one that the caller may add,
// so that what a flood left behind goes away. The list is in the order in which groups became idle; one that needs
// longer keeps those after it for no longer than its buckets take to refill. It needs mu.
func (g *Gate) forget(now time.Duration) {
	for range 2 {
		first := g.idle.first()
		if first == nil || !first.rested(now) {
			return
		}
		g.drop(first)
	}
}

// drop forgets an idle group. It needs mu.
func (g *Gate) drop(member *group) {
	g.idle.remove(member)
	delete(g.groups, member.key)
}

// RetryAfter is after how many seconds one who was refused may try again, at least 1: the Retry-After field
// (RFC 9110, section 10.2.3). For handshakes it is when the next one may come, for the rest it is a guess.
func (g *Gate) RetryAfter(reason Reason) int {
	const (
		whenServerFull  = 5
		whenAddressFull = 30
	)
	switch reason {
	case ServerConnections:
		return whenServerFull
	case AddressConnections:
		return whenAddressFull
	default:
		g.mu.Lock()
		defer g.mu.Unlock()
		return max(1, int(math.Ceil(g.rate.interval/float64(time.Second))))
	}
}

// Open is how many connections are inside.
func (g *Gate) Open() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open
}

// Groups is how many groups of addresses are remembered.
func (g *Gate) Groups() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.groups)
}
