package protocol

import (
	"fmt"
	"testing"
)

// BenchmarkLoginReply is the reply to one who comes into a room when somebody else has come just before.
func BenchmarkLoginReply(b *testing.B) {
	for _, size := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.ReportAllocs()
			var roster Roster
			for i := range size - 1 {
				roster.Add(&User{ID: fmt.Sprintf("6f1c4d1e-98a5-4b7c-8a53-%012d", i), Name: fmt.Sprint("user", i)})
			}
			last := &User{ID: "6f1c4d1e-98a5-4b7c-8a53-0f6f0b5d8c11", Name: "Ana"}
			w := Welcome{Self: User{ID: "0b9e2f6a-7a1d-4d0e-9f38-2f1f6f4b3a22", Name: "Bob"}, ICEServers: []byte("[]")}
			page := roster.Add(last)
			for b.Loop() {
				roster.Remove(last, page)
				page = roster.Add(last)
				w.Users = roster.Users()
				LoggedIn(nil, w)
			}
		})
	}
}

// BenchmarkPresence is a batch of people who came and went.
func BenchmarkPresence(b *testing.B) {
	for _, size := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.ReportAllocs()
			var changes []Change
			for i := range size {
				u := User{ID: fmt.Sprint("id", i), Name: fmt.Sprint("user", i)}
				changes = append(changes, Change{User: u}, Change{User: User{ID: fmt.Sprint("old", i), Name: u.Name}, Left: true})
			}
			for b.Loop() {
				AppendPresence(nil, changes)
			}
		})
	}
}
