package wsconn

import (
	"context"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/address"
	"beckon/internal/frame"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/ratelimit"
	"beckon/internal/testkit"
)

// notes is an Observer that writes everything down.
type notes struct {
	mu      sync.Mutex
	open    map[protocol.Dialect]int
	ends    []protocol.Ending
	refused []Refusal
	peak    int64
	sent    link.Traffic
}

func (n *notes) Opened(d protocol.Dialect) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.open == nil {
		n.open = make(map[protocol.Dialect]int)
	}
	n.open[d]++
}

func (n *notes) Ended(d protocol.Dialect, end link.End) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.open[d]--
	n.ends = append(n.ends, end.Why)
}

func (n *notes) Refused(why Refusal) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.refused = append(n.refused, why)
}

func (n *notes) Queued(bytes int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.peak = max(n.peak, bytes)
}

func (n *notes) Sent(written link.Traffic) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sent.Add(written)
}

func TestObserverHearsOfConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := new(notes)
		opts := usual()
		opts.Observer = seen
		r := newRig(t, testkit.NewListener(), opts)
		r.Server.dialects[protocol.Subprotocol] = r.Server.dialects[""]
		r.Server.upgrader.Subprotocols = r.Server.dialects.subprotocols()

		plain, side := r.dial(t)
		d := websocket.Dialer{NetDialContext: r.at.Dial, Subprotocols: []string{protocol.Subprotocol}}
		v1, _, err := d.Dial("ws://test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if seen.open[protocol.Plain] != 1 || seen.open[protocol.V1] != 1 {
			t.Errorf("open: %v", seen.open)
		}

		hello := frame.New(frame.Text, []byte("hello"))
		side.conn.Enqueue(hello)
		side.conn.Enqueue(hello)
		side.conn.Flush()
		for range 2 {
			if _, _, err := plain.ReadMessage(); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if want := (link.Traffic{Messages: 2, Bytes: int64(2 * len(hello))}); seen.sent != want || seen.peak != want.Bytes {
			t.Errorf("sent %+v, at most %d bytes waited, want %+v", seen.sent, seen.peak, want)
		}

		v1.Close()
		synctest.Wait()
		go closeCode(plain)
		side.conn.Close(protocol.EndDismissed)
		synctest.Wait()
		if seen.open[protocol.Plain] != 0 || seen.open[protocol.V1] != 0 {
			t.Errorf("open: %v", seen.open)
		}
		if want := []protocol.Ending{protocol.EndConnectionLost, protocol.EndDismissed}; !slices.Equal(seen.ends, want) {
			t.Errorf("ends %v, want %v", seen.ends, want)
		}
		r.stop(t)
	})
}

func TestObserverHearsOfRefusals(t *testing.T) {
	seen := new(notes)
	opts := usual()
	opts.Gate = ratelimit.NewGate(ratelimit.Limits{Connections: 1})
	opts.Observer = seen
	opts.Hosts = address.NewHosts(address.New(nil), []string{"test"})
	at := newLoopback(t)
	r := newRig(t, at, opts)
	ask := func(header, value string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+at.Addr().String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Close = true
		if req.Header.Set(header, value); header == "Host" {
			req.Host = value
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
	}
	ask("Host", "evil.example")
	ask("Origin", "http://elsewhere.example")
	ask("Upgrade", "websocket") // and nothing else that a handshake needs
	ws, _ := r.dial(t)
	ask("Upgrade", "websocket")
	go closeCode(ws)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := r.Drain(ctx, 0); err != nil {
		t.Fatal(err)
	}
	ask("Upgrade", "websocket")
	r.http.Close()
	r.wait.Wait()
	want := []Refusal{RefusedHost, RefusedOrigin, RefusedBadHandshake, RefusedConnections, RefusedDraining}
	if !slices.Equal(seen.refused, want) {
		t.Errorf("refused %v, want %v", seen.refused, want)
	}
}

func TestRefusalsHaveLabels(t *testing.T) {
	seen := make(map[string]bool)
	for _, r := range Refusals() {
		if seen[r.String()] {
			t.Errorf("two refusals are %q", r)
		}
		seen[r.String()] = true
	}
}

func (n *notes) endings() []protocol.Ending {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.ends)
}
