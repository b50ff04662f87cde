package share

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestOf(t *testing.T) {
	for _, c := range []struct {
		queue   Tally
		percent int
		want    Limits
	}{
		{Tally{1000, 100}, 25, Limits{All: Tally{750, 75}, One: Tally{250, 25}}},
		{Tally{1000, 100}, 90, Limits{All: Tally{750, 75}, One: Tally{750, 75}}},
		{Tally{4096, 2}, 25, Limits{All: Tally{3072, 1}, One: Tally{1024, 1}}},
	} {
		if got := Of(c.queue, c.percent); got != c.want {
			t.Errorf("%d %% of %v: %v, want %v", c.percent, c.queue, got, c.want)
		}
	}
	if got := Of(Tally{math.MaxInt, math.MaxInt}, 25).All.Bytes; got < math.MaxInt/2 {
		t.Errorf("three quarters of any number are %d", got)
	}
}

// One source fills its share, with what was not asked about before it, and the others still have room.
func TestASourceHasItsShare(t *testing.T) {
	for name, size := range map[string]int{"bytes": 10, "frames": 1} {
		limits := Of(Tally{400, 100}, 25)
		var l Ledger
		var waiting Tally
		fill := func(from Source) (n int) {
			for l.Admit(&limits, from, size, waiting) {
				waiting = waiting.plus(size)
				n++
			}
			return n
		}
		share := min(limits.One.Frames, limits.One.Bytes/size)
		if n := fill("eve"); n != 2*share {
			t.Errorf("%s: %d frames are let in, want two shares of %d", name, n, share)
		}
		if n := fill("ana"); n != share {
			t.Errorf("%s: then %d of another, want %d", name, n, share)
		}
		if n := fill("ben"); n != 0 {
			t.Errorf("%s: %d more than all may have", name, n)
		}
		l.Leave(2 * share)
		waiting = Tally{share * size, share}
		if n := fill("eve"); n != share {
			t.Errorf("%s: %d frames after its own have left, want %d", name, n, share)
		}
		l.Leave(2 * share)
		if l != (Ledger{}) {
			t.Errorf("%s: the queue is empty, and something is still known of it", name)
		}
	}
}

func TestALongFrameWaitsAlone(t *testing.T) {
	limits := Of(Tally{400, 100}, 25)
	var l Ledger
	if !l.Admit(&limits, "eve", 1000, Tally{}) {
		t.Error("refused, and nothing waits")
	}
	l.Leave(1)
	if !l.Admit(&limits, "eve", 200, Tally{100, 1}) {
		t.Error("longer than a share, and there is nothing else of its source")
	}
	if l.Admit(&limits, "eve", 1, Tally{300, 2}) {
		t.Error("there is more than a share of its source")
	}
}

func TestNobodyHasNoShare(t *testing.T) {
	limits := Of(Tally{400, 100}, 25)
	var l Ledger
	for n := range 75 {
		if !l.Admit(&limits, nil, 4, Tally{4 * n, n}) {
			t.Fatalf("refused after %d", n)
		}
	}
	if l.Admit(&limits, nil, 4, Tally{300, 75}) {
		t.Error("more than all may have")
	}
}

// TestModel compares a Ledger with a queue of which everything is known.
func TestModel(t *testing.T) {
	type frame struct {
		from      Source
		size      int
		accounted bool
	}
	rapid.Check(t, func(t *rapid.T) {
		limits := Of(Tally{rapid.IntRange(4, 400).Draw(t, "bytes"), rapid.IntRange(4, 40).Draw(t, "frames")}, rapid.IntRange(1, 75).Draw(t, "percent"))
		var l Ledger
		var queue []frame
		sum := func(count func(frame) bool) (sum Tally) {
			for _, f := range queue {
				if count(f) {
					sum = sum.plus(f.size)
				}
			}
			return sum
		}
		all := func(frame) bool { return true }
		size := rapid.IntRange(1, 60)
		t.Repeat(map[string]func(*rapid.T){
			"admit": func(t *rapid.T) {
				f := frame{from: fmt.Sprint(rapid.IntRange(1, 3).Draw(t, "from")), size: size.Draw(t, "size")}
				waiting := sum(all)
				after := waiting.plus(f.size)
				f.accounted = !after.within(limits.One)
				own := sum(func(o frame) bool { return o.accounted && o.from == f.from })
				want := (waiting.Frames == 0 || after.within(limits.All)) &&
					(!f.accounted || own.Frames == 0 || own.plus(f.size).within(limits.One))
				if got := l.Admit(&limits, f.from, f.size, waiting); got != want {
					t.Fatalf("%+v among %+v: %v, want %v", f, queue, got, want)
				}
				if want {
					queue = append(queue, f)
				}
			},
			"enter": func(t *rapid.T) {
				l.Enter()
				queue = append(queue, frame{size: size.Draw(t, "size")})
			},
			"leave": func(t *rapid.T) {
				n := rapid.IntRange(0, len(queue)).Draw(t, "frames")
				l.Leave(n)
				queue = queue[n:]
			},
			"": func(t *rapid.T) {
				known := sum(func(f frame) bool { return f.accounted }).Frames > 0
				if known != (l.book != nil) {
					t.Fatalf("something is accounted for: %v, in the ledger: %v", known, l.book != nil)
				}
			},
		})
	})
}

// BenchmarkAdmit is a frame that comes and goes while little waits, and while much does.
func BenchmarkAdmit(b *testing.B) {
	limits := Of(Tally{1 << 19, 4096}, 25)
	for name, waiting := range map[string]Tally{"little": {}, "much": {1 << 18, 100}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var l Ledger
			l.Admit(&limits, "other", 1, waiting)
			var from Source = "ana"
			for b.Loop() {
				l.Admit(&limits, from, 500, waiting)
				l.Leave(1)
			}
		})
	}
}
