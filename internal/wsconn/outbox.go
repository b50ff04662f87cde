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
)

// outbox is the queue of frames that wait for one socket. Whoever flushes while nobody writes becomes the
// writer: it tries writes that do not block, and leaves the rest to a goroutine if the socket is full.
type outbox struct {
	conn  *Conn           // static
	raw   syscall.RawConn // static; nil where the socket has no descriptor to try
	below *steady         // static; the socket below TLS, which sees to the write timeout; nil where it is not ours

	mu      sync.Mutex
	queue   [][]byte                       // frames, or parts of them; guarded by mu
	spare   [][]byte                       // an empty slice to be the next queue; guarded by mu
	queued  link.Traffic                   // what is in queue; guarded by mu
	writer  link.Traffic                   // what the writer has in hand; guarded by mu
	spared  struct{ queued, writer int64 } // bytes of these that do not count, being of long frames; guarded by mu
	total   link.Traffic                   // written; guarded by mu
	writing bool                           // whether somebody is the writer; guarded by mu
	last    bool                           // whether the last frame is queued: nothing is taken any more; guarded by mu
	over    bool                           // whether the last frame is written, or never will be; guarded by mu
	done    chan struct{}                  // closed when over; nil until somebody asks for it; guarded by mu
}

func (o *outbox) init(c *Conn) {
	o.conn = c
	o.raw = rawOf(c.net)
	if below, ok := socketBelow(c.net).(*steady); ok {
		below.begin(c.server.opts.WriteTimeout)
		o.below = below
	}
}

// put queues a frame and returns how many bytes wait now; false if that is one too many.
func (o *outbox) put(frame []byte) (waiting int64, fits bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	waiting, fits = o.count(len(frame))
	if fits && !o.last {
		o.queue = append(o.queue, frame)
	}
	return waiting, fits
}

// putParts is put for a frame that is in several slices.
func (o *outbox) putParts(parts [][]byte) (waiting int64, fits bool) {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	waiting, fits = o.count(size)
	if fits && !o.last {
		o.queue = append(o.queue, parts...)
	}
	return waiting, fits
}

// count makes room for a frame of so many bytes, if there is some. Of a long frame, such as the roster of a large
// room, only half the bound counts, so that there is room for what comes behind it. It needs mu.
func (o *outbox) count(size int) (waiting int64, fits bool) {
	if o.last {
		return 0, true
	}
	opts := &o.conn.server.opts
	messages, bytes := o.queued.Messages+o.writer.Messages, o.queued.Bytes+o.writer.Bytes
	spare := int64(max(0, size-opts.OutboxBytes/2))
	counts := bytes - o.spared.queued - o.spared.writer + int64(size) - spare
	if messages > 0 && (messages >= int64(opts.OutboxMessages) || counts > int64(opts.OutboxBytes)) {
		return bytes, false
	}
	o.queued.Add(link.Traffic{Messages: 1, Bytes: int64(size)})
	o.spared.queued += spare
	return bytes + int64(size), true
}

// behind tells whether more than a quarter of what may wait does. A frame counts for no more than half of it, so that
// one which comes only where this is false always fits.
func (o *outbox) behind() bool {
	const share = 4
	opts := &o.conn.server.opts
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.queued.Messages+o.writer.Messages > int64(opts.OutboxMessages/share) ||
		o.queued.Bytes+o.writer.Bytes-o.spared.queued-o.spared.writer > int64(opts.OutboxBytes/share)
}

// finish queues the last frame.
func (o *outbox) finish(last []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.last {
		o.queue = append(o.queue, last)
		o.queued.Add(link.Traffic{Messages: 1, Bytes: int64(len(last))})
		o.last = true
	}
}

// drop empties the queue; what the writer has in hand is not in it.
func (o *outbox) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queue, o.queued, o.spared.queued = nil, link.Traffic{}, 0
}

func (o *outbox) sent() link.Traffic {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.total
}

// batch is what the writer has in hand. It owns the slice, not the frames.
type batch struct {
	frames [][]byte     // what is left to write
	size   link.Traffic // of all of it, written or not
	all    [][]byte     // the slice as it was taken
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

// run is the flusher: it writes b and then all that comes, and ends with the queue empty.
func (o *outbox) run(b batch) {
	defer o.conn.caughtWriting()
	for len(b.frames) > 0 {
		if err := o.write(b.frames); err != nil {
			why := protocol.EndConnectionLost
			if errors.Is(err, os.ErrDeadlineExceeded) {
				why = protocol.EndWriteTimeout
			}
			o.fail(why)
			return
		}
		b = o.next(b)
	}
}

// write blocks until all is written, an error comes, or the socket takes nothing for the write timeout.
func (o *outbox) write(rest net.Buffers) error {
	if o.below != nil {
		_, err := rest.WriteTo(o.conn.net)
		return err
	}
	socket := steady{Conn: o.conn.net}
	socket.begin(o.conn.server.opts.WriteTimeout)
	if err := socket.write(&rest); err != nil {
		return err
	}
	return socket.SetWriteDeadline(time.Time{}) // a stale deadline would fail the next try
}

// busy tells whether somebody writes: where that lasts, the socket is full, and the write timeout is for it.
func (o *outbox) busy() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.writing
}

// held is how many bytes the system holds that the client has not acknowledged, 0 where it does not say.
func (o *outbox) held() (bytes int) {
	raw := o.raw
	if o.below != nil {
		raw = o.below.raw
	}
	if raw != nil {
		_ = raw.Control(func(fd uintptr) { bytes = held(int(fd)) }) // what fails here fails elsewhere, too
	}
	return bytes
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
	o.conn.observer().Sent(written.size)
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
	o.writer, o.queued = o.queued, link.Traffic{}
	o.spared.writer, o.spared.queued = o.spared.queued, 0
	return b
}

// settle counts a batch as written and keeps a small slice for reuse: one, unless more was queued meanwhile. It
// needs mu.
func (o *outbox) settle(b batch) {
	const keepCap = 4
	o.writer, o.spared.writer = link.Traffic{}, 0
	o.total.Add(b.size)
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
