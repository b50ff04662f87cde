package hub

import (
	"fmt"
	"testing"
	"time"

	"beckon/internal/protocol"
	"beckon/internal/share"
)

// discard is a Sink that takes everything and keeps nothing. It is no empty struct, so that two differ.
type discard struct{ _ int }

func (*discard) Signal(Signal, share.Source) bool { return true }
func (*discard) Presence(*Batch, int) bool        { return true }
func (*discard) Behind() bool                     { return false }
func (*discard) Flush()                           {}
func (*discard) End(protocol.Ending)              {}

// crowd is a hub whose lobby has n members, who hear of others an hour later.
func crowd(b *testing.B, n int, presence bool) (*Hub, []*Member) {
	b.Helper()
	h := New(Options{NewID: counter()})
	members := make([]*Member, 0, n)
	for i := range n {
		name := fmt.Sprint("user", i)
		m, _, err := h.Join(Join{Name: name, NameKey: name, Sink: new(discard), Presence: presence, Window: time.Hour})
		if err != nil {
			b.Fatal(err)
		}
		m.Ready()
		members = append(members, m)
	}
	return h, members
}

func bySize(b *testing.B, run func(b *testing.B, size int)) {
	for _, size := range []int{2, 100, 10_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.ReportAllocs()
			run(b, size)
		})
	}
}

// BenchmarkSignal is one message to another member of the room.
func BenchmarkSignal(b *testing.B) {
	bySize(b, func(b *testing.B, size int) {
		_, members := crowd(b, size, false)
		s, key := offer("1"), []byte("user1")
		for b.Loop() {
			if _, err := members[0].Signal(key, s); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkJoinAndLeave is somebody who comes, is told who is there, and leaves.
func BenchmarkJoinAndLeave(b *testing.B) {
	bySize(b, func(b *testing.B, size int) {
		h, _ := crowd(b, size, false)
		guest := Join{Name: "guest", NameKey: "guest", Sink: new(discard), Presence: true, Window: time.Hour}
		for b.Loop() {
			m, _, err := h.Join(guest)
			if err != nil {
				b.Fatal(err)
			}
			m.Ready()
			m.Leave()
		}
	})
}

// BenchmarkFanOut is the presence of one who came, told to all others.
func BenchmarkFanOut(b *testing.B) {
	bySize(b, func(b *testing.B, size int) {
		h, members := crowd(b, size, true)
		c := members[0].cohort
		guest := Join{Name: "guest", NameKey: "guest", Sink: new(discard), Window: time.Hour}
		for b.Loop() {
			m, _, _ := h.Join(guest)
			c.deliver()
			m.Leave()
		}
	})
}
