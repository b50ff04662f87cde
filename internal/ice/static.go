package ice

import "time"

// staticTTL is what a fixed list is announced with: long enough that nobody asks often,
// short enough that a tab left open for days learns of a changed configuration.
const staticTTL = 24 * time.Hour

// Handout is what one client is told.
type Handout struct {
	// List is a JSON array of RTCIceServer objects. It may be shared and must not be changed.
	List []byte
	// TTL is how long it may be used before asking again.
	TTL time.Duration
	// Lapses tells whether there are credentials in it that are refused after TTL.
	Lapses bool
	// RelayOnly tells whether to connect through the TURN servers alone.
	RelayOnly bool
}

// Static is a list of servers that never changes.
type Static struct {
	list []byte
}

// NewStatic returns a source that always gives the same servers.
func NewStatic(servers []Server) *Static {
	return &Static{list: encode(servers)}
}

// Servers returns the list, which is the same for everybody, whoever asks and however long they stay.
func (s *Static) Servers(User) Handout {
	return Handout{List: s.list, TTL: staticTTL}
}
