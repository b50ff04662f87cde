package wsconn

import (
	"bytes"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/fault"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/ratelimit"
	"beckon/internal/testkit"
)

// faultNotes is a fault.Observer that writes everything down.
type faultNotes struct {
	mu      sync.Mutex
	reports []fault.Report
}

func (n *faultNotes) Caught(r fault.Report) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.reports = append(n.reports, r)
}

func (n *faultNotes) all() []fault.Report {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.reports)
}

// faulty is a side that has a fault in one of its methods, and tells what a user wrote when it has.
type faulty struct {
	*side
	in string
}

const word = "hunter2"

func burst(in, where string) {
	if in == where {
		panic(word)
	}
}

func (f *faulty) burst(in string) { burst(f.in, in) }

func (f *faulty) Text(data []byte) int { f.burst("Text"); return f.side.Text(data) }
func (f *faulty) LoggedIn() bool       { f.burst("LoggedIn"); return f.side.LoggedIn() }
func (f *faulty) Pong(payload []byte)  { f.burst("Pong"); f.side.Pong(payload) }
func (f *faulty) Idle()                { f.burst("Idle"); f.side.Idle() }
func (f *faulty) Beat() []byte         { f.burst("Beat"); return f.side.Beat() }
func (f *faulty) Closed(end link.End)  { defer f.burst("Closed"); f.side.Closed(end) }

func (f *faulty) Refuse(l link.Fault, bound string) { f.burst("Refuse"); f.side.Refuse(l, bound) }

// provoke has a client do what makes the server call the method.
func provoke(t *testing.T, ws *websocket.Conn, method string) {
	t.Helper()
	switch method {
	case "Accept", "Beat": // it comes by itself
	case "LoggedIn": // before all of the message has been read, for which a write in memory waits
		go ws.WriteMessage(websocket.TextMessage, []byte(word))
	case "Refuse":
		ws.WriteMessage(websocket.BinaryMessage, []byte(word))
	case "Pong":
		ws.WriteControl(websocket.PongMessage, nil, time.Now().Add(time.Minute))
	case "Closed":
		ws.WriteControl(websocket.CloseMessage, nil, time.Now().Add(time.Minute))
	default:
		ws.WriteMessage(websocket.TextMessage, []byte(word))
	}
}

// faultRig is a rig with two connections: one whose Receiver has a fault, and one that nobody may notice anything of.
type faultRig struct {
	*rig
	opts   Options
	dialer websocket.Dialer
	url    string
	faults *faultNotes
	seen   *notes
	in     atomic.Value // of string: where the next Receiver has its fault
}

func newFaultRig(t *testing.T, l listener, d websocket.Dialer, url string, change func(*Options)) *faultRig {
	f := &faultRig{opts: usual(), dialer: d, url: url, faults: new(faultNotes), seen: new(notes)}
	f.opts.Faults, f.opts.Observer = f.faults, f.seen
	f.opts.Gate = ratelimit.NewGate(ratelimit.Limits{Connections: 10})
	if change != nil {
		change(&f.opts)
	}
	f.rig = newRig(t, l, f.opts)
	plain := f.rig.Server.dialects[""]
	f.rig.Server.dialects[""] = func(c link.Conn) link.Receiver {
		in := f.in.Load().(string)
		burst(in, "Accept")
		return &faulty{plain(c).(*side), in}
	}
	return f
}

func (f *faultRig) dial(t *testing.T, in string) (*websocket.Conn, *side) {
	t.Helper()
	f.in.Store(in)
	ws, _, err := f.dialer.Dial(f.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if in == "Accept" {
		return ws, nil
	}
	return ws, <-f.sides
}

// expectOne checks what is left of a fault once its connection is gone.
func (f *faultRig) expectOne(t *testing.T, where fault.Place, others int) {
	t.Helper()
	for end := time.Now().Add(testkit.Patience); f.Len() > others && time.Now().Before(end); time.Sleep(time.Millisecond) {
	}
	if f.Len() != others || f.opts.Gate.Open() != others {
		t.Errorf("%d connections and %d places, want %d", f.Len(), f.opts.Gate.Open(), others)
	}
	reports := f.faults.all()
	if len(reports) != 1 {
		t.Fatalf("%d faults caught: %v", len(reports), reports)
	}
	r := reports[0]
	if r.Where != where || r.What != "panic with a string" || !bytes.Contains(r.Stack, []byte("burst")) ||
		bytes.Contains(r.Stack, []byte(word)) {
		t.Errorf("caught at %s: %s\n%s", r.Where, r.What, r.Stack)
	}
}

// A fault where all share something ends the process.
var _ *fault.Mutex = &(&Server{}).mu

// A fault in what one connection's Receiver does costs that connection and no other.
func TestAFaultCostsItsConnection(t *testing.T) {
	for how, listen := range map[string]func() (listener, websocket.Dialer, string){
		"loopback": func() (listener, websocket.Dialer, string) { return without(newLoopback(t), asItIs) },
		"memory":   func() (listener, websocket.Dialer, string) { return without(testkit.NewListener(), asItIs) },
		"TLS":      func() (listener, websocket.Dialer, string) { return overTLS(t, newLoopback(t), BelowTLS) },
	} {
		for method, where := range map[string]fault.Place{
			"Accept": fault.Reader, "LoggedIn": fault.Reader, "Text": fault.Reader, "Refuse": fault.Reader, "Pong": fault.Reader,
			"Beat": fault.Timer, "Closed": fault.Reader,
		} {
			t.Run(how+", "+method, func(t *testing.T) {
				l, d, url := listen()
				f := newFaultRig(t, l, d, url, func(o *Options) {
					if method == "Beat" {
						o.PingInterval, o.PongTimeout = 100*time.Millisecond, 90*time.Millisecond
					}
				})
				defer f.stop(t)
				other, _ := f.dial(t, "")
				defer other.Close()
				if method == "Beat" {
					go closeCode(other) // it answers pings
				}
				ws, s := f.dial(t, method)
				provoke(t, ws, method)
				want, why := 1011, protocol.EndFault
				if method == "Closed" {
					want, why = 1005, protocol.EndClientClosed
				}
				if code, _ := closeCode(ws); code != want {
					t.Errorf("closed with %d, want %d", code, want)
				}
				if s != nil {
					if end := <-s.ended; end.Why != why {
						t.Errorf("ended: %s", end.Why)
					}
				}
				if method != "Beat" {
					echoed(t, other, "hello")
				}
				f.expectOne(t, where, 1)
				if !slices.Equal(f.seen.endings(), []protocol.Ending{why}) {
					t.Errorf("counted %v", f.seen.endings())
				}
			})
		}
	}
}

// panicky is an Observer that has a fault, as the code that writes might.
type panicky struct {
	*notes
	mu    sync.Mutex
	armed bool // guarded by mu
}

func (p *panicky) arm(armed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = armed
}

func (p *panicky) burst() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.armed {
		p.armed = false
		burst("", "")
	}
}

func (p *panicky) Sent(written link.Traffic) { p.burst(); p.notes.Sent(written) }

// A fault in what writes to a connection costs that one, whoever had something to say to it.
func TestAFaultInWritingCostsTheOneWrittenTo(t *testing.T) {
	for how, listen := range map[string]func() (listener, websocket.Dialer, string){
		"loopback": func() (listener, websocket.Dialer, string) { return without(newLoopback(t), asItIs) },
		"memory":   func() (listener, websocket.Dialer, string) { return without(testkit.NewListener(), asItIs) },
	} {
		t.Run(how, func(t *testing.T) {
			l, d, url := listen()
			seen := &panicky{notes: new(notes)}
			f := newFaultRig(t, l, d, url, func(o *Options) { o.Observer, o.CloseTimeout = seen, 100*time.Millisecond })
			defer f.stop(t)
			other, _ := f.dial(t, "")
			defer other.Close()
			ws, s := f.dial(t, "")
			seen.arm(true)
			s.conn.Enqueue([]byte("\x81\x05hello")) // as another's reader would
			s.conn.Flush()
			if code, messages := closeCode(ws); code != 0 && code != 1006 || messages != 1 {
				t.Errorf("closed with %d after %d messages: nobody knows what is out", code, messages)
			}
			if end := <-s.ended; end.Why != protocol.EndFault {
				t.Errorf("ended: %s", end.Why)
			}
			echoed(t, other, "hello")
			f.expectOne(t, fault.Flusher, 1)
		})
	}
}

// oddRequests has a fault where a request is named.
type oddRequests struct{}

func (oddRequests) Of(*http.Request) string { panic(word) }

// A fault in a handshake gives back the place and the socket.
func TestAFaultInAHandshakeLeavesNothing(t *testing.T) {
	l := newLoopback(t)
	opts := usual()
	opts.Gate = ratelimit.NewGate(ratelimit.Limits{Connections: 10})
	opts.Requests = oddRequests{}
	s := NewServer(opts, nil)
	caught := make(chan any, 1)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { caught <- recover() }()
		s.ServeHTTP(w, r)
	})}
	var wait sync.WaitGroup
	wait.Go(func() { server.Serve(l) })
	defer wait.Wait()
	defer server.Close()
	d := websocket.Dialer{NetDialContext: l.Dial}
	if _, response, err := d.Dial("ws://test/", nil); err == nil {
		t.Errorf("answered with %v", response)
	}
	if <-caught != word || s.Len() != 0 || opts.Gate.Open() != 0 {
		t.Errorf("%d connections and %d places", s.Len(), opts.Gate.Open())
	}
}
