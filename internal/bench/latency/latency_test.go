package latency_test

import (
	"testing"
	"time"

	"beckon/internal/bench/latency"
)

// TestAStallCountsForAllWhoWaited has a server that answers within a millisecond, but stands still for one second of
// ten while 1,000 messages per second are due. Whoever counts from when messages were meant to be sent sees a tenth of
// them wait, for half a second on average; whoever waits for one answer before the next message sees one bad message.
func TestAStallCountsForAllWhoWaited(t *testing.T) {
	const perSecond = 1000
	const answer = time.Millisecond
	served := func(asked time.Duration) time.Duration { // when the answer is there
		if asked >= 4*time.Second && asked < 5*time.Second {
			asked = 5 * time.Second
		}
		return asked + answer
	}
	open, closed := latency.NewRecorder(), latency.NewRecorder()
	for pace := latency.NewPace(0, perSecond); pace.Next() < 10*time.Second; {
		due := pace.Take()
		open.Record(served(due) - due)
	}
	for now := time.Duration(0); now < 10*time.Second; {
		asked := now
		now = served(asked)
		closed.Record(now - asked)
	}
	for _, test := range []struct {
		what      string
		got       time.Duration
		want, off time.Duration
	}{
		{"open loop, 50 %", open.At(50), answer, 10 * time.Microsecond},
		{"open loop, 95 %", open.At(95), 500 * time.Millisecond, 10 * time.Millisecond},
		{"open loop, 99 %", open.At(99), 900 * time.Millisecond, 10 * time.Millisecond},
		{"open loop, longest", open.Max(), time.Second, 5 * time.Millisecond},
		{"closed loop, 99 %", closed.At(99), answer, 10 * time.Microsecond},
		{"closed loop, longest", closed.Max(), time.Second, 5 * time.Millisecond},
	} {
		if off := (test.got - test.want).Abs(); off > test.off {
			t.Errorf("%s is %v, want about %v", test.what, test.got, test.want)
		}
	}
	if open.Count() != 10*perSecond {
		t.Errorf("%d messages were counted, want %d", open.Count(), 10*perSecond)
	}
}

func TestAPaceDoesNotDrift(t *testing.T) {
	pace := latency.NewPace(time.Minute, 3)
	for range 3_000_000 {
		pace.Take()
	}
	if got, want := pace.Next(), time.Minute+1_000_000*time.Second; (got - want).Abs() > time.Microsecond {
		t.Errorf("after three million messages the next is due at %v, want %v", got, want)
	}
}

func TestCurvesRise(t *testing.T) {
	r := latency.NewRecorder()
	for n := range 10_000 {
		r.Record(time.Duration(n) * time.Microsecond)
	}
	curve := r.Curve()
	if len(curve) < 20 || curve[0].Percent != 0 || curve[len(curve)-1].Percent != 100 {
		t.Fatalf("the curve is %v", curve)
	}
	for i := 1; i < len(curve); i++ {
		if curve[i].Percent < curve[i-1].Percent || curve[i].Latency < curve[i-1].Latency {
			t.Fatalf("the curve falls from %v to %v", curve[i-1], curve[i])
		}
	}
}

func TestWhatIsOutOfRangeIsNotLost(t *testing.T) {
	r := latency.NewRecorder()
	r.Record(-time.Second)
	r.Record(time.Hour)
	if r.Count() != 2 || r.Max() < time.Minute {
		t.Errorf("%d were counted, the longest of them %v", r.Count(), r.Max())
	}
	r.Reset()
	if r.Count() != 0 || r.At(99) != 0 {
		t.Errorf("after Reset %d are left, 99 %% within %v", r.Count(), r.At(99))
	}
}
