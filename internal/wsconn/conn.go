package wsconn

import (
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"beckon/internal/frame"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/ratelimit"
	"beckon/internal/share"
)

// Conn is one WebSocket, a link.Conn.
type Conn struct {
	// Static after ServeHTTP.

	server   *Server
	net      net.Conn
	receiver link.Receiver
	dialect  protocol.Dialect
	client   netip.Addr    // invalid where there is none
	group    netip.Prefix  // of addresses, that limits count for one; invalid where there is no address
	source   share.Source  // who its messages are counted for
	request  string        // what the log calls the request
	poller   *poller       // that watches the socket while there is no reader; nil if none does
	opened   time.Duration // by Server.clock

	out outbox // has its own lock

	ending atomic.Uint32 // a protocol.Ending; set once
	heard  atomic.Bool   // whether something came since the last ping
	beat   *time.Timer   // stopped by the reader; static

	reader atomic.Uint32 // readerRuns, readerCalled or readerAway

	asked  time.Duration // when the last ping was sent, by Server.clock; 0 while none waits for a pong; owned by the timer's function
	way    way           // of that ping; owned like asked
	slowed atomic.Bool   // whether the reader is in Pause: what the client has sent may wait unread

	probe atomic.Pointer[probe] // the last one; nil before the first, Server.gone after Closed

	// Owned by the reader.

	received link.Traffic
	pace     ratelimit.Pace
	took     int // how many bytes were read that are not accounted for
	places   places
	fd       int                   // of the socket, as the poller knows it
	parser   *parser               // between await and hear
	arrival  func(fd uintptr) bool // arrive, which would else be allocated for each call; static
	reading  func()                // read, for the same reason; static
	renewed  time.Duration         // when a new goroutine became the reader, by Server.clock
	waited   bool                  // whether await found nothing at first
	arrived  time.Duration         // when there was last something to read, by Server.clock
	busy     bool                  // whether that was shortly after the time before
	unseen   bool                  // whether it is one of the server to itself; static
	first    [1]byte               // for awaitByte
}

func newConn(s *Server, socket net.Conn, subprotocol string) *Conn {
	c := &Conn{
		server: s, net: socket, dialect: protocol.DialectOf(subprotocol), opened: s.clock(),
		pace: s.opts.Pacer.Begin(), renewed: -s.opts.PingInterval, arrived: -s.busyGap,
	}
	c.out.init(c)
	c.arrival, c.reading = c.arrive, c.read
	return c
}

// RemoteAddr is link.Conn.
func (c *Conn) RemoteAddr() string {
	if c.client.IsValid() {
		return c.client.String()
	}
	return c.net.RemoteAddr().String()
}

// Request is link.Conn.
func (c *Conn) Request() string { return c.request }

// Source is link.Conn.
func (c *Conn) Source() share.Source { return c.source }

// TakeLogin is link.Conn.
func (c *Conn) TakeLogin() time.Duration { return c.places.takeLogin() }

// Quota is link.Conn: a group may have as many users as connections.
func (c *Conn) Quota() (of any, users int) { return c.group, c.places.groupConnections() }

// Enqueue is link.Conn.
func (c *Conn) Enqueue(frame []byte) {
	defer c.caughtWriting()
	if !c.queued(c.out.put(frame, owner{})) {
		c.end(protocol.EndSlowReader, nil)
	}
}

// EnqueueParts is link.Conn.
func (c *Conn) EnqueueParts(parts [][]byte) {
	defer c.caughtWriting()
	if !c.queued(c.out.putParts(parts, owner{})) {
		c.end(protocol.EndSlowReader, nil)
	}
}

// Offer is link.Conn.
func (c *Conn) Offer(frames []byte, from share.Source) (taken bool) {
	defer c.caughtWriting()
	return c.queued(c.out.put(frames, owner{ofOthers, from}))
}

// OfferParts is link.Conn.
func (c *Conn) OfferParts(parts [][]byte) (taken bool) {
	defer c.caughtWriting()
	return c.queued(c.out.putParts(parts, owner{kind: ofOthers}))
}

// Forward is link.Conn.
func (c *Conn) Forward(frame []byte) {
	defer c.caughtWriting()
	c.queued(c.out.put(frame, owner{kind: ofSomewhere}))
}

// queued passes on what the outbox says of a frame.
func (c *Conn) queued(waiting int64, fits bool) bool {
	if fits {
		c.observer().Queued(waiting)
	}
	return fits
}

// Behind is link.Conn.
func (c *Conn) Behind() bool { return c.out.behind() }

// Flush is link.Conn.
func (c *Conn) Flush() {
	defer c.caughtWriting()
	c.out.flush()
}

// Close is link.Conn.
func (c *Conn) Close(why protocol.Ending) {
	defer c.caughtWriting()
	if why == protocol.EndSlowReader {
		c.end(why, nil)
	} else {
		c.endBecause(why)
	}
	c.Flush()
}

// endBecause is end with the close frame that tells why.
func (c *Conn) endBecause(why protocol.Ending) {
	c.end(why, frame.NewClose(why.CloseCode(), why.Text()))
}

// end marks the connection as ended, makes last the final frame of the outbox and wakes the reader. Without
// last, the outbox is emptied and gets the close frame of why.
func (c *Conn) end(why protocol.Ending, last []byte) {
	if !c.ending.CompareAndSwap(0, uint32(why)) {
		return
	}
	if last == nil {
		c.out.drop()
		last = frame.NewClose(why.CloseCode(), why.Text())
	}
	c.out.finish(last)
	c.wakeReader()
}

// fail is the end of a socket that can no longer be written to.
func (c *Conn) fail(why protocol.Ending) {
	c.ending.CompareAndSwap(0, uint32(why))
	c.wakeReader()
}

// cut ends a socket at once. TLS would wait until it can say goodbye.
func (c *Conn) cut() { socketBelow(c.net).Close() }

func (c *Conn) ended() bool { return c.ending.Load() != 0 }

// What c.reader says.
const (
	readerRuns   = iota // a goroutine is the reader, or about to be
	readerCalled        // and it must not go away
	readerAway          // nobody is: the poller watches the socket
)

// wakeReader sees to it that the reader notices the end.
func (c *Conn) wakeReader() {
	c.net.SetReadDeadline(time.Unix(1, 0)) // the past
	c.call()
}

// call makes a goroutine the reader if there is none, and keeps the one that there is.
func (c *Conn) call() {
	for {
		switch c.reader.Load() {
		case readerCalled:
			return
		case readerRuns:
			if c.reader.CompareAndSwap(readerRuns, readerCalled) {
				return
			}
		case readerAway:
			if c.reader.CompareAndSwap(readerAway, readerRuns) {
				go c.reading()
				return
			}
		}
	}
}

// goAway is for a reader with nothing to read whose socket is watched: false if it has been called meanwhile.
func (c *Conn) goAway() bool {
	if c.reader.CompareAndSwap(readerRuns, readerAway) {
		return true
	}
	c.reader.Store(readerRuns)
	return false
}

var _ link.Conn = (*Conn)(nil)
