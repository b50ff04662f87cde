package wsconn

import (
	"testing"

	"beckon/internal/protocol"
)

// A connection that breaks is lost, whatever its parser, which others have used before it, has seen.
func TestABrokenConnectionIsLost(t *testing.T) {
	r := newRig(t, newLoopback(t), usual())
	defer r.stop(t)
	for range 3 {
		ws, s := r.dial(t)
		ws.NetConn().Close()
		if end := <-s.ended; end.Why != protocol.EndConnectionLost || end.Code != 0 {
			t.Errorf("ended as %v with code %d, want %v", end.Why, end.Code, protocol.EndConnectionLost)
		}
	}
}
