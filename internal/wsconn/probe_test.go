package wsconn

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/frame"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/ratelimit"
	"beckon/internal/testkit"
)

// within is how long a client may take to answer a probe here.
const within = 3 * time.Second

// asks probes and returns how long the answer took.
func asks(s *side) time.Duration {
	begun := time.Now()
	<-s.conn.Probe(within, protocol.EndNameLost)
	return time.Since(begun)
}

func TestProbeOfALivingClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testkit.NewListener(), usual())
		ws, s := r.dial(t)
		pings := make(chan time.Duration, 100)
		begun, answer := time.Now(), ws.PingHandler()
		ws.SetPingHandler(func(data string) error {
			pings <- time.Since(begun)
			time.Sleep(400 * time.Millisecond)
			return answer(data)
		})
		go closeCode(ws)
		synctest.Wait()
		for _, want := range []time.Duration{400, 0, 0, 0, 0, 0, 0, 0, 0, 0, 400} {
			if took := asks(s); took != want*time.Millisecond {
				t.Errorf("answered after %v, want %d ms", took, want)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if first, second := <-pings, <-pings; first != 0 || second != 1400*time.Millisecond || len(pings) > 0 {
			t.Errorf("pings after %v and %v, and %d more", first, second, len(pings))
		}
		r.stop(t)
		if end := <-s.ended; end.Why != protocol.EndRestart {
			t.Errorf("ended by %s", end.Why)
		}
	})
}

func TestProbeOfADeadClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testkit.NewListener(), usual())
		ws, s := r.dial(t)
		synctest.Wait()
		ws.SetPingHandler(func(string) error { return nil })
		codes := make(chan int, 1)
		go func() { code, _ := closeCode(ws); codes <- code }()
		if took := asks(s); took != within || len(s.ended) != 1 {
			t.Errorf("known after %v, want %v and the Receiver told", took, within)
		}
		if end := <-s.ended; end.Why != protocol.EndNameLost {
			t.Errorf("ended by %s", end.Why)
		}
		if code := <-codes; code != 1001 {
			t.Errorf("close code %d", code)
		}
		if took := asks(s); took != 0 {
			t.Errorf("a connection that is gone answers after %v", took)
		}
		r.stop(t)
	})
}

// eager is a Receiver that tells when it gets something.
type eager struct {
	*side
	got chan *side
}

func (e eager) Text([]byte) (weight int) {
	e.got <- e.side
	return 1
}

// Who asks when a connection ends, or has ended, is told.
func TestProbesWhileConnectionsEnd(t *testing.T) {
	r := newRig(t, newLoopback(t), usual())
	defer r.stop(t)
	got := make(chan *side, 1)
	r.dialects[""] = func(c link.Conn) link.Receiver { return eager{&side{conn: c, ended: make(chan link.End, 1)}, got} }
	for range 200 {
		ws, _, err := (&websocket.Dialer{NetDialContext: r.at.Dial}).Dial("ws://test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		ws.WriteMessage(websocket.TextMessage, []byte("a login"))
		s := <-got
		go closeCode(ws)
		var wait sync.WaitGroup
		for range 3 {
			wait.Go(func() { asks(s) })
		}
		wait.Go(func() { s.conn.Close(protocol.EndRestart) })
		wait.Wait()
		<-s.ended
		asks(s)
	}
}

// deliberate is a Receiver that takes its time over a message, and tells when it is done.
type deliberate struct {
	*side
	done chan struct{}
}

func (d deliberate) Text([]byte) (weight int) {
	time.Sleep(5 * time.Second)
	close(d.done)
	return 1
}

// The sign of life may be the client's farewell: what it said has had its effect when the answer is known.
func TestWhatWasHeardIsDealtWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testkit.NewListener(), usual())
		receivers := make(chan deliberate, 1)
		r.dialects[""] = func(c link.Conn) link.Receiver {
			d := deliberate{&side{conn: c, ended: make(chan link.End, 1)}, make(chan struct{})}
			receivers <- d
			return d
		}
		ws, _, err := (&websocket.Dialer{NetDialContext: r.at.Dial}).Dial("ws://test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		ws.SetPingHandler(func(string) error { return nil })
		go closeCode(ws)
		d := <-receivers
		synctest.Wait()
		time.AfterFunc(time.Second, func() { ws.WriteMessage(websocket.TextMessage, []byte("farewell")) })
		if took := asks(d.side); took != 6*time.Second {
			t.Errorf("known after %v", took)
		}
		select {
		case <-d.done:
		default:
			t.Error("the answer came before the message was dealt with")
		}
		r.stop(t)
	})
}

// One who is slowed has said a lot, and its pong may be behind that.
func TestProbeOfAClientThatIsSlowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := usual()
		opts.Pacer = ratelimit.NewPacer(ratelimit.Budget{MessageRate: 0.1, MessageBurst: 1})
		r := newRig(t, testkit.NewListener(), opts)
		conn, err := r.at.Dial(context.Background(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		client := testkit.Handshake(t, conn)
		s := <-r.sides
		client.Send(testkit.TextFrame("one"), testkit.TextFrame("two"), testkit.TextFrame("three"))
		client.Expect(frame.Text)
		client.Expect(frame.Text)
		synctest.Wait() // it is slowed, for ten seconds and then for ten more
		if took := asks(s); took != 0 {
			t.Errorf("known after %v", took)
		}
		time.Sleep(9 * time.Second)
		if took := asks(s); took != 0 || len(s.ended) > 0 {
			t.Errorf("known after %v", took)
		}
		conn.Close()
		r.stop(t)
	})
}

// One who begins to be slowed meanwhile, in the middle of a message, is no more silent than that.
func TestProbeOfAClientThatIsSlowedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := usual()
		opts.MaxMessageBytes = 1000
		opts.Pacer = ratelimit.NewPacer(ratelimit.Budget{ByteRate: 100, ByteBurst: 1000})
		r := newRig(t, testkit.NewListener(), opts)
		conn, err := r.at.Dial(context.Background(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		client := testkit.Handshake(t, conn)
		s := <-r.sides
		client.Send(testkit.RawFrame{Opcode: byte(frame.Text), Payload: []byte("a")})
		synctest.Wait()
		time.AfterFunc(100*time.Millisecond, func() {
			client.Write(bytes.Repeat((testkit.RawFrame{}).Bytes(), 1000))
		})
		go func() { client.Expect(frame.Ping) }()
		if took := asks(s); took >= within || len(s.ended) > 0 {
			t.Errorf("known after %v", took)
		}
		conn.Close()
		r.stop(t)
	})
}

// pausing is a Receiver that holds its reader back at each message, and goes on with it for a while.
type pausing struct {
	*side
	until  chan struct{}
	atMost time.Duration
	went   chan bool
	work   time.Duration
}

func (p pausing) Text([]byte) (weight int) {
	p.went <- p.conn.Pause(p.until, p.atMost)
	time.Sleep(p.work)
	return 1
}

// dialPausing connects to one that is made of p.
func (r *rig) dialPausing(t *testing.T, p pausing) (*websocket.Conn, pausing) {
	t.Helper()
	receivers := make(chan pausing, 1)
	r.dialects[""] = func(c link.Conn) link.Receiver {
		p := p
		p.side = &side{conn: c, ended: make(chan link.End, 1)}
		p.until, p.went = make(chan struct{}), make(chan bool, 1)
		receivers <- p
		return p
	}
	ws, _, err := (&websocket.Dialer{NetDialContext: r.at.Dial}).Dial("ws://test/", nil)
	if err != nil {
		t.Fatal(err)
	}
	return ws, <-receivers
}

func TestPause(t *testing.T) {
	const atMost = 4 * time.Second
	for name, test := range map[string]struct {
		do     func(p pausing, ws *websocket.Conn)
		after  time.Duration
		goesOn bool
	}{
		"until it is over": {func(pausing, *websocket.Conn) {}, atMost, true},
		"until it is known": {
			func(p pausing, _ *websocket.Conn) { time.AfterFunc(1234*time.Millisecond, func() { close(p.until) }) },
			1234 * time.Millisecond, true,
		},
		"until the server closes": {
			func(p pausing, _ *websocket.Conn) {
				time.AfterFunc(1150*time.Millisecond, func() { p.conn.Close(protocol.EndDismissed) })
			},
			1200 * time.Millisecond, false, // it looks ten times per second
		},
		"though the client is gone": {func(_ pausing, ws *websocket.Conn) { ws.Close() }, atMost, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, testkit.NewListener(), usual())
				ws, p := r.dialPausing(t, pausing{atMost: atMost})
				begun := time.Now()
				ws.WriteMessage(websocket.TextMessage, []byte("wait"))
				test.do(p, ws)
				if goesOn := <-p.went; goesOn != test.goesOn || time.Since(begun) != test.after {
					t.Errorf("went on: %v after %v, want %v after %v", goesOn, time.Since(begun), test.goesOn, test.after)
				}
				ws.Close()
				r.stop(t)
			})
		})
	}
}

// The heartbeat looks just when a pause is over: the pong has been there for long, and is about to be read.
func TestHeartbeatAfterAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := usual()
		r := newRig(t, testkit.NewListener(), opts)
		begun := time.Now()
		ws, p := r.dialPausing(t, pausing{atMost: opts.PongTimeout, work: time.Second})
		ws.SetPingHandler(func(string) error {
			return ws.WriteControl(websocket.PongMessage, nil, time.Now().Add(time.Minute))
		})
		go closeCode(ws)
		time.Sleep(opts.PingInterval - time.Since(begun) - p.work/2)
		ws.WriteMessage(websocket.TextMessage, []byte("wait"))
		time.Sleep(time.Minute)
		if len(p.ended) > 0 {
			t.Errorf("the client was dropped: %s", (<-p.ended).Why)
		}
		r.stop(t)
	})
}
