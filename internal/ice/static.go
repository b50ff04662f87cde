package ice

import "time"

// staticTTL is what a fixed list is announced with: long enough that nobody asks often,
// short enough that a tab left open for days learns of a changed configuration.
const staticTTL = 24 * time.Hour

// Static is a list of servers that never changes.
type Static struct {
	servers []Server
}

// NewStatic returns a source that always gives the same servers. It keeps a copy.
func NewStatic(servers []Server) *Static {
	return &Static{servers: append([]Server{}, servers...)}
}

// Servers returns the servers and how long they may be used before asking again. The slice
// is never nil, so it encodes as a JSON array; it is shared and must not be changed.
func (s *Static) Servers() ([]Server, time.Duration) {
	return s.servers, staticTTL
}
