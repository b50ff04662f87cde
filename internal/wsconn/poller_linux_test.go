package wsconn

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/fault"
	"beckon/internal/protocol"
)

// A fault in what all connections share ends the process.
var _ *fault.Mutex = &(&poller{}).mu

// readers is how many goroutines are some connection's reader.
func readers() int {
	stacks := make([]byte, 1<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "wsconn.(*Conn).read(")
}

func awaitReaders(t *testing.T, want int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); readers() != want; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d readers, want %d", readers(), want)
		}
	}
}

func TestSilentConnectionHasNoGoroutine(t *testing.T) {
	r := newRig(t, newLoopback(t), usual())
	defer r.stop(t)
	ws, s := r.dial(t)
	defer ws.Close()
	awaitReaders(t, 0)
	const messages = 20
	for i := range messages {
		echoed(t, ws, fmt.Sprint(i))
	}
	time.Sleep(2 * r.busyGap) // so that the next one finds a reader that waits, and lets it go
	echoed(t, ws, "the last")
	awaitReaders(t, 0)
	s.conn.Close(protocol.EndRestart)
	if code, _ := closeCode(ws); code != 1012 {
		t.Errorf("closed with %d", code)
	}
	if end := <-s.ended; end.Why != protocol.EndRestart || end.Received.Messages != messages+1 {
		t.Errorf("ended %+v", end)
	}
}

func TestSilentConnectionIsLost(t *testing.T) {
	r := newRig(t, newLoopback(t), usual())
	defer r.stop(t)
	for _, lose := range []func(*websocket.Conn){
		func(ws *websocket.Conn) { ws.NetConn().Close() },
		func(ws *websocket.Conn) {
			ws.NetConn().(interface{ SetLinger(int) error }).SetLinger(0)
			ws.NetConn().Close()
		},
	} {
		ws, s := r.dial(t)
		awaitReaders(t, 0)
		lose(ws)
		if end := <-s.ended; end.Why != protocol.EndConnectionLost {
			t.Errorf("ended %+v", end)
		}
	}
}

// A drain that runs out of time cuts those who are silent as well.
func TestSilentConnectionIsCut(t *testing.T) {
	r := newRig(t, newLoopback(t), usual())
	ws, s := r.dial(t)
	defer ws.Close()
	awaitReaders(t, 0)
	r.http.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Drain(ctx, 0); err == nil {
		t.Error("drained in no time")
	}
	<-s.ended
	r.wait.Wait()
}

// Without a poller readers wait themselves.
func TestReaderWaitsWithoutPoller(t *testing.T) {
	r := newRig(t, newLoopback(t), usual())
	defer r.stop(t)
	r.mu.Lock()
	r.polled = 1 // as if one had been asked for and refused
	r.mu.Unlock()
	ws, _ := r.dial(t)
	defer ws.Close()
	echoed(t, ws, "hello")
	awaitReaders(t, 1)
	echoed(t, ws, "again")
}

// Sockets are opened and closed all the time, so that descriptors are used again, by clients who pause now and then,
// and whom the server may have told to go at any moment. None is forgotten.
func TestPollerForgetsNobody(t *testing.T) {
	r := newRig(t, newLoopback(t), usual())
	defer r.stop(t)
	r.busyGap = 0
	var dialing sync.Mutex // so that r.dial finds its own side
	var clients sync.WaitGroup
	for n := range 16 {
		clients.Go(func() {
			for round := range 40 {
				dialing.Lock()
				ws, s := r.dial(t)
				dialing.Unlock()
				for i := range round % 5 {
					echoed(t, ws, fmt.Sprint(n, round, i))
					if (n+i)%3 == 0 {
						time.Sleep(time.Duration(round%7) * 100 * time.Microsecond)
					}
				}
				switch (n + round) % 3 {
				case 0:
					ws.NetConn().Close()
				case 1:
					s.conn.Close(protocol.EndDismissed)
					closeCode(ws)
				default:
					ws.WriteMessage(websocket.CloseMessage, nil)
					closeCode(ws)
				}
				<-s.ended
			}
		})
	}
	clients.Wait()
}
