package ratelimit

import (
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// expect checks how long the reader must wait.
func expect(t *testing.T, what string, got, want time.Duration) {
	t.Helper()
	if got != want {
		t.Errorf("%s: wait %v, want %v", what, got, want)
	}
}

func TestPaceOfMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer(Budget{MessageRate: 10, MessageBurst: 3}).Begin()
		for range 3 {
			expect(t, "within the burst", p.Take(1, 1<<20), 0)
		}
		expect(t, "beyond it", p.Take(1, 0), 100*time.Millisecond)
		time.Sleep(100 * time.Millisecond)
		expect(t, "the next one", p.Take(1, 0), 100*time.Millisecond)
		expect(t, "without waiting", p.Take(1, 0), 200*time.Millisecond)
		expect(t, "nothing", p.Take(0, 0), 200*time.Millisecond)
		time.Sleep(400 * time.Millisecond)
		expect(t, "after a rest", p.Take(2, 0), 0)
		time.Sleep(time.Hour)
		expect(t, "after a long rest", p.Take(4, 0), 100*time.Millisecond)
	})
}

func TestPaceOfBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer(Budget{ByteRate: 1000, ByteBurst: 500}).Begin()
		expect(t, "within the burst", p.Take(100, 500), 0)
		expect(t, "beyond it", p.Take(1, 1), time.Millisecond)
		time.Sleep(501 * time.Millisecond)
		expect(t, "larger than the burst", p.Take(1, 2500), 2*time.Second)
	})
}

func TestTheSlowerOneCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer(Budget{MessageRate: 1, MessageBurst: 1, ByteRate: 10, ByteBurst: 10}).Begin()
		expect(t, "messages", p.Take(2, 10), time.Second)
		expect(t, "bytes", p.Take(0, 20), 2*time.Second)
	})
}

func TestNoPace(t *testing.T) {
	paces := map[string]Pace{"zero": {}}
	for name, budget := range map[string]Budget{
		"off":      {MessageBurst: 1, ByteBurst: 1},
		"negative": {MessageRate: -1, ByteRate: -1},
		"infinite": {MessageRate: math.Inf(1), ByteRate: math.Inf(1)},
		"no rate":  {MessageRate: math.NaN(), ByteRate: math.NaN()},
	} {
		paces[name] = NewPacer(budget).Begin()
	}
	for name, p := range paces {
		for range 10_000 {
			if wait := p.Take(1, 1<<30); wait != 0 {
				t.Fatalf("%s: wait %v", name, wait)
			}
		}
	}
}

func TestPacesAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pacer := NewPacer(Budget{MessageRate: 1, MessageBurst: 1})
		one, other := pacer.Begin(), pacer.Begin()
		expect(t, "one", one.Take(2, 0), time.Second)
		expect(t, "the other", other.Take(1, 0), 0)
	})
}

// Whatever is asked of it, a wait is neither negative nor the product of an overflow.
func TestExtremes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, rate := range []float64{math.SmallestNonzeroFloat64, 1e-9, 1, 1e9, math.MaxFloat64} {
			p := NewPacer(Budget{MessageRate: rate, MessageBurst: math.MaxInt, ByteRate: rate, ByteBurst: 1}).Begin()
			last := time.Duration(0)
			for range 5 {
				wait := p.Take(math.MaxInt, math.MaxInt)
				if wait < last {
					t.Errorf("rate %v: wait %v after %v", rate, wait, last)
				}
				last = wait
			}
			if wait := p.Take(-5, -5); wait != last {
				t.Errorf("rate %v: wait %v after %v for less than nothing", rate, wait, last)
			}
		}
	})
}

type reading struct {
	after time.Duration // the client's pause before it
	bytes int
}

func drawReading(t *rapid.T) reading {
	return reading{
		after: time.Duration(rapid.IntRange(0, 50).Draw(t, "ms")) * time.Millisecond,
		bytes: rapid.IntRange(0, 5000).Draw(t, "bytes"),
	}
}

// A reader that waits as it is told reads no more than its budget at any time, and is held up no longer than that
// takes: it waits just until the total since some moment when all was well equals what the budget allows.
func TestPaceIsExact(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := Budget{
			MessageRate:  float64(rapid.IntRange(1, 2000).Draw(rt, "messages per second")),
			MessageBurst: rapid.IntRange(1, 20).Draw(rt, "message burst"),
			ByteRate:     float64(rapid.IntRange(1, 1_000_000).Draw(rt, "bytes per second")),
			ByteBurst:    rapid.IntRange(1, 10_000).Draw(rt, "byte burst"),
		}
		readings := rapid.SliceOfN(rapid.Custom(drawReading), 1, 60).Draw(rt, "readings")
		var problem error
		synctest.Test(t, func(*testing.T) { problem = readAll(b, readings) })
		if problem != nil {
			rt.Fatal(problem)
		}
	})
}

// readAll reads in the pace of a budget, beside token buckets that are kept as everybody knows them.
func readAll(b Budget, readings []reading) error {
	p := NewPacer(b).Begin()
	messages, bytes := float64(b.MessageBurst), float64(b.ByteBurst)
	for i, r := range readings {
		time.Sleep(r.after)
		messages = min(float64(b.MessageBurst), messages+b.MessageRate*r.after.Seconds()) - 1
		bytes = min(float64(b.ByteBurst), bytes+b.ByteRate*r.after.Seconds()) - float64(r.bytes)
		want := max(0, -messages/b.MessageRate, -bytes/b.ByteRate)
		got := p.Take(1, r.bytes)
		if diff := math.Abs(got.Seconds() - want); diff > 1e-6 {
			return fmt.Errorf("reading %d: wait %v, want %v s", i, got, want)
		}
		time.Sleep(got)
		messages += b.MessageRate * got.Seconds()
		bytes += b.ByteRate * got.Seconds()
		messages, bytes = min(messages, float64(b.MessageBurst)), min(bytes, float64(b.ByteBurst))
	}
	return nil
}

func TestTakeAllocatesNothing(t *testing.T) {
	p := NewPacer(Budget{MessageRate: 10, ByteRate: 10}).Begin()
	if n := testing.AllocsPerRun(100, func() { p.Take(1, 100) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
