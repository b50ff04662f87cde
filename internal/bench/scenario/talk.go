package scenario

import (
	"fmt"
	"time"

	"beckon/internal/bench/dialect"
	"beckon/internal/bench/latency"
)

// talk is pairs that exchange messages. Every message has a number, and must arrive in its turn.
type talk struct {
	crowd     *crowd
	ends      []*end
	speakers  []*end // who send
	latency   *latency.Recorder
	delivered int // since the measurement began
	stopped   bool
	turn      int // open loop: whose turn it is to send
}

// end is one of a pair. The messages of each direction arrive in the order sent, so that the times at which they were
// meant to be sent wait in a queue.
type end struct {
	talk     *talk
	client   *client
	peer     *end
	sent     int
	arrived  int
	underway queue
}

func newTalk(c *crowd) *talk {
	return &talk{crowd: c, latency: latency.NewRecorder()}
}

// pair has two users talk to each other.
func (t *talk) pair(a, b *client) (*end, *end) {
	first, second := &end{talk: t, client: a}, &end{talk: t, client: b}
	first.peer, second.peer = second, first
	for _, e := range []*end{first, second} {
		t.ends, t.speakers = append(t.ends, e), append(t.speakers, e)
		e.client.relayed = e.receive
	}
	return first, second
}

// inTurns begins a closed loop: window messages are under way per pair, and each that arrives has its recipient send
// the next.
func (t *talk) inTurns(window int) {
	for i, e := range t.ends {
		for n := i % 2; n < window; n += 2 {
			e.send(t.crowd.loop.Now())
		}
		e.client.relayed = func(message []byte) {
			e.receive(message)
			if !t.stopped {
				e.send(t.crowd.loop.Now())
			}
		}
	}
}

// oneWay has only the first of each pair send, at a rate that is yet to be given.
func (t *talk) oneWay() {
	t.speakers = nil
	for i := 0; i < len(t.ends); i += 2 {
		t.speakers = append(t.speakers, t.ends[i])
	}
}

// atRate begins an open loop: so many messages per second are sent, by each end in turn, whatever becomes of them.
func (t *talk) atRate(perSecond float64) {
	t.crowd.repeat(latency.NewPace(t.crowd.loop.Now(), perSecond), func(due time.Duration) bool {
		if t.stopped {
			return false
		}
		t.speakers[t.turn].send(due)
		t.turn = (t.turn + 1) % len(t.speakers)
		return true
	})
}

// finish stops sending and waits for what is under way: nothing may be missing.
func (t *talk) finish() error {
	t.stopped = true
	missing := func() (n int) {
		for _, e := range t.ends {
			n += e.sent - e.peer.arrived
		}
		return n
	}
	return t.crowd.await(patience, func() bool { return missing() == 0 },
		func() string { return fmt.Sprintf("%d messages are missing", missing()) })
}

// send sends the next message, which was meant to be sent at the given time.
func (e *end) send(when time.Duration) {
	kind := "candidate"
	if e.sent%9 == 0 {
		kind = "offer"
		if e.client.Name > e.peer.client.Name {
			kind = "answer"
		}
	}
	e.underway.push(when)
	e.client.relay(e.peer.client, dialect.Message{Type: kind, Number: e.sent})
	e.sent++
}

// receive takes the next message.
func (e *end) receive(message []byte) {
	if number := dialect.Number(message); number != e.arrived {
		e.talk.crowd.fail("%s got message %d of %s, when %d was due", e.client.Name, number, e.peer.client.Name, e.arrived)
		return
	}
	e.arrived++
	e.talk.delivered++
	e.talk.latency.Record(e.talk.crowd.loop.Now() - e.peer.underway.pop())
}

// queue is times, first in, first out.
type queue struct {
	times []time.Duration
	head  int
}

func (q *queue) push(t time.Duration) { q.times = append(q.times, t) }

func (q *queue) pop() time.Duration {
	t := q.times[q.head]
	if q.head++; q.head == len(q.times) {
		q.times, q.head = q.times[:0], 0
	} else if q.head >= 1024 && 2*q.head >= len(q.times) {
		q.times, q.head = q.times[:copy(q.times, q.times[q.head:])], 0
	}
	return t
}
