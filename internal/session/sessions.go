package session

import (
	"crypto/rand"

	"beckon/internal/fault"
	"beckon/internal/hub"
)

// sessions finds sessions by their tokens.
type sessions struct {
	mu      fault.Mutex
	byToken map[string]*resumable // guarded by mu
}

func newSessions() *sessions {
	return &sessions{byToken: make(map[string]*resumable)}
}

func (s *sessions) add(r *resumable) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byToken[r.token] = r
}

func (s *sessions) remove(r *resumable) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byToken, r.token)
}

// find returns the session with the given token if it is of that user and room, else nil.
func (s *sessions) find(token []byte, who hub.Place) *resumable {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.byToken[string(token)]; r != nil && r.member.Place() == who {
		return r
	}
	return nil
}

// newToken returns a secret of at least 128 random bits.
func newToken() string { return rand.Text() }
