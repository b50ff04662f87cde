package session

import (
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/auth"
	"beckon/internal/fault"
	"beckon/internal/ice"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/replay"
)

const word = "hunter2" // what no report may hold

// faultNotes is a fault.Observer that writes down where faults were caught.
type faultNotes struct {
	t     *testing.T
	mu    sync.Mutex
	where []fault.Place
}

func (n *faultNotes) Caught(r fault.Report) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.where = append(n.where, r.Where)
	if strings.Contains(r.What+string(r.Stack), word) {
		n.t.Errorf("a report tells what a user wrote: %s\n%s", r.What, r.Stack)
	}
}

func (n *faultNotes) expect(t *testing.T, want ...fault.Place) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	if !slices.Equal(n.where, want) {
		t.Errorf("caught at %v, want %v", n.where, want)
	}
	n.where = nil
}

// A fault where all share something ends the process.
var _ *fault.Mutex = &(&sessions{}).mu

// newFaultBench is a bench of both dialects whose faults are noted.
func newFaultBench(t *testing.T, backlog replay.Limits) (bench, *faultNotes) {
	b := newV1Bench(backlog)
	faults := &faultNotes{t: t}
	b.opts.Faults = faults
	return b, faults
}

// trap has a fault when it is armed, once.
type trap struct{ armed bool }

func (p *trap) spring() {
	if p.armed {
		p.armed = false
		panic(word)
	}
}

// trappedICE is an ICESource that has a fault in the middle of a login.
type trappedICE struct{ *trap }

func (i trappedICE) Servers(ice.User) ice.Handout {
	i.spring()
	return ice.Handout{List: []byte("[]")}
}

// trappedConn is a connection that has a fault when it is closed for a reason, or when something is queued.
type trappedConn struct {
	*fakeConn
	on      protocol.Ending
	enqueue trap
}

func (c *trappedConn) Close(why protocol.Ending) {
	if why == c.on {
		panic(word)
	}
	c.fakeConn.Close(why)
}

func (c *trappedConn) Enqueue(frames []byte) {
	c.enqueue.spring()
	c.fakeConn.Enqueue(frames)
}

func (c *trappedConn) Forward(frame []byte) {
	c.enqueue.spring()
	c.fakeConn.Forward(frame)
}

// hears is what a connection's reader does with a message, faults included.
func hears(r link.Receiver, message string) (caught bool) {
	caught, _ = hearsWhere(r, message)
	return caught
}

// hearsWhere is hears that tells the stack of a fault.
func hearsWhere(r link.Receiver, message string) (caught bool, stack string) {
	defer func() {
		if caught = recover() != nil; caught {
			stack = string(debug.Stack())
			r.Closed(link.End{Why: protocol.EndFault})
		}
	}()
	r.Text([]byte(message))
	return false, ""
}

// expectGone checks that nothing is left of anybody.
func (b bench) expectGone(t *testing.T) {
	t.Helper()
	if users := b.opts.Hub.Users(); users != 0 {
		t.Errorf("%d users are left", users)
	}
	if left := len(b.sessions.byToken); left != 0 {
		t.Errorf("%d sessions are left", left)
	}
}

// A fault in the middle of a login, of a resumed session or of a message frees the name, and no lock stays locked.
func TestAFaultOfTheReaderFreesTheName(t *testing.T) {
	for dialect, open := range map[string]func(bench, *testing.T, ...string) (*fakeConn, link.Receiver){
		"plain": bench.open, "v1": bench.openV1,
	} {
		for _, when := range []string{"login", "message", "resume"} {
			if dialect == "plain" && when == "resume" {
				continue
			}
			t.Run(dialect+", "+when, func(t *testing.T) {
				b, faults := newFaultBench(t, roomy)
				ice := trappedICE{new(trap)}
				b.opts.ICE = ice
				message := login("Ana")
				old, says := open(b, t)
				switch when {
				case "message":
					says.Text([]byte(message))
					message = `{"type":"ice"}`
				case "resume":
					says.Text([]byte(message))
					message = resumeAs("Ana", tokenIn(t, old.take(t)), "0")
					_, says = open(b, t)
				}
				ice.armed = true
				if caught, stack := hearsWhere(says, message); !caught || !strings.Contains(stack, "spring") {
					t.Fatalf("caught %v, of which the stack does not tell where it was:\n%s", caught, stack)
				}
				b.expectGone(t)
				if when == "resume" && old.why() != protocol.EndTakenOver {
					t.Errorf("the old connection: %s", old.why())
				}
				if _, says := open(b, t); hears(says, login("Ana")) || b.opts.Hub.Users() != 1 {
					t.Error("the name is not free")
				}
				faults.expect(t) // this is for the connection to tell
			})
		}
	}
}

// What was no fault of the session's leaves it as it is: it goes on with another connection.
func TestAFaultOfTheTransportLeavesTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := newFaultBench(t, roomy)
		conn, says := b.openV1(t, login("Ana"))
		token := tokenIn(t, conn.take(t))
		says.Closed(link.End{Why: protocol.EndFault})
		again, _ := b.openV1(t, resumeAs("Ana", token, "0"))
		if got := again.take(t); !strings.Contains(got, `"resumed":true`) {
			t.Errorf("got %s", got)
		}
		settle()
	})
}

// A fault in what is kept for one user costs that user's session, not the one who sends.
func TestAFaultOfTheRecipient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, faults := newFaultBench(t, roomy)
		ana := &trappedConn{fakeConn: new(fakeConn)}
		anaSays := talker{b.AcceptV1(ana)}
		anaSays.Text([]byte(login("Ana")))
		bob, bobSays := b.openV1(t, login("Bob"))
		settle()
		ana.enqueue.armed = true
		if hears(bobSays, string(offer("Ana", "1"))) {
			t.Error("the sender has a fault")
		}
		settle()
		faults.expect(t, fault.Session)
		if ana.why() != protocol.EndFault || bob.why() != 0 || b.opts.Hub.Users() != 1 {
			t.Errorf("Ana: %s, Bob: %s, %d users", ana.why(), bob.why(), b.opts.Hub.Users())
		}
		anaSays.Closed(link.End{Why: protocol.EndFault})
		if _, says := b.openV1(t); hears(says, login("Ana")) || b.opts.Hub.Users() != 2 {
			t.Error("the name is not free")
		}
		settle()
	})
}

// trappedObserver has a fault when a session ends.
type trappedObserver struct {
	unobserved
	trap
}

func (o *trappedObserver) SessionOver(SessionEnd) { o.spring() }

// A fault in a timer costs the connection or the session for which it is.
func TestAFaultOfATimer(t *testing.T) {
	soon := func() tokens {
		return tokens{"soon": auth.Grant{AnyRoom: true, Expires: time.Now().Add(time.Minute / 2)}}
	}
	for name, c := range map[string]struct {
		on    protocol.Ending
		run   func(b bench, conn link.Conn)
		users int // which are left: a plain one is there until the reader notices
	}{
		"login": {on: protocol.EndLoginTimeout, run: func(b bench, conn link.Conn) { b.AcceptPlain(conn) }},
		"token": {on: protocol.EndTokenExpired, users: 1, run: func(b bench, conn link.Conn) {
			b.opts.Tokens = soon()
			b.AcceptPlain(conn).Text([]byte(loginWith("Ana", "", "soon")))
		}},
		"token of a session": {on: protocol.EndTokenExpired, run: func(b bench, conn link.Conn) {
			b.opts.Tokens = soon()
			b.AcceptV1(conn).Text([]byte(loginWith("Ana", "", "soon")))
		}},
		"overflow": {on: protocol.EndSlowReader, run: func(b bench, conn link.Conn) {
			b.AcceptV1(conn).Text([]byte(login("Ana")))
			sink := b.opts.Hub.ListRoom("", "", 1)[0].Sink
			for range 200 { // the user may be gone before the last
				sink.Signal(protocol.Relayed{Type: protocol.Offer, From: "Bob", Payload: []byte("1")}, nil)
			}
		}},
		"window": {run: func(b bench, conn link.Conn) {
			b.opts.Observer.(*trappedObserver).armed = true
			says := b.AcceptV1(conn)
			says.Text([]byte(login("Ana")))
			says.Closed(cut)
			conn.Close(protocol.EndFault) // as no timer will
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, faults := newFaultBench(t, replay.Limits{Bytes: 1 << 20, Frames: 100})
				b.opts.Observer = new(trappedObserver)
				conn := &trappedConn{fakeConn: new(fakeConn), on: c.on}
				c.run(b, conn)
				time.Sleep(time.Hour)
				synctest.Wait()
				faults.expect(t, fault.Timer)
				if conn.why() != protocol.EndFault {
					t.Errorf("the connection: %s", conn.why())
				}
				if users := b.opts.Hub.Users(); users != c.users || len(b.sessions.byToken) != 0 {
					t.Errorf("%d users and %d sessions are left", users, len(b.sessions.byToken))
				}
			})
		})
	}
}
