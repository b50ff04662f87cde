package logqueue

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/testkit"
)

// reader is who reads a log, as far as a write to it can tell.
type reader struct {
	testkit.Journal
	mu     sync.Mutex
	paused bool  // guarded by mu
	fails  error // instead of taking more than the first bytes; guarded by mu
	first  int   // so many; guarded by mu
	again  *sync.Cond
}

func newReader() *reader {
	r := &reader{}
	r.again = sync.NewCond(&r.mu)
	return r
}

func (r *reader) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.paused {
		r.again.Wait()
	}
	if r.fails != nil {
		n := min(r.first, len(p))
		r.first -= n
		r.Journal.Write(p[:n])
		return n, r.fails
	}
	return r.Journal.Write(p)
}

func (r *reader) pause(paused bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.paused = paused
	r.again.Broadcast()
}

func (r *reader) fail(after int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.first, r.fails = after, err
}

func tell(out io.Writer, lines int) { fmt.Fprintf(out, "missing %d\n", lines) }

// log writes numbered lines of ten bytes.
func log(t *testing.T, q *Queue, first, end int) {
	t.Helper()
	for i := first; i < end; i++ {
		if n, err := fmt.Fprintf(q, "line %04d\n", i); n != 10 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
	}
}

// numbers is what log writes.
func numbers(first, end int) string {
	var text strings.Builder
	for i := first; i < end; i++ {
		fmt.Fprintf(&text, "line %04d\n", i)
	}
	return text.String()
}

// expect waits until nothing happens any more, and expects what has been read since the last time.
func (r *reader) expect(t *testing.T, want string) {
	t.Helper()
	time.Sleep(time.Second)
	synctest.Wait()
	if got := r.Take(); got != want {
		t.Errorf("read\n%swant\n%s", got, want)
	}
}

func bubble(t *testing.T, maxBytes int, test func(t *testing.T, q *Queue, r *reader)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := newReader()
		q := New(r, maxBytes, tell)
		test(t, q, r)
		r.fail(0, nil)
		r.pause(false)
		q.Close(time.Hour)
	})
}

func TestLinesArriveInOrder(t *testing.T) {
	bubble(t, 1<<20, func(t *testing.T, q *Queue, r *reader) {
		log(t, q, 0, 1)
		r.expect(t, numbers(0, 1))
		log(t, q, 1, 1000)
		r.expect(t, numbers(1, 1000))
		if q.Dropped() != 0 {
			t.Errorf("%d dropped", q.Dropped())
		}
	})
}

// A reader that stands still keeps nobody waiting, and costs no more than the bound. When it goes on it learns what it
// has missed, and where.
func TestReaderStandsStill(t *testing.T) {
	bubble(t, 200, func(t *testing.T, q *Queue, r *reader) {
		for range 3 {
			r.pause(true)
			before := q.Dropped()
			log(t, q, 0, 1)
			synctest.Wait() // it is being written
			log(t, q, 1, 500)
			if got := q.Dropped() - before; got != 489 { // but for one, and half the bound
				t.Errorf("%d dropped", got)
			}
			if q.mu.Lock(); cap(q.waiting) > 100 || cap(q.spare) > 100 {
				t.Errorf("it holds %d and %d bytes", cap(q.waiting), cap(q.spare))
			}
			q.mu.Unlock()
			r.pause(false)
			r.expect(t, numbers(0, 11)+"missing 489\n")
			log(t, q, 500, 510)
			r.expect(t, numbers(500, 510))
		}
	})
}

// Behind a gap nothing is taken that would fit: it would stand in front of the gap.
func TestShortLineBehindAGap(t *testing.T) {
	bubble(t, 200, func(t *testing.T, q *Queue, r *reader) {
		r.pause(true)
		log(t, q, 0, 1)
		synctest.Wait()
		log(t, q, 1, 10) // 10 bytes are left
		fmt.Fprintln(q, "longer than that")
		fmt.Fprintln(q, "short")
		r.pause(false)
		r.expect(t, numbers(0, 10)+"missing 2\n")
	})
}

// A line longer than half the bound waits alone.
func TestLongLine(t *testing.T) {
	bubble(t, 40, func(t *testing.T, q *Queue, r *reader) {
		long := strings.Repeat("x", 100) + "\n"
		fmt.Fprint(q, long)
		r.expect(t, long)
		r.pause(true)
		log(t, q, 0, 1)
		synctest.Wait()
		log(t, q, 1, 2)
		fmt.Fprint(q, long)
		r.pause(false)
		r.expect(t, numbers(0, 2)+"missing 1\n")
	})
}

// A reader that is gone, and a disk that is full, are no reason to stop. Whoever reads later learns what is missing,
// and finds no line glued to the rest of another.
func TestReaderIsGone(t *testing.T) {
	bubble(t, 1<<10, func(t *testing.T, q *Queue, r *reader) {
		r.fail(25, syscall.ENOSPC)
		log(t, q, 0, 5)
		r.expect(t, numbers(0, 2)+"line ")
		r.fail(0, syscall.ENOSPC)
		for i := range 3 {
			log(t, q, i, i+1)
			r.expect(t, "")
		}
		if q.Dropped() != 6 {
			t.Errorf("%d dropped", q.Dropped())
		}
		r.fail(0, nil)
		log(t, q, 7, 8)
		r.expect(t, "\nmissing 6\n"+numbers(7, 8))
		r.fail(20, errors.New("at the end of a line"))
		log(t, q, 8, 11)
		r.expect(t, numbers(8, 10))
		r.fail(0, nil)
		log(t, q, 11, 12)
		r.expect(t, "missing 1\n"+numbers(11, 12))
	})
}

// A descriptor that does not block is the same to readers and to those who log.
func TestReaderOfWhatDoesNotBlock(t *testing.T) {
	bubble(t, 200, func(t *testing.T, q *Queue, r *reader) {
		r.fail(3, syscall.EAGAIN)
		log(t, q, 0, 1) // which is in hand when the others come
		time.Sleep(10 * time.Millisecond)
		log(t, q, 1, 500)
		r.fail(0, nil)
		r.expect(t, numbers(0, 11)+"missing 489\n")
	})
}

func TestCloseWritesWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReader()
		q := New(r, 1<<20, tell)
		r.pause(true)
		log(t, q, 0, 100)
		time.AfterFunc(time.Second, func() { r.pause(false) })
		begun := time.Now()
		q.Close(time.Minute)
		if took := time.Since(begun); took != time.Second {
			t.Errorf("took %v", took)
		}
		r.expect(t, numbers(0, 100))
		log(t, q, 100, 103)
		q.Close(time.Minute)
		if r.expect(t, ""); q.Dropped() != 3 {
			t.Errorf("%d dropped", q.Dropped())
		}
	})
}

// Nobody waits for a reader that stands still for longer than it was said.
func TestCloseIsBounded(t *testing.T) {
	bubble(t, 1<<20, func(t *testing.T, q *Queue, r *reader) {
		r.pause(true)
		log(t, q, 0, 100)
		begun := time.Now()
		q.Close(time.Second)
		if took := time.Since(begun); took != time.Second {
			t.Errorf("took %v", took)
		}
		if got := r.Take(); got != "" {
			t.Errorf("read %s", got)
		}
	})
}

// Lines of many goroutines come whole, and each is read or counted.
func TestManyLog(t *testing.T) {
	const writers, lines = 20, 2000
	r, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	q := New(out, 4<<10, tell)
	read := make(chan string)
	go func() {
		all, _ := io.ReadAll(r)
		read <- string(all)
	}()
	var wait sync.WaitGroup
	for i := range writers {
		wait.Go(func() {
			for j := range lines {
				fmt.Fprintf(q, "writer %d line %d %s\n", i, j, strings.Repeat("x", j%50))
			}
		})
	}
	wait.Wait()
	q.Close(testkit.Patience)
	out.Close()
	next, whole, missing := [writers]int{}, 0, 0
	for line := range strings.Lines(<-read) {
		var writer, number, n int
		if _, err := fmt.Sscanf(line, "missing %d\n", &n); err == nil {
			missing += n
			continue
		}
		if _, err := fmt.Sscanf(line, "writer %d line %d", &writer, &number); err != nil || number < next[writer] ||
			line != fmt.Sprintf("writer %d line %d %s\n", writer, number, strings.Repeat("x", number%50)) {
			t.Fatalf("line %q, %v", line, err)
		}
		next[writer] = number + 1
		whole++
	}
	if dropped := int(q.Dropped()); missing != dropped || whole+dropped != writers*lines {
		t.Errorf("%d lines were read, %d told to be missing, %d dropped", whole, missing, dropped)
	}
}

// What is logged while the log is read costs no memory of its own.
func TestLoggingDoesNotAllocate(t *testing.T) {
	q := New(io.Discard, 1<<20, tell)
	defer q.Close(testkit.Patience)
	line := []byte("a line\n")
	each := testing.AllocsPerRun(100, func() {
		q.Write(line)
		for tries, written := 0, false; !written && tries < 1e4; tries++ {
			runtime.Gosched()
			q.mu.Lock()
			written = len(q.waiting) == 0 && q.spare != nil
			q.mu.Unlock()
		}
	})
	if each >= 1 {
		t.Errorf("%v allocations per line", each)
	}
}
