package scenario

import (
	"testing"
	"time"

	"beckon/internal/bench/latency"
)

// TestLatencyCountsFromTheIntendedTime has the loop held up for a while, as a busy machine would: what was due
// meanwhile is sent late, and its latency must tell.
func TestLatencyCountsFromTheIntendedTime(t *testing.T) {
	const held = 300 * time.Millisecond
	c, err := newCrowd(&Bench{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	var late []time.Duration
	pace := latency.NewPace(c.loop.Now(), 1000)
	c.loop.At(c.loop.Now()+50*time.Millisecond, func(time.Duration) { time.Sleep(held) })
	c.repeat(pace, func(due time.Duration) bool {
		late = append(late, c.loop.Now()-due)
		return true
	})
	if err := c.pass(500 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	waited := 0
	for _, l := range late {
		if l > held/3 {
			waited++
		}
	}
	if len(late) < 400 || waited < 150 {
		t.Errorf("of %d messages in half a second, %d were due long before; want 500, and 200 or more", len(late), waited)
	}
}
