package app_test

import (
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// One peer stops reading while another goes on sending to it. Everybody else goes on as if nothing were, the
// server keeps a bounded amount for the frozen one and refuses the rest to its sender. For how much waits nobody is
// given up, but for taking nothing of it: then its name is free, the others are told, and it hears why when it reads again.
func TestFrozenReader(t *testing.T) {
	const (
		payloadBytes = 60 << 10
		outboxBytes  = 1 << 20
		writeTimeout = 2 * time.Second
		mostHeap     = 8 * outboxBytes
	)
	s := onLoopback(t, "--write-timeout="+writeTimeout.String())
	circle := newCircle(s, "ana", "ben", "flooder")
	frozen := s.open(testkit.Frozen(), testkit.ReceiveBuffer(64<<10))
	frozen.Send(`{"type":"login","name":"frozen"}`)
	circle.each(func(c *testkit.Client) { c.ExpectJoined("frozen") })

	before, peak, sent := heap(), uint64(0), 0
	full := time.Time{} // since when a message has been refused
	for padding := strings.Repeat("x", payloadBytes); !circle.allTold(); sent++ {
		circle.member("flooder").Say(testkit.Message{
			"type": "offer", "name": "frozen", "call": strconv.Itoa(sent), "offer": padding,
		})
		circle.talk(t)
		if full.IsZero() && circle.refused > 0 {
			full = time.Now()
		}
		if !full.IsZero() && time.Since(full) > testkit.Patience {
			t.Fatalf("%d messages of %d bytes and the frozen reader is still there", sent, payloadBytes)
		}
		if sent%16 == 0 {
			peak = max(peak, heap())
		}
	}
	t.Logf("gone after %d messages, %d refused, the heap grew by %d KiB", sent, circle.refused, (int64(peak)-int64(before))>>10)
	if peak > before+mostHeap {
		t.Errorf("the heap grew by %d bytes, want at most %d", peak-before, mostHeap)
	}
	if circle.refused == 0 {
		t.Error("nothing was refused to the flooder")
	}

	// The name is free while the frozen one still sleeps.
	heir := s.user("frozen")
	ana := circle.member("ana")
	ana.ExpectJoined("frozen")
	ana.Say(testkit.Message{"type": "offer", "name": "frozen", "offer": "to the heir"})
	heir.ExpectRelay("offer", "ana")

	frozen.Thaw()
	expectSome(t, frozen, sent-circle.refused)
}

// expectSome reads on as the one who was frozen: what came to it before it was given up is some of what was taken for it,
// in order, and then the reason.
func expectSome(t *testing.T, frozen *testkit.Client, taken int) {
	t.Helper()
	frames, end := frozen.Drain()
	if end.Code != 4008 || end.Reason == "" {
		t.Errorf("closed with %d %q, want 4008 and a reason", end.Code, end.Reason)
	}
	if len(frames) < 3 || frames[0].Type != "connect" || frames[1].Type != "login" || len(frames)-2 > taken {
		t.Fatalf("%d frames that do not begin with connect and login, or more than %d messages", len(frames), taken)
	}
	last := -1
	for i, f := range frames[2:] {
		n, err := strconv.Atoi(f.Text("call"))
		if f.Type != "offer" || err != nil || n <= last || i == 0 && n != 0 {
			t.Fatalf("frame %d is %.200s", i, f.JSON)
		}
		last = n
	}
}

// heap is what lives on it, in bytes.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// circle is healthy clients, each of whom talks to the next.
type circle struct {
	names   []string
	clients []*testkit.Client
	told    map[string]bool // who has been told that somebody left
	refused int             // how many messages to somebody who is behind
}

func newCircle(s *server, names ...string) *circle {
	s.t.Helper()
	c := &circle{names: names, told: map[string]bool{}}
	for _, name := range names {
		newcomer := s.user(name)
		c.each(func(earlier *testkit.Client) { earlier.ExpectJoined(name) })
		c.clients = append(c.clients, newcomer)
	}
	return c
}

func (c *circle) each(do func(*testkit.Client)) {
	for _, client := range c.clients {
		do(client)
	}
}

func (c *circle) member(name string) *testkit.Client {
	return c.clients[slices.Index(c.names, name)]
}

func (c *circle) allTold() bool { return len(c.told) == len(c.clients) }

// talk lets each send a message to the next, which must arrive, and takes what else has come: news of a
// departure, and errors about messages to the one who left.
func (c *circle) talk(t *testing.T) {
	t.Helper()
	for i, client := range c.clients {
		client.Say(testkit.Message{"type": "candidate", "name": c.names[(i+1)%len(c.names)], "candidate": nil})
	}
	for i, client := range c.clients {
		f := client.Next()
		for ; f.Type != "candidate"; f = client.Next() {
			switch {
			case f.Type != "error":
			case f.Text("code") == "recipient_busy":
				c.refused++
			case f.Text("code") != "unknown_user":
				t.Fatalf("%s got %s", c.names[i], f.JSON)
			}
			c.told[c.names[i]] = c.told[c.names[i]] || f.Type == "removeUser"
		}
		if before := c.names[(i+len(c.names)-1)%len(c.names)]; f.Text("name") != before {
			t.Fatalf("%s got %s, want it from %s", c.names[i], f.JSON, before)
		}
	}
	for name, told := range c.told {
		if !told {
			delete(c.told, name)
		}
	}
}

// The bound in messages, where the socket takes not a single byte.
func TestOutboxIsBoundedInMessages(t *testing.T) {
	const bound = 16
	virtual(t, func(t *testing.T, s *server) {
		a := s.user("ana")
		frozen := s.open(testkit.Frozen())
		frozen.Send(`{"type":"login","name":"frozen"}`)
		a.ExpectJoined("frozen")
		taken := 0
		for ; refusals(t, a, func() { a.Say(relayTo("frozen")) }) == 0; taken++ {
			if taken > bound {
				t.Fatalf("%d messages are taken for one who does not read", taken)
			}
		}
		if want := 2*bound/4 - 2; taken != want { // two shares, less the greeting and the reply that wait, too
			t.Errorf("%d messages are taken of one sender, want %d", taken, want)
		}
		a.ExpectNothing(time.Second)

		// It never reads again, and does not keep its name and its connection for ever.
		a.ExpectLeft("frozen")
		b := s.user("frozen")
		a.ExpectJoined("frozen")
		time.Sleep(time.Minute)
		s.open()
		b.ExpectPong("here")
	}, "--outbox-messages=16", "--max-connections=4")
}

func relayTo(name string) testkit.Message {
	return testkit.Message{"type": "candidate", "name": name, "candidate": 1}
}

// refusals lets a client say something and counts how much of that is refused since its recipient is behind.
func refusals(t *testing.T, c *testkit.Client, say func()) (n int) {
	t.Helper()
	say()
	c.Say(testkit.Message{"type": "ping", "data": "so far"})
	for f := c.Next(); f.Type != "pong"; f = c.Next() {
		if f.Type != "error" || f.Text("code") != "recipient_busy" {
			t.Fatalf("got %s", f.JSON)
		}
		n++
	}
	return n
}

// Presence is bounded like everything else, and no reason to drop anybody: of a reader that stands still, it waits
// until that has read, or has taken nothing for the write timeout.
func TestFrozenReaderOfPresence(t *testing.T) {
	const bound = 16
	virtual(t, func(t *testing.T, s *server) {
		a := s.user("ana")
		frozen := s.open(testkit.Frozen())
		frozen.Send(`{"type":"login","name":"frozen"}`)
		a.ExpectJoined("frozen")
		b := s.open()
		for range 4 * bound {
			b.Login("ben")
			b.Say(relayTo("ana"))
			b.Send(`{"type":"leave"}`)
			for gone := ""; gone != "ben"; {
				if f := a.Next(); f.Type == "removeUser" {
					if gone = f.User("user").Name; gone == "frozen" {
						t.Fatal("the frozen reader was dropped for presence")
					}
				}
			}
		}
		begun := time.Now()
		a.ExpectLeft("frozen")
		if waited := time.Since(begun); waited > 10*time.Second {
			t.Errorf("given up after %v more", waited)
		}
		s.user("frozen")
		a.ExpectJoined("frozen")
	}, "--outbox-messages=16", "--write-timeout=10s")
}
