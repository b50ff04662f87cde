package app_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"

	"beckon/internal/testkit"
)

// Exact replay on real sockets: two users go on sending numbered messages to others, whose connections a proxy
// breaks in every way that it knows. Every message arrives, once and in order.
func TestV1ReplayIsExactThroughAProxy(t *testing.T) {
	const (
		receivers = 4
		cuts      = 55 // of each
		pace      = 8 * time.Millisecond
	)
	chance := seeded(t)
	s := onLoopback(t, withoutPace("--backlog-bytes=67108864", "--backlog-messages=100000")...) // what a slow machine lets wait is not refused
	b := &barrage{from: map[string]*testkit.Client{"plain": s.user("plain"), "modern": s.userV1("modern")}}
	there, calm, over := make(chan struct{}, receivers), make(chan struct{}, receivers), make(chan error, receivers)
	for i := range receivers {
		to := newTarget(s, fmt.Sprint("target ", i), rand.New(rand.NewPCG(chance.Uint64(), 0)))
		b.to = append(b.to, to)
		go func() {
			err := to.begin(there)
			if err == nil {
				err = to.suffer(cuts)
			}
			calm <- struct{}{}
			over <- errors.Join(err, to.finish())
		}()
	}
	for range receivers {
		<-there
	}
	for quiet := 0; quiet < receivers; {
		select {
		case <-calm:
			quiet++
		case <-time.After(pace):
			b.send(false)
		}
	}
	b.send(true)
	for range receivers {
		if err := <-over; err != nil {
			t.Error(err)
		}
	}
	for _, from := range b.from {
		expectNobodyLeft(t, from)
	}
	for _, to := range b.to {
		t.Logf("%s: %d messages, resumed %d times after %v", to.user.Session.Name, 2*b.sent, to.user.Resumed, to.suffered)
	}
}

// barrage is who sends to whom.
type barrage struct {
	from map[string]*testkit.Client
	to   []*target
	sent int // to each, from each
}

// send sends one message from everybody to everybody.
func (b *barrage) send(last bool) {
	b.sent++
	for _, from := range b.from {
		for _, to := range b.to {
			from.Say(testkit.Message{"type": "offer", "name": to.user.Session.Name, "offer": numbered{b.sent, padding(b.sent), last}})
		}
	}
}

// numbered is a message.
type numbered struct {
	N    int
	Pad  string
	Last bool
}

// padding makes messages of many sizes, each of which can be told from a torn one.
func padding(n int) string { return strings.Repeat("x", n*37%1500) }

// expectNobodyLeft takes what has come to a sender: news only, and no word that somebody was not there.
func expectNobodyLeft(t *testing.T, c *testkit.Client) {
	t.Helper()
	c.Say(testkit.Message{"type": "ping"})
	for f := c.Next(); f.Type != "pong"; f = c.Next() {
		if f.Type == "error" || f.Type == "leave" || f.Type == "presence" && len(f.Presence().Left) > 0 {
			t.Errorf("a sender got %s", f.JSON)
		}
	}
}

// target is a user whose connections break. It belongs to one goroutine.
type target struct {
	server   *server
	chance   *rand.Rand
	user     *testkit.Persistent
	next     map[string]int // the number that is due, by sender
	last     int            // from how many senders the last message is there
	err      error          // what came wrong
	suffered map[string]int // how many connections, by what befell them
	old      *toxiproxy.Proxy
}

func newTarget(s *server, name string, chance *rand.Rand) *target {
	return &target{
		server: s, chance: chance, next: map[string]int{}, suffered: map[string]int{},
		user: &testkit.Persistent{URL: s.url, Session: testkit.Session{Name: name}, Silence: 300 * time.Millisecond},
	}
}

// begin logs in and stays until there are messages, which are sent once there is word from everybody.
func (x *target) begin(there chan<- struct{}) error {
	x.user.Welcome = func() { there <- struct{}{} }
	_, err := x.user.Visit(dialTCP, func(data []byte) bool { return x.take(data) && len(x.next) == 0 })
	x.user.Welcome = nil
	return err
}

// suffer has as many connections broken.
func (x *target) suffer(cuts int) error {
	for range cuts {
		all := mishaps(x.chance)
		m := all[x.chance.IntN(len(all))]
		x.suffered[m.name]++
		proxy, err := newToxicProxy(x.server.addr)
		if err != nil {
			return err
		}
		dial, err := m.strike(proxy)
		if err == nil {
			_, err = x.user.Visit(dial, x.take)
		}
		x.stopProxy(proxy)
		if err = errors.Join(err, x.err); err != nil {
			return fmt.Errorf("after %s: %w", m.name, err)
		}
	}
	return nil
}

// stopProxy stops the proxy before this one: the connections through it may still be half open until now.
func (x *target) stopProxy(proxy *toxiproxy.Proxy) {
	if x.old != nil {
		x.old.Stop()
	}
	x.old = proxy
}

// finish gets the rest over a connection that nothing happens to.
func (x *target) finish() error {
	x.user.Silence = testkit.Patience
	done, err := x.user.Visit(dialTCP, func(data []byte) bool { return x.take(data) && x.last < 2 })
	x.user.Forget()
	x.stopProxy(nil)
	if err = errors.Join(err, x.err); err == nil && !done {
		err = errors.New("the last messages never came")
	}
	if x.user.Lost > 0 {
		err = errors.Join(err, fmt.Errorf("%d sessions were lost", x.user.Lost))
	}
	return err
}

// take checks a frame; false if it is wrong.
func (x *target) take(data []byte) (more bool) {
	var f struct {
		Type, Name string
		Offer      numbered
	}
	switch err := json.Unmarshal(data, &f); {
	case err != nil:
		x.err = fmt.Errorf("%w: %s", err, data)
	case f.Type == "presence":
	case f.Type != "offer" || f.Offer.N != x.next[f.Name]+1 || f.Offer.Pad != padding(f.Offer.N):
		x.err = fmt.Errorf("%d was due, got %.80s", x.next[f.Name]+1, data)
	default:
		x.next[f.Name]++
		if f.Offer.Last {
			x.last++
		}
	}
	return x.err == nil
}

var dialTCP testkit.DialFunc = new(net.Dialer).DialContext

// A login reply that is lost in a cut, and that of the next try as well.
func TestV1LoginRepliesLostThroughAProxy(t *testing.T) {
	const most = 1000 // bytes: more than a handshake and a login reply
	chance := seeded(t)
	s := onLoopback(t, withoutPace("--log-lines-per-second=0")...)
	w := newWanderer(t, s)
	w.expectThrough(dialTCP)
	for bytes := 0; bytes < most; bytes += 1 + chance.IntN(30) {
		for range 2 {
			proxy, err := newToxicProxy(s.addr)
			if err != nil {
				t.Fatal(err)
			}
			limit := mishap{first: []toxic{{kind: "limit_data", stream: "downstream", attribute: "bytes", value: bytes}}}
			dial, err := limit.strike(proxy)
			if err != nil {
				t.Fatal(err)
			}
			w.speak(chance.IntN(4))
			w.visit(dial)
			proxy.Stop()
		}
		w.expectThrough(dialTCP)
	}
	lost := strings.Count(s.log.String(), `"message":"resume"`) - w.user.Resumed
	t.Logf("%d messages, resumed %d times, %d login replies lost", w.sent, w.user.Resumed, lost)
	if lost < 10 {
		t.Errorf("%d login replies were lost: this tests nothing", lost)
	}
}
