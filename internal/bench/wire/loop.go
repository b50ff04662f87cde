// Package wire holds any number of WebSocket connections in one goroutine, from the client's end.
//
// It is made to cost little of the machine that it shares with the server it measures: sockets are read and written
// without blocking when epoll says so, through one buffer for all, and all that a client does happens on the one
// goroutine that calls [Loop.Run], so that nothing is locked.
package wire

import (
	"container/heap"
	"fmt"
	"time"
)

// readSize is how much is read at once, in bytes.
const readSize = 256 << 10

// Traffic is what went one way.
type Traffic struct{ Frames, Bytes int64 }

func (t *Traffic) count(bytes int) {
	t.Frames++
	t.Bytes += int64(bytes)
}

// Since is what has come since an earlier time.
func (t Traffic) Since(earlier Traffic) Traffic {
	return Traffic{Frames: t.Frames - earlier.Frames, Bytes: t.Bytes - earlier.Bytes}
}

// Loop runs connections and timers. It belongs to one goroutine, which should be locked to its thread.
type Loop struct {
	// Sent and Received count the frames of all connections, bytes of TCP payload with them: what TLS adds is
	// counted nowhere.
	Sent, Received Traffic

	poll    *poller
	epoch   time.Time
	conns   []*Conn // by descriptor
	timers  timerHeap
	order   uint64 // of the timers
	buf     []byte
	scratch []byte // where messages are composed
	dead    []*Conn
	leaving int // connections that have said goodbye and are still there
	err     error

	waiting []dial      // to be started
	dialing int         // under way
	dialed  chan func() // what to do about dials that ended
}

// maxDialing is how many connections are begun at the same time.
const maxDialing = 64

// NewLoop returns a loop without connections.
func NewLoop() (*Loop, error) {
	poll, err := newPoller()
	if err != nil {
		return nil, err
	}
	return &Loop{
		poll:    poll,
		epoch:   time.Now(),
		buf:     make([]byte, readSize),
		scratch: make([]byte, maxHeader, 4096),
		dialed:  make(chan func(), maxDialing),
	}, nil
}

// Leave has all connections say goodbye, see [Conn.Close], and returns when all are closed. It is an error if some are
// not after limit. What else was to happen, such as by timers, does not; the loop is of use for nothing but Close then.
func (l *Loop) Leave(limit time.Duration) error {
	l.settleDials()
	l.timers = nil
	for _, c := range l.conns {
		if c != nil {
			c.Close()
		}
	}
	gone, err := l.Run(limit, func() bool { return l.leaving == 0 })
	if err == nil && !gone {
		err = fmt.Errorf("after %v, the server has not answered the goodbye of %d connections", limit, l.leaving)
	}
	return err
}

// settleDials waits until no dial is under way, and begins none.
func (l *Loop) settleDials() {
	l.waiting = nil
	for l.dialing > 0 {
		(<-l.dialed)()
	}
}

// Close cuts all connections and waits until no dial is under way.
func (l *Loop) Close() {
	l.settleDials()
	for _, c := range l.conns {
		if c != nil {
			c.Cut()
		}
	}
	l.poll.close()
}

// Now is the time since the loop was made.
func (l *Loop) Now() time.Duration { return time.Since(l.epoch) }

// At has act called at a time of [Loop.Now], or as soon as the loop runs after it. The act gets the time that was
// set, not the one that it is: who repeats something every second is not to fall behind.
func (l *Loop) At(when time.Duration, act func(when time.Duration)) {
	l.order++
	heap.Push(&l.timers, timer{when: when, order: l.order, act: act})
}

// Every has act called once per interval, first after one, for as long as it returns true.
func (l *Loop) Every(interval time.Duration, act func() bool) {
	var again func(time.Duration)
	again = func(when time.Duration) {
		if act() {
			l.At(when+interval, again)
		}
	}
	l.At(l.Now()+interval, again)
}

// Run runs for the given time, or until done returns true, which is asked after each round of events; it may be
// nil. It returns whether done did. An error is of the system or of a server that does not keep to RFC 6455.
func (l *Loop) Run(limit time.Duration, done func() bool) (bool, error) {
	end := l.Now() + limit
	for {
		if done != nil && done() {
			return true, l.err
		}
		now := l.Now()
		if now >= end || l.err != nil {
			return false, l.err
		}
		timeout := end - now
		if len(l.timers) > 0 {
			timeout = max(0, min(timeout, l.timers[0].when-now))
		}
		if err := l.poll.wait(timeout, l.ready); err != nil {
			return false, fmt.Errorf("epoll: %w", err)
		}
		l.settle()
	}
}

// ready handles one socket.
func (l *Loop) ready(fd int, readable, writable bool) {
	if fd >= len(l.conns) || l.conns[fd] == nil {
		return
	}
	c := l.conns[fd]
	if readable {
		c.readable()
	}
	if writable && !c.closed && !c.failed {
		c.flush()
	}
}

// settle does what is due besides sockets: as of now, so that timers that fall behind do not keep the sockets waiting.
func (l *Loop) settle() {
	for now := l.Now(); len(l.timers) > 0 && l.timers[0].when <= now; {
		due := heap.Pop(&l.timers).(timer)
		due.act(due.when)
	}
	for pending := len(l.dialed); pending > 0; pending-- {
		(<-l.dialed)()
	}
	for len(l.dead) > 0 {
		dead := l.dead
		l.dead = nil
		for _, c := range dead {
			c.bury()
		}
	}
}

func (l *Loop) adopt(c *Conn) error {
	if grow := c.fd + 1 - len(l.conns); grow > 0 {
		l.conns = append(l.conns, make([]*Conn, grow)...)
	}
	l.conns[c.fd] = c
	return l.poll.add(c.fd)
}

func (l *Loop) forget(c *Conn) {
	if l.conns[c.fd] == c {
		l.conns[c.fd] = nil
	}
}

// note keeps the first error for Run to return.
func (l *Loop) note(err error) {
	if l.err == nil {
		l.err = err
	}
}

type timer struct {
	when  time.Duration
	order uint64
	act   func(time.Duration)
}

// timerHeap is container/heap's, the earliest first, and of equal ones the one that was set first.
type timerHeap []timer

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	if h[i].when != h[j].when {
		return h[i].when < h[j].when
	}
	return h[i].order < h[j].order
}
func (h timerHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *timerHeap) Push(x any)   { *h = append(*h, x.(timer)) }
func (h *timerHeap) Pop() any {
	last := (*h)[len(*h)-1]
	(*h)[len(*h)-1] = timer{}
	*h = (*h)[:len(*h)-1]
	return last
}

var _ heap.Interface = (*timerHeap)(nil)
