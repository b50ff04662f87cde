package wsconn

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/ratelimit"
	"beckon/internal/testkit"
)

// Control frames count as messages do: no limit on messages ever sees them (RFC 6455 section 5.5).
func TestControlFramesAreSlowed(t *testing.T) {
	const many = 600
	for name, kind := range map[string]int{"pings": websocket.PingMessage, "pongs": websocket.PongMessage} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				opts := usual()
				opts.Pacer = ratelimit.NewPacer(ratelimit.Budget{MessageRate: 10, MessageBurst: 10})
				r := newRig(t, testkit.NewListener(), opts)
				ws, s := r.dial(t)
				go func() {
					for range many {
						ws.WriteControl(kind, []byte("here"), time.Time{})
					}
					ws.WriteMessage(websocket.TextMessage, []byte("echo"))
				}()
				start := time.Now()
				if _, _, err := ws.ReadMessage(); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took < 50*time.Second || took > 70*time.Second {
					t.Errorf("%d at 10 per second took %v", many, took)
				}
				if len(s.ended) > 0 {
					t.Errorf("the client was dropped: %s", (<-s.ended).Why)
				}
				ws.Close()
				r.stop(t)
			})
		})
	}
}
