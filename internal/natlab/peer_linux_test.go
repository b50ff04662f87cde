package natlab_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// task is what a peer is told, as JSON in an environment variable.
type task struct {
	Name, Other string
	Calls       bool // it is the one who makes offers
	Renews      bool // it asks for credentials before those that it has expire
	RelaysV4    bool // it has no candidate but IPv4 addresses of relays, as browsers allocate no others (RFC 8656, section 7.1)
}

// peerTask is that variable. A process of this test that has it is a peer.
const peerTask = "NATLAB_PEER"

// report is what a peer says, as JSON, a line each.
type report struct {
	Event         string // path (also when there is another one), count, offer, state, and what goes wrong: wrong, trouble
	Local, Remote string // path: the types of the selected candidates
	Via           string // path: by which transport it talks to the relay that it uses, if it does
	Address       string // path: the address of the other that is used
	Milliseconds  int64  // path: since the offer was made, or came
	Heard, Said   int    // count
	State         string // state, wrong, trouble
}

// peer is a process that meets another one, by way of a site, and has a conversation with it: both count aloud,
// and complain of a number that is not the next.
type peer struct {
	*process
	task task

	mu     sync.Mutex
	paths  []report       // guarded by mu
	last   report         // count; guarded by mu
	events map[string]int // how often it has reported what; guarded by mu
	wrong  []string       // guarded by mu
}

// newPeer starts one on a host.
func (l *lab) newPeer(t testing.TB, host namespace, f files, what task) *peer {
	t.Helper()
	text, err := json.Marshal(what)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{task: what, events: map[string]int{}}
	p.process = launch(t, host, []string{peerTask + "=" + string(text), "SSL_CERT_FILE=" + f.root}, p.hear, program)
	return p
}

func (p *peer) hear(line string) {
	var r report
	if json.Unmarshal([]byte(line), &r) != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events[strings.TrimSpace(r.Event+" "+r.State)]++
	switch r.Event {
	case "path":
		p.paths = append(p.paths, r)
	case "count":
		p.last = r
	case "wrong":
		p.wrong = append(p.wrong, r.State)
	}
}

// count is how many messages it has heard and said.
func (p *peer) count() (heard, said int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last.Heard, p.last.Said
}

// reported is how often it has said that.
func (p *peer) reported(event string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.events[event]
}

// open waits until it has heard something, and returns by which way.
func (p *peer) open(within time.Duration) report {
	p.t.Helper()
	eventually(p.t, p.task.Name+" hears "+p.task.Other, within, func() bool {
		heard, _ := p.count()
		return heard > 0
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.paths[len(p.paths)-1]
}

// check fails the test if a number was missing, or came twice.
func (p *peer) check() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, wrong := range p.wrong {
		p.t.Errorf("%s: %s", p.task.Name, wrong)
	}
}

// pair is two who talk.
type pair [2]*peer

// meet has somebody on one host call somebody on another one. The name is to be that of no other pair.
func (l *lab) meet(t testing.TB, f files, name string, one, other namespace, change ...func(one, other *task)) pair {
	t.Helper()
	a, b := task{Name: "one of " + name, Other: "other of " + name, Calls: true}, task{Name: "other of " + name, Other: "one of " + name}
	for _, f := range change {
		f(&a, &b)
	}
	return pair{l.newPeer(t, one, f, a), l.newPeer(t, other, f, b)}
}

// The ways to talk, the cheapest one first.
const (
	pathHost     = "host"       // between the addresses of both hosts
	pathSrflx    = "srflx"      // between addresses of routers, as STUN servers tell them
	pathRelay    = "relay, UDP" // through a relay, to which both have a way for UDP
	pathRelayTLS = "relay, TLS"
)

// path waits until both hear each other, and tells by which way, and how long it took from the offer.
func (p pair) path(within time.Duration) (path string, took time.Duration) {
	p[0].t.Helper()
	a, b := p[0].open(within), p[1].open(within)
	path = pathHost
	for _, candidate := range []string{a.Local, a.Remote, b.Local, b.Remote} {
		switch {
		case candidate == "relay":
			path = pathRelay
		case candidate != "host" && path == pathHost:
			path = pathSrflx
		}
	}
	if path == pathRelay && (a.Via == "tls" || b.Via == "tls") {
		path = pathRelayTLS
	}
	return path, time.Duration(max(a.Milliseconds, b.Milliseconds)) * time.Millisecond
}

// goOn waits until each has heard all that the other had said by now, and some more.
func (p pair) goOn(within time.Duration) {
	p[0].t.Helper()
	const more = 5
	var said [2]int
	for i := range p {
		_, said[i] = p[i].count()
	}
	for i := range p {
		eventually(p[0].t, fmt.Sprintf("%s hears number %d", p[i].task.Name, said[1-i]+more), within, func() bool {
			heard, _ := p[i].count()
			return heard >= said[1-i]+more
		})
		p[i].check()
	}
}
