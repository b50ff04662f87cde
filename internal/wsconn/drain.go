package wsconn

import (
	"context"
	"time"

	"beckon/internal/protocol"
)

// tick is how often a drain goes on.
const tick = 10 * time.Millisecond

// Drain closes all connections with protocol.EndRestart, spread out evenly over at most spread so that the clients
// do not come back all at once, refuses new ones, and returns when none is left. When ctx ends first it cuts
// those that remain and returns ctx's error. It is called once.
func (s *Server) Drain(ctx context.Context, spread time.Duration) error {
	conns, empty := s.beginDrain()
	closeAll(ctx, conns, min(spread, time.Duration(len(conns))*tick))
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
	}
	for _, c := range conns {
		c.cut()
	}
	<-empty
	return ctx.Err()
}

// closeAll closes, at each tick, as many as the time that has passed says: a tick that comes late, as it may on a busy
// machine, makes up for it. When ctx ends it closes the rest.
func closeAll(ctx context.Context, conns []*Conn, spread time.Duration) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	begun, closed := time.Now(), 0
	for {
		due := len(conns)
		if passed := time.Since(begun) + tick; passed < spread && ctx.Err() == nil {
			due = int(int64(len(conns)) * int64(passed) / int64(spread))
		}
		for ; closed < due; closed++ {
			conns[closed].Close(protocol.EndRestart)
		}
		if closed == len(conns) {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
}

func (s *Server) beginDrain() ([]*Conn, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining = true
	conns := make([]*Conn, 0, len(s.conns))
	for c := range s.conns {
		conns = append(conns, c)
	}
	empty := s.empty
	s.checkEmpty()
	return conns, empty
}
