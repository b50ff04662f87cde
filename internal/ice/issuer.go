package ice

import (
	"encoding/json"
	"slices"
	"sync/atomic"
	"time"
)

// shortestTTL is the least that is left for a user who has to leave soon: who is told of less would ask again and again.
const shortestTTL = time.Minute

// Issuer is a list of servers where each user gets credentials of their own for the TURN servers that have none.
type Issuer struct {
	ttl     time.Duration // static
	current atomic.Pointer[issue]
}

// issue is what an Issuer goes by; it never changes.
type issue struct {
	servers []Server
	secret  string
}

// NewIssuer returns a source of credentials that are good for ttl. It has no servers before [Issuer.Use].
func NewIssuer(ttl time.Duration) *Issuer {
	i := &Issuer{ttl: ttl}
	i.current.Store(new(issue))
	return i
}

// Use makes the servers, and the secret that signs, those of all who ask from now on.
func (i *Issuer) Use(servers []Server, secrets Secrets) {
	i.current.Store(&issue{servers: slices.Clone(servers), secret: secrets[0]})
}

// Servers returns the list for a user. Credentials end when the user has to leave: what they open is not for those who
// may not stay. Nobody's are good for less than a minute, or a ttl that is less.
func (i *Issuer) Servers(user User) Handout {
	now, ttl := time.Now(), i.ttl
	if !user.Until.IsZero() {
		ttl = min(ttl, max(user.Until.Sub(now), shortestTTL))
	}
	current := i.current.Load()
	username, password := Credential(current.secret, user.credentialID(current.secret), now.Add(ttl))
	servers := slices.Clone(current.servers)
	for n := range servers {
		if servers[n].LacksCredentials() {
			servers[n].Username, servers[n].Credential = username, password
		}
	}
	return Handout{List: encode(servers), TTL: ttl, Lapses: true}
}

// encode writes a JSON array, also of no servers.
func encode(servers []Server) []byte {
	if servers == nil {
		servers = []Server{}
	}
	list, err := json.Marshal(servers)
	if err != nil {
		panic("ice: " + err.Error()) // cannot be: strings only
	}
	return list
}
