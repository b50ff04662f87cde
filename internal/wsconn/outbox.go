package wsconn

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/share"
)

// outbox is the queue of frames that wait for one socket. Whoever flushes while nobody writes becomes the
// writer: it tries writes that do not block, and leaves the rest to a goroutine if the socket is full.
type outbox struct {
	conn  *Conn           // static
	raw   syscall.RawConn // static; nil where the socket has no descriptor to try
	below *steady         // static; the socket below TLS, which sees to the write timeout; nil where it is not ours

	mu      sync.Mutex
	queue   [][]byte      // frames, or parts of them; guarded by mu
	spare   [][]byte      // an empty slice to be the next queue; guarded by mu
	queued  load          // what is in queue; guarded by mu
	writer  load          // what the writer has in hand; guarded by mu
	ledger  share.Ledger  // whose the frames are that count; guarded by mu
	total   link.Traffic  // written; guarded by mu
	ahead   int64         // bytes that the socket has taken from the flusher of what the writer has in hand; guarded by mu
	writing bool          // whether somebody is the writer; guarded by mu
	last    bool          // whether the last frame is queued: nothing is taken any more; guarded by mu
	over    bool          // whether the last frame is written, or never will be; guarded by mu
	done    chan struct{} // closed when over; nil until somebody asks for it; guarded by mu
}

// load is how much waits, and how much of that takes room: of a long frame only a part does, and of one that is kept
// and bounded elsewhere nothing.
type load struct {
	all    link.Traffic
	counts share.Tally
}

func (o *outbox) init(c *Conn) {
	o.conn = c
	o.raw = rawOf(c.net)
	if below, ok := socketBelow(c.net).(*steady); ok {
		below.begin(c.server.opts.WriteTimeout, o.wrote)
		o.below = below
	}
}

// put queues a frame and returns how many bytes wait now; false if there is no room for it. How much room there is
// depends on whose it is.
func (o *outbox) put(frame []byte, whose owner) (waiting int64, fits bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	fits = o.count(len(frame), whose)
	if fits && !o.last {
		o.queue = append(o.queue, frame)
	}
	return o.queued.all.Bytes + o.writer.all.Bytes, fits
}

// putParts is put for a frame that is in several slices.
func (o *outbox) putParts(parts [][]byte, whose owner) (waiting int64, fits bool) {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	fits = o.count(size, whose)
	if fits && !o.last {
		o.queue = append(o.queue, parts...)
	}
	return o.queued.all.Bytes + o.writer.all.Bytes, fits
}

// owner is whose a frame is.
type owner struct {
	kind ownerKind
	from share.Source // of one that is ofOthers; nil for nobody's
}

type ownerKind uint8

const (
	ofClient    ownerKind = iota // the client gave rise to it
	ofOthers                     // others did: they leave room for what the client gives rise to
	ofSomewhere                  // it is kept, and bounded, elsewhere
)

// count makes room for a frame of so many bytes, if there is some. Of a long frame, such as the roster of a large
// room, only half the bound counts, so that there is room for what comes behind it. It needs mu.
func (o *outbox) count(size int, whose owner) (fits bool) {
	if o.last {
		return true
	}
	if whose.kind != ofSomewhere {
		counts := min(size, o.conn.server.opts.OutboxBytes/2)
		if !o.enter(counts, whose) {
			return false
		}
		o.queued.counts.Bytes += counts
		o.queued.counts.Frames++
	}
	o.queued.all.Add(link.Traffic{Messages: 1, Bytes: int64(size)})
	return true
}

// enter tells whether there is room for a frame that counts for so many bytes. It needs mu.
func (o *outbox) enter(size int, whose owner) bool {
	waiting := o.waiting()
	if whose.kind == ofOthers {
		return o.ledger.Admit(&o.conn.server.shares, whose.from, size, waiting)
	}
	opts := &o.conn.server.opts
	if waiting.Frames > 0 && (waiting.Frames >= opts.OutboxMessages || waiting.Bytes+size > opts.OutboxBytes) {
		return false
	}
	o.ledger.Enter()
	return true
}

// waiting is what waits, as far as it takes room. It needs mu.
func (o *outbox) waiting() share.Tally {
	queued, writer := o.queued.counts, o.writer.counts
	return share.Tally{Bytes: queued.Bytes + writer.Bytes, Frames: queued.Frames + writer.Frames}
}

// behind tells whether more than a quarter of what may wait does. A frame counts for no more than half of it, so that
// one which comes only where this is false always fits in what is for others, three quarters.
func (o *outbox) behind() bool {
	const part = 4
	opts := &o.conn.server.opts
	o.mu.Lock()
	defer o.mu.Unlock()
	waiting := o.waiting()
	return waiting.Frames > opts.OutboxMessages/part || waiting.Bytes > opts.OutboxBytes/part
}

// finish queues the last frame.
func (o *outbox) finish(last []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.last {
		o.queue = append(o.queue, last)
		o.queued.all.Add(link.Traffic{Messages: 1, Bytes: int64(len(last))})
		o.last = true
	}
}

// drop empties the queue; what the writer has in hand is not in it.
func (o *outbox) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queue, o.queued, o.ledger = nil, load{}, share.Ledger{}
}

func (o *outbox) sent() link.Traffic {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.total
}

// batch is what the writer has in hand. It owns the slice, not the frames.
type batch struct {
	frames [][]byte // what is left to write
	size   load     // of all of it, written or not
	all    [][]byte // the slice as it was taken
}

// flush makes the caller the writer, unless there is one, until the queue is empty or the socket full.
func (o *outbox) flush() {
	b := o.begin()
	for len(b.frames) > 0 {
		if err := o.try(&b); err != nil {
			o.fail(protocol.EndConnectionLost)
			return
		}
		if len(b.frames) > 0 {
			go o.run(b)
			return
		}
		b = o.next(b)
	}
}

// run is the flusher: it writes b and then all that comes, and ends with the queue empty. A socket that takes nothing
// for the write timeout ends the connection. What is in hand may be written until that is over once more: behind it
// comes the close frame that tells a client why, which reads on in time.
func (o *outbox) run(b batch) {
	defer o.conn.caughtWriting()
	for len(b.frames) > 0 {
		err := o.write(&b)
		switch {
		case err == nil:
			b = o.next(b)
		case errors.Is(err, os.ErrDeadlineExceeded) && !o.conn.ended():
			o.conn.end(protocol.EndWriteTimeout, nil)
		default:
			o.fail(protocol.EndConnectionLost)
			return
		}
	}
}

// write blocks until all is written, an error comes, or the socket takes nothing for the write timeout. What is left
// is in b.
func (o *outbox) write(b *batch) error {
	rest := net.Buffers(b.frames)
	err := o.writeTo(o.conn.net, &rest)
	b.frames = rest
	return err
}

func (o *outbox) writeTo(conn net.Conn, rest *net.Buffers) error {
	if o.below != nil {
		_, err := rest.WriteTo(conn)
		return err
	}
	socket := steady{Conn: conn}
	socket.begin(o.conn.server.opts.WriteTimeout, o.wrote)
	if err := socket.write(rest); err != nil {
		return err
	}
	return socket.SetWriteDeadline(time.Time{}) // a stale deadline would fail the next try
}

// begin takes the queue if there is something in it and nobody writes.
func (o *outbox) begin() batch {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.writing || o.over || len(o.queue) == 0 {
		return batch{}
	}
	o.writing = true
	return o.take()
}

// next accounts for a batch that is written and takes the next; with none, the caller is the writer no more.
func (o *outbox) next(written batch) batch {
	o.conn.observer().Sent(written.size.all)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settle(written)
	if len(o.queue) > 0 {
		return o.take()
	}
	o.writing = false
	if o.last {
		o.end()
	}
	return batch{}
}

// take swaps the queue for an empty one. It needs mu.
func (o *outbox) take() batch {
	b := batch{frames: o.queue, all: o.queue, size: o.queued}
	o.queue, o.spare = o.spare, nil
	o.writer, o.queued = o.queued, load{}
	return b
}

// settle counts a batch as written and keeps a small slice for reuse: one, unless more was queued meanwhile. It
// needs mu.
func (o *outbox) settle(b batch) {
	const keepCap = 4
	o.writer, o.ahead = load{}, 0
	o.ledger.Leave(b.size.counts.Frames)
	o.total.Add(b.size.all)
	if cap(b.all) > keepCap {
		return
	}
	clear(b.all)
	if o.queue == nil {
		o.queue = b.all[:0]
	} else {
		o.spare = b.all[:0]
	}
}

// fail gives up on the socket.
func (o *outbox) fail(why protocol.Ending) {
	o.giveUp()
	o.conn.fail(why)
}

func (o *outbox) giveUp() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queue, o.last = nil, true
	o.end()
}

// end lets go of who waits for the last frame. It needs mu.
func (o *outbox) end() {
	if !o.over && o.done != nil {
		close(o.done)
	}
	o.over = true
}

// finished is closed when the last frame is written, or never will be. It is called once.
func (o *outbox) finished() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.done = make(chan struct{})
	if o.over {
		close(o.done)
	}
	return o.done
}
