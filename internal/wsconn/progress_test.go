package wsconn

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/frame"
	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// slowly is a client that reads a message every other second, of which so many wait at first.
func slowly(t *testing.T, messages int, do func(t *testing.T, r *rig, s *side)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		opts := usual()
		opts.OutboxBytes = 8 << 20
		r := newRig(t, testkit.NewListener(), opts)
		ws, s := r.dial(t)
		message := frame.New(frame.Text, make([]byte, 40<<10))
		for range messages {
			if !s.conn.Offer(message, "eve") {
				t.Fatal("no room")
			}
			s.conn.Flush()
		}
		read := make(chan int)
		go func() {
			n := 0
			for ; ; n++ {
				time.Sleep(2 * time.Second)
				if _, _, err := ws.ReadMessage(); err != nil {
					break
				}
			}
			ws.Close()
			read <- n
		}()
		synctest.Wait()
		do(t, r, s)
		s.conn.Close(protocol.EndRestart)
		if n := <-read; n != messages {
			t.Errorf("%d messages came, of %d", n, messages)
		}
		if end := <-s.ended; end.Why != protocol.EndRestart {
			t.Errorf("ended by %s", end.Why)
		}
		r.stop(t)
	})
}

// A ping that waits behind what others have sent says nothing of the client as long as that moves.
func TestAHeartbeatBehindWhatWaits(t *testing.T) {
	slowly(t, 45, func(t *testing.T, r *rig, s *side) { time.Sleep(88 * time.Second) })
}

// Nor does a probe: whoever fills somebody's queue and asks for the name would get it.
func TestAProbeBehindWhatWaits(t *testing.T) {
	slowly(t, 8, func(t *testing.T, r *rig, s *side) {
		begun := time.Now()
		<-s.conn.Probe(3*time.Second, protocol.EndNameLost)
		if took := time.Since(begun); took < 10*time.Second {
			t.Errorf("answered after %v", took)
		}
	})
}

// A client that stands still for the write timeout is gone at once, and if it reads on in time it learns why.
func TestAClientThatStandsStillLearnsWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := usual()
		r := newRig(t, testkit.NewListener(), opts)
		ws, s := r.dial(t)
		message := frame.New(frame.Text, make([]byte, 40<<10))
		for range 5 {
			s.conn.Offer(message, "eve")
			s.conn.Flush()
		}
		begun := time.Now()
		end := <-s.ended
		if lasted := time.Since(begun); end.Why != protocol.EndWriteTimeout || lasted != opts.WriteTimeout {
			t.Errorf("%s after %v", end.Why, lasted)
		}
		time.Sleep(opts.WriteTimeout / 2)
		got := 0
		for {
			if _, _, err := ws.ReadMessage(); err != nil {
				if !websocket.IsCloseError(err, 4008) {
					t.Error(err)
				}
				break
			}
			got++
		}
		if got != 1 {
			t.Errorf("%d messages came, want the one that was in hand", got)
		}
		ws.Close()
		r.stop(t)
	})
}
