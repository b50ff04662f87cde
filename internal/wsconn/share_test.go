package wsconn

import (
	"testing"
	"testing/synctest"

	"beckon/internal/frame"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// What others send fills no more of an outbox than is theirs, harms nobody, and leaves room for the client's own.
func TestOthersDoNotFillTheOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := usual()
		opts.OutboxBytes, opts.OutboxMessages = 16_000, 100
		r := newRig(t, testkit.NewListener(), opts)
		ws, s := r.dial(t)
		message := frame.New(frame.Text, make([]byte, 400-4))
		fill := func(from string) (n int) {
			for s.conn.Offer(message, from) {
				s.conn.Flush() // nobody reads: the first frame is the writer's, the others wait
				n++
			}
			return n
		}
		if n := fill("eve"); n != 20 {
			t.Errorf("%d frames of one source, want two shares, 20", n)
		}
		if n := fill("ben"); n != 10 {
			t.Errorf("%d frames of another, want what is left of three quarters, 10", n)
		}
		if s.conn.OfferParts([][]byte{message}) {
			t.Error("presence finds room where none is left to others")
		}
		for range 100 {
			s.conn.Forward(message) // bounded elsewhere
		}
		for range 10 {
			s.conn.Enqueue(message)
			s.conn.Flush()
		}
		if s.conn.(*Conn).ended() {
			t.Fatal("ended by its own, though a quarter was left")
		}
		s.conn.Enqueue(message)
		if end := <-s.ended; end.Why != protocol.EndSlowReader {
			t.Errorf("ended by %s", end.Why)
		}
		ws.Close()
		r.stop(t)
	})
}

// Once a client has read, there is room again for who had used up a share; nothing of what was taken is lost.
func TestASourceHasRoomAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := usual()
		opts.OutboxBytes = 16_000
		r := newRig(t, testkit.NewListener(), opts)
		ws, s := r.dial(t)
		message := frame.New(frame.Text, make([]byte, 400-4))
		taken := 0
		for range 3 {
			for s.conn.Offer(message, "eve") {
				s.conn.Flush()
				taken++
			}
			if taken != 20 {
				t.Errorf("%d frames are taken, want two shares, 20", taken)
			}
			for ; taken > 0; taken-- {
				if _, got, err := ws.ReadMessage(); err != nil || len(got) != 400-4 {
					t.Fatalf("%d bytes, %v", len(got), err)
				}
			}
			synctest.Wait()
			if c := s.conn.(*Conn); c.out.waiting().Frames != 0 {
				t.Fatal("something waits")
			}
		}
		ws.Close()
		r.stop(t)
	})
}

// The source is the client's group of addresses, and the connection where it has none.
func TestSources(t *testing.T) {
	r := newRig(t, newLoopback(t), usual())
	defer r.stop(t)
	sources := make(map[any]bool)
	for range 3 {
		ws, s := r.dial(t)
		defer ws.Close()
		sources[s.conn.Source()] = true
	}
	if len(sources) != 1 {
		t.Errorf("%d sources of one address", len(sources))
	}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, testkit.NewListener(), usual())
		var conns []link.Conn
		for range 2 {
			ws, s := r.dial(t)
			defer ws.Close()
			conns = append(conns, s.conn)
		}
		if c := conns[0].(*Conn); c.client.IsValid() || conns[0].Source() == conns[1].Source() || conns[0].Source() == nil {
			t.Errorf("sources %v and %v of clients without an address (%v)", conns[0].Source(), conns[1].Source(), c.client)
		}
		r.stop(t)
	})
}
