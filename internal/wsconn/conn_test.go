package wsconn

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"runtime"
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
	"beckon/internal/requestid"
	"beckon/internal/testkit"
)

// listener is where a server under test is reached.
type listener interface {
	net.Listener
	Dial(ctx context.Context, network, address string) (net.Conn, error)
}

// loopback is a listener with real sockets.
type loopback struct{ net.Listener }

func (l loopback) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
}

func newLoopback(t *testing.T) loopback {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return loopback{l}
}

// side is the server's side of one connection; it echoes what it receives.
type side struct {
	conn   link.Conn
	faults []link.Fault
	bounds []string // that came with them
	out    bool     // whether nobody is logged in; "in" and "out" change it
	ended  chan link.End
}

func (s *side) Text(data []byte) (weight int) {
	if word := string(data); word == "in" || word == "out" {
		s.out = word == "out"
	}
	s.conn.Enqueue(frame.New(frame.Text, data))
	s.conn.Flush()
	return 1 + bytes.Count(data, []byte("heavy"))
}

func (s *side) Beat() []byte        { return nil }
func (s *side) Pong([]byte)         {}
func (s *side) Idle()               {}
func (s *side) LoggedIn() bool      { return !s.out }
func (s *side) Closed(end link.End) { s.ended <- end }

func (s *side) Refuse(f link.Fault, bound string) {
	s.faults, s.bounds = append(s.faults, f), append(s.bounds, bound)
}

// rig is a server under test with its options' usual values.
type rig struct {
	*Server
	at    listener
	sides chan *side
	http  *http.Server
	wait  sync.WaitGroup
}

func usual() Options {
	return Options{
		MaxMessageBytes: 1 << 16, MaxLoginBytes: 1 << 14, OutboxBytes: 1 << 20, OutboxMessages: 1000, SenderShare: 25,
		PingInterval: 25 * time.Second, PongTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
		CloseTimeout: 5 * time.Second,
		Clients:      address.New(nil), Gate: ratelimit.NewGate(ratelimit.Limits{}), LocalGate: ratelimit.NewGate(ratelimit.Limits{}), Pacer: ratelimit.NewPacer(ratelimit.Budget{}),
		Requests: requestid.New(func(*http.Request) bool { return true }),
	}
}

func newRig(t *testing.T, at listener, opts Options) *rig {
	r := &rig{at: at, sides: make(chan *side, 100)}
	r.Server = NewServer(opts, Dialects{"": func(c link.Conn) link.Receiver {
		s := &side{conn: c, ended: make(chan link.End, 1)}
		r.sides <- s
		return s
	}})
	r.http = &http.Server{Handler: r.Server}
	r.wait.Go(func() { r.http.Serve(at) })
	return r
}

// stop ends the server and everything in it.
func (r *rig) stop(t *testing.T) {
	t.Helper()
	r.http.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := r.Drain(ctx, time.Second); err != nil {
		t.Errorf("drain: %v", err)
	}
	r.wait.Wait()
}

func (r *rig) dial(t *testing.T) (*websocket.Conn, *side) {
	t.Helper()
	d := websocket.Dialer{NetDialContext: r.at.Dial}
	ws, _, err := d.Dial("ws://test/", nil)
	if err != nil {
		t.Fatal(err)
	}
	return ws, <-r.sides
}

// drainInto reads until the connection ends and reports how.
func closeCode(ws *websocket.Conn) (code int, messages int) {
	for {
		_, _, err := ws.ReadMessage()
		if err == nil {
			messages++
			continue
		}
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			code = closed.Code
		}
		ws.Close()
		return code, messages
	}
}

func echoed(t *testing.T, ws *websocket.Conn, message string) {
	t.Helper()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
		t.Fatal(err)
	}
	if _, got, err := ws.ReadMessage(); err != nil || string(got) != message {
		t.Fatalf("echoed %q, %v", got, err)
	}
}

func TestOverflowEndsTheSlowReader(t *testing.T) {
	opts := usual()
	r := newRig(t, newLoopback(t), opts)
	defer r.stop(t)
	ws, s := r.dial(t)
	big := frame.New(frame.Text, bytes.Repeat([]byte{'x'}, 1<<16))
	sent := 0
	for ; len(s.ended) == 0; sent++ {
		s.conn.Enqueue(big)
		s.conn.Flush()
	}
	end := <-s.ended
	if end.Why != protocol.EndSlowReader {
		t.Errorf("ended by %s", end.Why)
	}
	code, got := closeCode(ws)
	if code != 4008 {
		t.Errorf("close code %d, want 4008", code)
	}
	if got >= sent || got == 0 {
		t.Errorf("%d of %d messages came", got, sent)
	}
}

func TestASocketThatTakesNothingIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testkit.NewListener(), usual())
		ws, s := r.dial(t)
		defer ws.Close()
		start := time.Now()
		s.conn.Enqueue(frame.New(frame.Text, []byte("nobody reads this")))
		s.conn.Flush()
		end := <-s.ended
		if lasted := time.Since(start); end.Why != protocol.EndWriteTimeout || lasted != 10*time.Second {
			t.Errorf("%s after %v", end.Why, lasted)
		}
		r.stop(t)
	})
}

func TestManyWritersKeepTheirOrder(t *testing.T) {
	const writers, each = 8, 500
	opts := usual()
	opts.OutboxMessages = writers * each
	r := newRig(t, newLoopback(t), opts)
	defer r.stop(t)
	ws, s := r.dial(t)
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for i := range each {
				payload := bytes.Repeat([]byte{byte(w), byte(i >> 8), byte(i)}, 1+i%50)
				s.conn.Enqueue(frame.New(frame.Text, payload))
				s.conn.Flush()
			}
		})
	}
	next := make([]int, writers)
	for range writers * each {
		_, data, err := ws.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		w, i := data[0], int(data[1])<<8|int(data[2])
		if next[w] != i || len(data) != 3*(1+i%50) {
			t.Fatalf("writer %d: message %d of %d bytes, want number %d", w, i, len(data), next[w])
		}
		next[w]++
	}
	wait.Wait()
	for s.conn.(*Conn).out.sent().Messages < writers*each {
		runtime.Gosched() // the writer counts a batch after it has written it
	}
	ws.Close()
	if end := <-s.ended; end.Sent.Messages != writers*each {
		t.Errorf("%d messages counted", end.Sent.Messages)
	}
}

func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testkit.NewListener(), usual())
		start := time.Now()
		lively, livelySide := r.dial(t)
		silent, silentSide := r.dial(t)
		silent.SetPingHandler(func(string) error { return nil })
		go closeCode(lively)
		codes := make(chan int)
		go func() { code, _ := closeCode(silent); codes <- code }()
		if end := <-silentSide.ended; end.Why != protocol.EndPingTimeout || time.Since(start) != 35*time.Second {
			t.Errorf("%s after %v", end.Why, time.Since(start))
		}
		if code := <-codes; code != 1001 {
			t.Errorf("close code %d", code)
		}
		time.Sleep(24 * time.Hour)
		if len(livelySide.ended) > 0 {
			t.Errorf("a client that answers was dropped: %s", (<-livelySide.ended).Why)
		}
		r.stop(t)
	})
}

func TestAClientThatBreaksTheProtocolIsToldSo(t *testing.T) {
	r := newRig(t, newLoopback(t), usual())
	defer r.stop(t)
	ws, s := r.dial(t)
	ws.NetConn().Write([]byte{0x81, 0x01, 'x'}) // a client's frame must be masked
	if code, _ := closeCode(ws); code != 1002 {
		t.Errorf("close code %d", code)
	}
	if end := <-s.ended; end.Why != protocol.EndViolation {
		t.Errorf("ended by %s", end.Why)
	}
}

func TestTooLargeIsRefusedThenClosed(t *testing.T) {
	r := newRig(t, newLoopback(t), usual())
	defer r.stop(t)
	ws, s := r.dial(t)
	ws.WriteMessage(websocket.TextMessage, make([]byte, 1<<16+1))
	if code, _ := closeCode(ws); code != 1009 {
		t.Errorf("close code %d", code)
	}
	if end := <-s.ended; end.Why != protocol.EndTooLarge || len(s.faults) != 1 || s.faults[0] != link.TooLarge {
		t.Errorf("ended by %s, faults %v", end.Why, s.faults)
	}
}

func TestDrainSpreadsTheCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testkit.NewListener(), usual())
		start := time.Now()
		ends := make(chan time.Duration, 3)
		for range 3 {
			ws, _ := r.dial(t)
			go func() {
				if code, _ := closeCode(ws); code == 1012 {
					ends <- time.Since(start)
				}
			}()
		}
		r.stop(t)
		synctest.Wait()
		if len(ends) != 3 {
			t.Fatalf("%d clients were told to come back", len(ends))
		}
		if first, second := <-ends, <-ends; first == second {
			t.Errorf("two clients were told at once, after %v", first)
		}
		if r.Len() != 0 {
			t.Errorf("%d connections left", r.Len())
		}
	})
}

func TestAnIdleConnectionIsOneGoroutine(t *testing.T) {
	r := newRig(t, newLoopback(t), usual())
	defer r.stop(t)
	before := runtime.NumGoroutine()
	const many = 20
	for range many {
		ws, s := r.dial(t)
		defer ws.Close()
		s.conn.Enqueue(frame.New(frame.Text, []byte("hello")))
		s.conn.Flush()
	}
	more := 0
	for range 100 { // net/http's goroutines take a moment to end
		if more = runtime.NumGoroutine() - before; more <= many {
			return
		}
		runtime.Gosched()
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines for %d connections", more, many)
}

func TestOverflowDropsWhatWaits(t *testing.T) {
	opts := usual()
	r := newRig(t, newLoopback(t), opts)
	defer r.stop(t)
	ws, s := r.dial(t)
	for range opts.OutboxMessages + 1 {
		s.conn.Enqueue(frame.New(frame.Text, []byte("too late")))
	}
	s.conn.Flush()
	if code, got := closeCode(ws); code != 4008 || got != 0 {
		t.Errorf("close code %d after %d messages, want 4008 after none", code, got)
	}
}

// Behind the roster of a large room there is room for what comes next, but not for one roster after the other.
func TestALongFrameLeavesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := usual()
		opts.OutboxBytes = 1000
		r := newRig(t, testkit.NewListener(), opts)
		ws, s := r.dial(t)
		put := func(bytes int) bool {
			s.conn.Enqueue(frame.New(frame.Text, make([]byte, bytes)))
			s.conn.Flush() // nobody reads: the first frame is the writer's, the others wait
			return !s.conn.(*Conn).ended()
		}
		for i, c := range []struct {
			bytes int
			fits  bool
		}{{5000, true}, {300, true}, {150, true}, {200, false}} {
			if put(c.bytes) != c.fits {
				t.Errorf("frame %d, of %d bytes: fits %v, want %v", i, c.bytes, !c.fits, c.fits)
			}
		}
		ws.Close()
		r.stop(t)
	})
	synctest.Test(t, func(t *testing.T) {
		opts := usual()
		opts.OutboxBytes = 1000
		r := newRig(t, testkit.NewListener(), opts)
		ws, s := r.dial(t)
		for i, fits := range []bool{true, true, false} {
			s.conn.Enqueue(frame.New(frame.Text, make([]byte, 5000)))
			s.conn.Flush()
			if got := !s.conn.(*Conn).ended(); got != fits {
				t.Errorf("long frame %d: fits %v, want %v", i, got, fits)
			}
		}
		ws.Close()
		r.stop(t)
	})
}

// A flusher leaves no deadline behind: it would fail the first write after it.
func TestASocketThatWasFullIsUsedAgain(t *testing.T) {
	opts := usual()
	opts.WriteTimeout = time.Second
	opts.OutboxBytes = 64 << 20
	r := newRig(t, newLoopback(t), opts)
	defer r.stop(t)
	ws, s := r.dial(t)
	const many = 100
	for range many {
		s.conn.Enqueue(frame.New(frame.Text, make([]byte, 1<<16)))
		s.conn.Flush()
	}
	for range many {
		if _, _, err := ws.ReadMessage(); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(opts.WriteTimeout + 200*time.Millisecond)
	s.conn.Enqueue(frame.New(frame.Text, []byte("again")))
	s.conn.Flush()
	if _, data, err := ws.ReadMessage(); err != nil || string(data) != "again" {
		t.Errorf("got %q, %v", data, err)
	}
	ws.Close()
}

func TestAFastClientIsSlowedNotRobbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := usual()
		opts.Pacer = ratelimit.NewPacer(ratelimit.Budget{MessageRate: 10, MessageBurst: 10})
		r := newRig(t, testkit.NewListener(), opts)
		ws, s := r.dial(t)
		const many = 600
		go func() {
			for range many {
				ws.WriteMessage(websocket.TextMessage, []byte("echo"))
			}
		}()
		start := time.Now()
		for range many {
			if _, _, err := ws.ReadMessage(); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took < 50*time.Second || took > 70*time.Second {
			t.Errorf("%d messages at 10 per second took %v", many, took)
		}
		if len(s.ended) > 0 {
			t.Errorf("the client was dropped: %s", (<-s.ended).Why)
		}
		ws.Close()
		r.stop(t)
	})
}

func TestTheGateIsAsked(t *testing.T) {
	opts := usual()
	opts.Gate = ratelimit.NewGate(ratelimit.Limits{Connections: 1})
	r := newRig(t, newLoopback(t), opts)
	defer r.stop(t)
	ws, s := r.dial(t)
	d := websocket.Dialer{NetDialContext: r.at.Dial}
	_, response, err := d.Dial("ws://test/", nil)
	if err == nil || response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Fatalf("a second connection: %v, %v", response, err)
	}
	ws.Close()
	<-s.ended
	for r.Len() > 0 {
		runtime.Gosched()
	}
	again, _ := r.dial(t)
	again.Close()
}

func TestTheLocalGateIsAskedToo(t *testing.T) {
	opts := usual()
	opts.Gate = ratelimit.NewGate(ratelimit.Limits{Connections: 10, GroupConnections: 1})
	opts.LocalGate = ratelimit.NewGate(ratelimit.Limits{GroupConnections: 2})
	r := newRig(t, newLoopback(t), opts)
	defer r.stop(t)
	for range 2 {
		ws, _ := r.dial(t)
		defer ws.Close()
	}
	d := websocket.Dialer{NetDialContext: r.at.Dial}
	_, response, err := d.Dial("ws://test/", nil)
	if err == nil || response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") == "" {
		t.Errorf("a third connection: %v, %v", response, err)
	}
	if open := opts.Gate.Open(); open != 2 {
		t.Errorf("%d places are taken", open)
	}
}
