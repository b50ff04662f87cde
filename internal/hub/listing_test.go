package hub

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// enter joins without a word to anybody.
func enter(t testing.TB, h *Hub, room, name string) *Member {
	t.Helper()
	m, _, err := h.Join(Join{RoomKey: room, Name: name, NameKey: name, Sink: new(recorder)})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// listAll reads a whole listing in pages and fails if one of them is longer than it may be.
func listAll(t testing.TB, limit int, list func(from Place, limit int) []MemberEntry) []Place {
	t.Helper()
	var all []Place
	for from := (Place{}); ; {
		page := list(from, limit)
		if len(page) > limit {
			t.Fatalf("%d entries, at most %d", len(page), limit)
		}
		for _, e := range page {
			all = append(all, e.Place)
		}
		if len(page) < limit {
			return all
		}
		last := all[len(all)-1]
		from = Place{last.RoomKey, After(last.NameKey)}
	}
}

func listRooms(t testing.TB, h *Hub, limit int) []RoomEntry {
	t.Helper()
	var all []RoomEntry
	for from := ""; ; from = After(all[len(all)-1].Key) {
		page := h.ListRooms(from, limit)
		if len(page) > limit {
			t.Fatalf("%d entries, at most %d", len(page), limit)
		}
		all = append(all, page...)
		if len(page) < limit {
			return all
		}
	}
}

func comparePlaces(a, b Place) int {
	return slices.Compare([]string{a.RoomKey, a.NameKey}, []string{b.RoomKey, b.NameKey})
}

func TestListingsAreCompleteAndInOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := New(Options{NewID: counter()})
		key := rapid.StringOfN(rapid.SampledFrom([]rune("ab\x00")), 0, 3, -1)
		places := rapid.SliceOfNDistinct(rapid.Custom(func(rt *rapid.T) Place {
			return Place{key.Draw(rt, "room"), key.Draw(rt, "name")}
		}), 0, 30, rapid.ID[Place]).Draw(rt, "places")
		sizes := make(map[string]int)
		for _, p := range places {
			enter(t, h, p.RoomKey, p.NameKey)
			sizes[p.RoomKey]++
		}
		slices.SortFunc(places, comparePlaces)
		limit := rapid.IntRange(1, 8).Draw(rt, "limit")

		if got := listAll(t, limit, h.ListMembers); !slices.Equal(got, places) {
			rt.Fatalf("users %q, want %q", got, places)
		}
		rooms := listRooms(t, h, limit)
		if len(rooms) != len(sizes) || !slices.IsSortedFunc(rooms, func(a, b RoomEntry) int { return strings.Compare(a.Key, b.Key) }) {
			rt.Fatalf("rooms %v, want %v", rooms, sizes)
		}
		for _, r := range rooms {
			if r.Users != sizes[r.Key] {
				rt.Fatalf("room %q has %d users, want %d", r.Key, r.Users, sizes[r.Key])
			}
			got := listAll(t, limit, func(from Place, limit int) []MemberEntry { return h.ListRoom(r.Key, from.NameKey, limit) })
			want := slices.DeleteFunc(slices.Clone(places), func(p Place) bool { return p.RoomKey != r.Key })
			if !slices.Equal(got, want) {
				rt.Fatalf("room %q: users %q, want %q", r.Key, got, want)
			}
		}
	})
}

// TestListingsWhileUsersComeAndGo has more entries than a walk visits at one time, in rooms and in one room.
func TestListingsWhileUsersComeAndGo(t *testing.T) {
	const stay = 3 * stretch
	h := New(Options{NewID: counter()})
	for i := range stay {
		enter(t, h, fmt.Sprintf("stay%04d", i), "ana")
		enter(t, h, "hall", fmt.Sprintf("stay%04d", i))
	}
	stop := make(chan struct{})
	var churn sync.WaitGroup
	for range 2 {
		churn.Go(func() { comeAndGo(h, stop) })
	}
	defer churn.Wait()
	defer close(stop)
	for range 5 {
		rooms, members := 0, 0
		for _, r := range listRooms(t, h, 100) {
			if r.Key[:4] == "stay" {
				rooms++
			}
		}
		places := listAll(t, 100, h.ListMembers)
		for _, p := range places {
			if p.RoomKey == "hall" && p.NameKey[:4] == "stay" {
				members++
			}
		}
		if rooms != stay || members != stay {
			t.Fatalf("%d rooms and %d users listed of those that stayed, want %d each", rooms, members, stay)
		}
		if !slices.IsSortedFunc(places, comparePlaces) || len(slices.Compact(places)) != len(places) {
			t.Fatal("a listing is out of order or repeats itself")
		}
	}
}

// comeAndGo keeps up to a hundred guests in the hall and in rooms of their own.
func comeAndGo(h *Hub, stop <-chan struct{}) {
	var guests []*Member
	for {
		select {
		case <-stop:
			return
		default:
		}
		who := fmt.Sprintf("guest%d", rand.IntN(2000))
		for _, room := range []string{"hall", who} {
			m, _, err := h.Join(Join{RoomKey: room, Name: who, NameKey: who, Sink: new(recorder)})
			if err == nil {
				guests = append(guests, m)
			}
		}
		for len(guests) > 100 {
			guests[0].Leave()
			guests = guests[1:]
		}
	}
}

func TestFind(t *testing.T) {
	h := New(Options{NewID: counter()})
	before := time.Now()
	for i := range 2 * stretch {
		enter(t, h, fmt.Sprint(i%3), fmt.Sprint(i))
	}
	bob := enter(t, h, "den", "Bob")
	e, found := h.Find(bob.User.ID)
	if !found || e.User != bob.User || e.Place != (Place{"den", "Bob"}) || e.Sink != bob.sink || e.Since.Before(before) {
		t.Errorf("found %v, %+v", found, e)
	}
	bob.Leave()
	if e, found := h.Find(bob.User.ID); found {
		t.Errorf("found %+v, who has left", e)
	}
}

func TestHolder(t *testing.T) {
	h := New(Options{NewID: counter()})
	bob, namesake := enter(t, h, "den", "Bob"), enter(t, h, "", "Bob")
	for place, want := range map[Place]*Member{{"den", "Bob"}: bob, {"", "Bob"}: namesake, {"den", "Ana"}: nil, {"attic", "Bob"}: nil} {
		e, found := h.Holder(place)
		if found != (want != nil) || found && (e.User != want.User || e.Place != place || e.Sink != want.sink) {
			t.Errorf("%v: found %v, %+v", place, found, e)
		}
	}
	bob.Leave()
	if e, found := h.Holder(Place{"den", "Bob"}); found {
		t.Errorf("found %+v, who has left", e)
	}
}

// BenchmarkListRooms is one page of a listing.
func BenchmarkListRooms(b *testing.B) {
	h := New(Options{NewID: counter()})
	for i := range 10_000 {
		enter(b, h, fmt.Sprint(i), "ana")
	}
	b.ReportAllocs()
	for b.Loop() {
		if page := h.ListRooms("", 100); len(page) != 100 {
			b.Fatal(len(page))
		}
	}
}
