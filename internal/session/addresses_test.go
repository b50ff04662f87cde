package session

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"beckon/internal/fault"
	"beckon/internal/link"
	"beckon/internal/protocol"
)

var _ *fault.Mutex = &(&addresses{}).mu

// An address has only so many users, those included who are away: at a login too many the one that has been away for
// longest loses its session, and the login succeeds. Who is elsewhere, is exempt or resumes does not matter.
func TestALoginTooManyEndsTheOldestSessionThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, seen := newWatchedBench(roomy)
		first, second := b.away(t, "Ana"), b.away(t, "Bob")
		b.open(t, login("Cem"))
		enter := func(source, name string, most int) {
			conn := &fakeConn{source: source, maxUsers: most}
			talker{b.AcceptPlain(conn)}.Text([]byte(login(name)))
		}
		enter("", "Dan", 0)
		enter("elsewhere", "Eve", 1)
		seen.expect(t, "login joined 5, waiting 2")
		enter("", "Fay", 4)
		seen.expect(t, "login joined 1, over address_users 1, waiting -1")
		if log := b.log.String(); !strings.Contains(log, `"user":"Ana","session":"id1","outcome":"address_users","message":"session end"`) {
			t.Errorf("the log says %s", log)
		}
		if !b.comesBack(t, "Bob", second) || b.comesBack(t, "Ana", first) {
			t.Error("it is not the session that has waited longest that has ended")
		}
		enter("", "Gil", 1)
		seen.expect(t, "login joined 2, login resumed 1, resume resumed 1, resume unknown 1, waiting -1")
		if len(b.addresses.known) != 2 || b.addresses.known[""].users != 6 {
			t.Errorf("known are %+v", b.addresses.known)
		}
	})
}

// Who comes back from another address is one of that from then on.
func TestWhoComesBackFromElsewhereCountsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, seen := newWatchedBench(roomy)
		b.away(t, "Ana")
		conn := &fakeConn{source: "elsewhere"}
		says := talker{b.AcceptV1(conn)}
		says.Text([]byte(login("Bob")))
		token := tokenIn(t, conn.take(t))
		says.Closed(cut)
		back := &fakeConn{maxUsers: 1}
		talker{b.AcceptV1(back)}.Text([]byte(resumeAs("Bob", token, "0")))
		seen.expect(t, "login joined 2, login resumed 1, over address_users 1, resume resumed 1")
		if len(b.addresses.known) != 1 || b.addresses.known[""].users != 1 {
			t.Errorf("known are %+v", b.addresses.known)
		}
	})
}

// All of one address may come back at once.
func TestAllOfAnAddressComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, seen := newWatchedBench(roomy)
		const most = 100
		var tokens []string
		for n := range most {
			tokens = append(tokens, b.away(t, fmt.Sprint("user ", n)))
		}
		for n, token := range tokens {
			conn := &fakeConn{maxUsers: most}
			talker{b.AcceptV1(conn)}.Text([]byte(resumeAs(fmt.Sprint("user ", n), token, "0")))
		}
		seen.expect(t, fmt.Sprintf("login joined %d, login resumed %d, resume resumed %d", most, most, most))
	})
}

// town is people who come, go and come back at two addresses, and the simplest account of them that could be right.
type town struct {
	t      *testing.T
	b      bench
	people map[int]*person
	queue  []*person // those who are away, the one who has been for longest first
	names  int
}

// mostOfTown is how many users each of its addresses may have. No more have a connection.
const mostOfTown = 3

type person struct {
	name, source, token string
	v1                  bool
	says                link.Receiver // nil while away
	since               time.Time     // of being away
}

// of is how many users an address has, and how many of them have a connection.
func (w *town) of(source string) (users, connected int) {
	for _, p := range w.people {
		if p.source == source {
			users++
			if p.says != nil {
				connected++
			}
		}
	}
	return users, connected
}

// do lets the n-th person do something, or begin to exist, at an address.
func (w *town) do(what string, n int, source string) {
	p := w.people[n]
	_, connected := w.of(source)
	switch {
	case what == "come" && p == nil && connected < mostOfTown:
		w.names++
		p = &person{name: fmt.Sprint("p", w.names), source: source, v1: n%3 > 0}
		w.people[n] = p
		conn := w.arrive(p, source, login(p.name))
		if p.v1 {
			p.token = tokenIn(w.t, conn.take(w.t))
		}
	case what == "return" && p != nil && p.says == nil && connected < mostOfTown:
		w.queue = slices.DeleteFunc(w.queue, func(q *person) bool { return q == p })
		p.source = source
		if conn := w.arrive(p, source, resumeAs(p.name, p.token, "0")); !strings.Contains(conn.take(w.t), `"resumed":true`) {
			w.t.Fatalf("%s cannot come back", p.name)
		}
	case what == "lose" && p != nil && p.says != nil:
		p.says.Closed(cut)
		p.says, p.since = nil, time.Now()
		if p.v1 {
			w.queue = append(w.queue, p)
		} else {
			delete(w.people, n)
		}
	case what == "leave" && p != nil && p.says != nil:
		p.says.Closed(link.End{Why: protocol.EndClientClosed, Code: 1000})
		delete(w.people, n)
	case what == "wait":
		time.Sleep(5*time.Second + time.Millisecond)
		synctest.Wait()
		w.forget(func(p *person) bool { return time.Since(p.since) >= 15*time.Second })
	}
}

// arrive connects p, and forgets who has to make room for it.
func (w *town) arrive(p *person, source, say string) *fakeConn {
	conn := &fakeConn{source: source, maxUsers: mostOfTown}
	accept := w.b.AcceptPlain
	if p.v1 {
		accept = w.b.AcceptV1
	}
	p.says = talker{accept(conn)}
	p.says.Text([]byte(say))
	w.forget(func(q *person) bool {
		users, _ := w.of(source)
		return q.source == source && users > mostOfTown
	})
	return conn
}

// forget takes those out who are away and to be forgotten, one after the other.
func (w *town) forget(gone func(p *person) bool) {
	w.queue = slices.DeleteFunc(w.queue, func(p *person) bool {
		if !gone(p) {
			return false
		}
		for n, q := range w.people {
			if q == p {
				delete(w.people, n)
			}
		}
		return true
	})
}

// check compares what is known of addresses with the account.
func (w *town) check() {
	users, counted := w.b.opts.Hub.Users(), 0
	w.b.addresses.mu.Lock()
	defer w.b.addresses.mu.Unlock()
	for _, source := range []string{"here", "there"} {
		want, _ := w.of(source)
		got, waiting := 0, []string(nil)
		if of := w.b.addresses.known[source]; of != nil {
			counted++
			got = of.users
			for e := of.waiting.Front(); e != nil; e = e.Next() {
				waiting = append(waiting, e.Value.(*resumable).member.User.Name)
			}
		}
		var queue []string
		for _, p := range w.queue {
			if p.source == source {
				queue = append(queue, p.name)
			}
		}
		if got != want || got > mostOfTown || !slices.Equal(waiting, queue) {
			w.t.Fatalf("%s has %d users, %q wait; want %d, and %q", source, got, waiting, want, queue)
		}
	}
	if len(w.b.addresses.known) != counted || users != len(w.people) {
		w.t.Fatalf("%d addresses are known, %d have users; %d users, want %d", len(w.b.addresses.known), counted, users, len(w.people))
	}
}

func TestAddressesAgreeWithTheSimplestAccount(t *testing.T) {
	type act struct {
		what, where string
		n           int
	}
	acts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) act {
		return act{
			what:  rapid.SampledFrom(strings.Fields("come come come return return lose lose leave wait")).Draw(t, "what"),
			where: rapid.SampledFrom([]string{"here", "there"}).Draw(t, "where"),
			n:     rapid.IntRange(0, 7).Draw(t, "n"),
		}
	}), 1, 80)
	rapid.Check(t, func(rt *rapid.T) {
		drawn := acts.Draw(rt, "acts")
		synctest.Test(t, func(t *testing.T) {
			w := &town{t: t, b: newV1Bench(roomy), people: map[int]*person{}}
			for _, a := range drawn {
				w.do(a.what, a.n, a.where)
				if w.check(); t.Failed() {
					t.Logf("acts: %+v", drawn)
				}
			}
		})
	})
}
