package wsconn

import (
	"context"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/frame"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// obedient is the socket of a client that says nothing, and closes when it is told to. To be told takes a moment.
type obedient struct {
	net.Conn // nil
	mu       sync.Mutex
	told     time.Time
	woken    chan struct{}
	once     sync.Once
}

func (o *obedient) Read([]byte) (int, error) {
	<-o.woken
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.told.IsZero() {
		return 0, os.ErrDeadlineExceeded
	}
	return 0, io.EOF
}

func (o *obedient) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if frame.Opcode(b[0]&0x0F) == frame.Close {
		o.told = time.Now()
	}
	return len(b), nil
}

func (o *obedient) SetReadDeadline(t time.Time) error {
	if t.Before(time.Now()) {
		time.Sleep(100 * time.Microsecond)
		o.once.Do(func() { close(o.woken) })
	}
	return nil
}

func (o *obedient) SetWriteDeadline(time.Time) error { return nil }
func (o *obedient) Close() error                     { return nil }

// Many clients are told to come back as evenly as few, though each close takes time.
func TestDrainSpreadsManyCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const many, spread = 15_000, 3 * time.Second
		s := NewServer(usual(), nil)
		clients := make([]*obedient, many)
		for i := range clients {
			clients[i] = &obedient{woken: make(chan struct{})}
			c := newConn(s, clients[i], "")
			c.receiver = &side{conn: c, ended: make(chan link.End, 1)}
			s.add(c)
			c.beginHeartbeat()
			go c.read()
		}
		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
		defer cancel()
		begun := time.Now()
		if err := s.Drain(ctx, spread); err != nil {
			t.Fatal(err)
		}
		if lasted := time.Since(begun); lasted > spread+time.Second {
			t.Errorf("it took %v", lasted)
		}
		const slice = 100 * time.Millisecond
		told := make(map[time.Duration]int)
		for _, c := range clients {
			told[c.told.Sub(begun).Truncate(slice)]++
		}
		fair := int(many * slice / spread)
		for at, n := range told {
			if n > fair*3/2 || at > spread {
				t.Errorf("%d of %d are told in the tenth of a second after %v", n, many, at)
			}
		}
	})
}

// A client that takes the close frame, and not the goodbye of TLS, cannot hold up the end.
func TestDrainCutsThroughTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, d, url := overTLS(t, testkit.NewListener(), BelowTLS)
		r := newRig(t, l, usual())
		ws, s := dialWith(t, r, d, url)
		r.http.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
		defer cancel()
		begun := time.Now()
		go func() {
			time.Sleep(6 * time.Second)
			ws.ReadMessage()
		}()
		r.Drain(ctx, 0)
		if lasted := time.Since(begun); lasted > 9*time.Second+100*time.Millisecond {
			t.Errorf("it took %v", lasted)
		}
		if end := <-s.ended; end.Why != protocol.EndRestart {
			t.Errorf("ended by %s", end.Why)
		}
		ws.NetConn().Close()
		r.wait.Wait()
	})
}
