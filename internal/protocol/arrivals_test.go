package protocol

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestArrivalsSayWhatChangesComeTo compares the shared encoding of each end of a run with the plain one.
func TestArrivalsSayWhatChangesComeTo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaving := rapid.SampledFrom([]int{0, 1, 5}).Draw(t, "leaving of ten")
		var changes []Change
		for i := range rapid.IntRange(0, 20).Draw(t, "changes") {
			c := Change{User: User{ID: fmt.Sprint("id", i), Name: fmt.Sprintf("\"%d\"", i)}}
			if c.Left = rapid.IntRange(0, 9).Draw(t, "who") < leaving; rapid.Bool().Draw(t, "prepared") {
				c = c.Prepared()
			}
			changes = append(changes, c)
		}
		arrivals := NewArrivals(changes)
		for skip := range len(changes) + 1 {
			end := changes[skip:]
			got := arrivals.Presence([]byte("head"), skip)
			if len(end) == 0 || slices.ContainsFunc(end, func(c Change) bool { return c.Left }) {
				if got != nil {
					t.Fatalf("%q of %v", got, end)
				}
				continue
			}
			if want := AppendPresence([]byte("head"), end); !bytes.Equal(slices.Concat(got...), want) {
				t.Fatalf("but for %d: %q, want %q", skip, got, want)
			}
		}
	})
}
