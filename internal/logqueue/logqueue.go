// Package logqueue stands between a log and whoever reads it: a terminal, a pipe, a container's runtime. Those may stand
// still, or go away, and nobody who logs a line waits for them.
//
// Lines wait in memory, bounded in bytes. What does not fit is dropped and counted, and the log itself says how many
// lines are missing, in the place where they are missing, as soon as it is read again.
package logqueue

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Tell writes to out one line that says how many lines are missing there.
type Tell func(out io.Writer, lines int)

// Queue is the way of a log to its reader. It is an io.Writer, safe for concurrent use, that takes one line, or some
// whole ones, with each call. One goroutine writes to the reader, for as long as the reader lets it wait.
type Queue struct {
	// Static.

	out   io.Writer // written to by run alone
	half  int       // of the bytes: so many wait while as many are being written
	tell  Tell
	wake  chan struct{} // has room for one
	ended chan struct{} // closed when run has ended

	dropped atomic.Uint64 // lines that are in nobody's hands any more

	mu      sync.Mutex
	waiting []byte // guarded by mu
	spare   []byte // an empty slice to be the next waiting; guarded by mu
	gap     int    // lines dropped behind those that wait; guarded by mu
	closed  bool   // guarded by mu
	over    bool   // whether run takes no more; guarded by mu

	// Owned by run.

	missing int  // lines that are, and are not told of
	torn    bool // whether the last line was cut short
}

// New returns a queue to out that holds at most so many bytes, what is being written included, unless one line alone is
// longer than half of them. It owns a goroutine until Close.
func New(out io.Writer, maxBytes int, tell Tell) *Queue {
	q := &Queue{
		out: out, half: maxBytes / 2, tell: tell, wake: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	go q.run()
	return q
}

// Write is io.Writer. It neither blocks nor fails.
func (q *Queue) Write(lines []byte) (int, error) {
	if q.put(lines) {
		select {
		case q.wake <- struct{}{}:
		default: // it is awake already
		}
	} else {
		q.dropped.Add(uint64(count(lines)))
	}
	return len(lines), nil
}

// put makes lines wait; false where there is no room. Behind a gap there is none until what is in front of it has gone,
// so that it is clear where the gap is.
func (q *Queue) put(lines []byte) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	need := len(q.waiting) + len(lines)
	if q.over || q.gap > 0 || len(q.waiting) > 0 && need > q.half {
		q.gap += count(lines)
		return false
	}
	if need > cap(q.waiting) { // append would take more than the bound
		grown := make([]byte, len(q.waiting), max(need, min(2*cap(q.waiting), q.half)))
		copy(grown, q.waiting)
		q.waiting = grown
	}
	q.waiting = append(q.waiting, lines...)
	return true
}

// Dropped is how many lines were dropped up to now, whether the log has told of them or not.
func (q *Queue) Dropped() uint64 { return q.dropped.Load() }

// Close waits until all that was logged is written, but no longer than patience. What is logged later is dropped. A
// goroutine that the reader keeps waiting stays behind.
func (q *Queue) Close(patience time.Duration) {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-q.ended:
	case <-late.C:
	}
}

// run is the queue's goroutine.
func (q *Queue) run() {
	defer close(q.ended)
	for {
		lines, gap, over := q.take()
		if over {
			return
		}
		if len(lines) == 0 {
			<-q.wake
			continue
		}
		q.admit()
		q.lose(q.write(lines))
		q.missing += gap
		q.admit()
		q.settle(lines)
	}
}

// take takes all that waits, and how many lines are missing behind it. It is over when nothing waits and none will.
func (q *Queue) take() (lines []byte, gap int, over bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.over = q.closed
		return nil, 0, q.over
	}
	lines, gap = q.waiting, q.gap
	q.waiting, q.spare, q.gap = q.spare, nil, 0
	return lines, gap, false
}

// settle keeps the room of lines that are written, unless it is much.
func (q *Queue) settle(lines []byte) {
	const keep = 16 << 10 // bytes
	if cap(lines) > keep {
		return
	}
	q.mu.Lock()
	q.spare = lines[:0]
	q.mu.Unlock()
}

// admit says how many lines are missing, if some are. Where that cannot be written it is due again.
func (q *Queue) admit() {
	if q.missing == 0 {
		return
	}
	var line bytes.Buffer
	q.tell(&line, q.missing)
	if q.write(line.Bytes()) == 0 {
		q.missing = 0
	}
}

// lose counts lines that could not be written.
func (q *Queue) lose(lines int) {
	q.missing += lines
	q.dropped.Add(uint64(lines))
}

// write waits until all is written or the reader is gone, and returns how many lines were lost.
func (q *Queue) write(lines []byte) (lost int) {
	if q.torn && q.writeAll([]byte{'\n'}) > 0 {
		return count(lines)
	}
	q.torn = false
	left := q.writeAll(lines)
	if left > 0 && left < len(lines) {
		q.torn = lines[len(lines)-left-1] != '\n'
	}
	return count(lines[len(lines)-left:])
}

// writeAll returns how many bytes could not be written. A descriptor that somebody has made one that does not block is
// asked again and again, which is the last resort: only the reader can say when it goes on.
func (q *Queue) writeAll(p []byte) (left int) {
	const pause = 20 * time.Millisecond
	for {
		n, err := q.out.Write(p)
		if p = p[n:]; err == nil || !errors.Is(err, syscall.EAGAIN) {
			return len(p)
		}
		time.Sleep(pause)
	}
}

func count(lines []byte) int { return bytes.Count(lines, []byte{'\n'}) }
