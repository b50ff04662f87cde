package hub

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/protocol"
)

const window = 20 * time.Millisecond

// settle lets every window end.
func settle() {
	time.Sleep(time.Second)
	synctest.Wait()
}

func expect(t *testing.T, who string, r *recorder, want string) {
	t.Helper()
	if got := r.take(); got != want {
		t.Errorf("%s heard %q, want %q", who, got, want)
	}
}

func TestPresenceComesOncePerWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		_, ana := join(t, h, "Ana")
		bob, _ := join(t, h, "Bob")
		_, eve := join(t, h, "Eve")
		bob.Leave()
		expect(t, "Ana", ana, "")
		time.Sleep(window)
		synctest.Wait()
		expect(t, "Ana", ana, "+Bob +Eve -Bob")
		expect(t, "Eve", eve, "-Bob")
		if len(ana.batches) != 1 || ana.flushes != 2 {
			t.Errorf("%d batches in %d flushes, want 1 and 2 (with the one of Ready)", len(ana.batches), ana.flushes)
		}
		settle()
		expect(t, "Ana", ana, "")
	})
}

func TestABatchIsEncodedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		_, ana := join(t, h, "Ana")
		_, bob := join(t, h, "Bob")
		settle()
		join(t, h, "Eve")
		settle()
		if ana.batches[1] != bob.batches[0] {
			t.Error("two members got batches of their own about one change")
		}
		builds := 0
		for range 2 {
			Encoded(bob.batches[0], "form", func([]protocol.Change) []byte { builds++; return nil })
		}
		if builds != 1 {
			t.Errorf("encoded %d times", builds)
		}
	})
}

// Members who know the first changes of a batch share it with those who do not.
func TestOneBatchForAllOfACohort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		_, ana := join(t, h, "Ana")
		_, bob := join(t, h, "Bob")
		_, eve := join(t, h, "Eve")
		join(t, h, "Zoe")
		settle()
		expect(t, "Ana", ana, "+Bob +Eve +Zoe")
		expect(t, "Bob", bob, "+Eve +Zoe")
		expect(t, "Eve", eve, "+Zoe")
		if bob.batches[0] != ana.batches[0] || eve.batches[0] != ana.batches[0] {
			t.Error("they were told in batches of their own")
		}
	})
}

func TestSignalNeverOvertakesPresenceOfItsSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		_, ana := join(t, h, "Ana")
		join(t, h, "Bob")
		eve, _ := join(t, h, "Eve")
		if _, err := eve.Signal([]byte("ana"), offer("1")); err != nil {
			t.Fatal(err)
		}
		expect(t, "Ana", ana, "+Bob +Eve offer(Eve):1")
		eve.Signal([]byte("ana"), offer("2"))
		eve.Leave()
		settle()
		expect(t, "Ana", ana, "offer(Eve):2 -Eve")
	})
}

func TestSignalBringsPresenceUpToDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		_, ana := join(t, h, "Ana")
		bob, _ := join(t, h, "Bob")
		bob.Signal([]byte("ana"), offer("1"))
		expect(t, "Ana", ana, "+Bob offer(Bob):1")
	})
}

// keeps is how many changes of the lobby somebody has yet to be told of, at most.
func keeps(h *Hub) (most int) {
	lobby := h.rooms[""]
	lobby.mu.Lock()
	defer lobby.mu.Unlock()
	count := func(unread *change) {
		n := 0
		unread.each(lobby.upcoming, func(*change) { n++ })
		most = max(most, n)
	}
	for _, c := range lobby.cohorts {
		count(c.unread)
		for _, m := range c.members {
			count(m.unread)
		}
	}
	return most
}

func TestPresenceThatIsToldIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		join(t, h, "Ana")
		_, slow := join(t, h, "Bob", func(j *Join) { j.Window = 5 * window })
		time.Sleep(2 * window)
		synctest.Wait()
		join(t, h, "Eve")
		time.Sleep(2 * window)
		synctest.Wait()
		if kept := keeps(h); kept != 1 {
			t.Errorf("%d changes kept, want the one that Bob has not heard", kept)
		}
		settle()
		expect(t, "Bob", slow, "+Eve")
		if kept := keeps(h); kept != 0 {
			t.Errorf("%d changes kept", kept)
		}
	})
}

func TestNothingIsDeliveredBeforeReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		bob, _ := join(t, h, "Bob")
		ana := new(recorder)
		m, users, err := h.Join(Join{Name: "Ana", NameKey: "ana", Sink: ana, Presence: true, Window: window})
		if there := slices.Collect(users.All()); err != nil || len(there) != 1 || there[0] != bob.User {
			t.Fatalf("users %v, %v", there, err)
		}
		payload := []byte("1")
		bob.Signal([]byte("ana"), Signal{Type: protocol.Offer, Payload: payload})
		payload[0] = 'x' // the reader's buffer is used again
		bob.Leave()
		settle()
		expect(t, "Ana", ana, "")
		if ana.flushes != 0 {
			t.Error("flushed before Ready")
		}
		m.Ready()
		expect(t, "Ana", ana, "offer(Bob):1 -Bob")
	})
}

// The roster that Rejoin returns takes the place of what had yet to be told.
func TestRejoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		ana, heard := join(t, h, "Ana")
		heard.lag(true)
		bob, _ := join(t, h, "Bob")
		settle()
		eve, _ := join(t, h, "Eve")
		there := slices.Collect(ana.Rejoin("there").All())
		slices.SortFunc(there, func(a, b protocol.User) int { return strings.Compare(a.Name, b.Name) })
		if !slices.Equal(there, []protocol.User{bob.User, eve.User}) {
			t.Errorf("the roster is %v", there)
		}
		eve.Signal([]byte("ana"), offer("1"))
		expect(t, "Ana", heard, "")
		heard.lag(false)
		ana.Ready()
		settle()
		expect(t, "Ana", heard, "offer(Eve):1")
		bob.Leave()
		settle()
		expect(t, "Ana", heard, "-Bob")
	})
}

func TestPresenceOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		_, bob := join(t, h, "Bob")
		r := new(recorder)
		m, users, err := h.Join(Join{Name: "Ana", NameKey: "ana", Sink: r})
		if there := slices.Collect(users.All()); err != nil || len(there) != 0 {
			t.Fatalf("users %v, %v", there, err)
		}
		m.Ready()
		eve, _ := join(t, h, "Eve")
		eve.Signal([]byte("ana"), offer("1"))
		settle()
		expect(t, "Ana", r, "offer(Eve):1")
		expect(t, "Bob", bob, "+Ana +Eve")
	})
}

func TestRoomsAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		in := func(room string) func(*Join) { return func(j *Join) { j.RoomKey = room } }
		ana, heard := join(t, h, "Ana", in("a"))
		bob, _ := join(t, h, "Bob", in("b"))
		join(t, h, "ana", in("b"))
		if _, err := bob.Signal([]byte("bob"), offer("to myself")); err != nil {
			t.Error(err)
		}
		if _, err := ana.Signal([]byte("bob"), offer("")); !errors.Is(err, ErrUnknownUser) {
			t.Errorf("got %v, want ErrUnknownUser", err)
		}
		settle()
		expect(t, "Ana", heard, "")
		if h.Rooms() != 2 || h.Users() != 3 {
			t.Errorf("%d rooms, %d users", h.Rooms(), h.Users())
		}
	})
}

func TestBounds(t *testing.T) {
	h := New(Options{NewID: counter(), Bounds: Bounds{MaxUsers: 4, MaxRooms: 2, MaxRoomUsers: 2}})
	try := func(room, name string) error {
		m, _, err := h.Join(Join{RoomKey: room, Name: name, NameKey: name, Sink: new(recorder)})
		if err == nil {
			m.Ready()
		}
		return err
	}
	steps := []struct {
		room, name string
		want       error
	}{
		{"a", "ana", nil},
		{"a", "ana", ErrNameTaken},
		{"a", "bob", nil},
		{"a", "eve", ErrRoomFull},
		{"b", "eve", nil},
		{"c", "eve", ErrServerFull}, // a room too many
		{"b", "zoe", nil},
		{"b", "max", ErrServerFull},
	}
	for _, s := range steps {
		if err := try(s.room, s.name); !errors.Is(err, s.want) {
			t.Errorf("%s into %s: got %v, want %v", s.name, s.room, err, s.want)
		}
	}
}

// Other bounds are for those who come from then on; who is in stays in.
func TestBoundsMayChange(t *testing.T) {
	h := New(Options{NewID: counter(), Bounds: Bounds{MaxUsers: 1}})
	try := func(room, name string, want error) {
		t.Helper()
		if _, _, err := h.Join(Join{RoomKey: room, Name: name, NameKey: name, Sink: new(recorder)}); !errors.Is(err, want) {
			t.Errorf("%s into %s: got %v, want %v", name, room, err, want)
		}
	}
	try("a", "ana", nil)
	try("a", "bob", ErrServerFull)
	h.SetBounds(Bounds{MaxUsers: 4, MaxRooms: 1, MaxRoomUsers: 2})
	try("a", "bob", nil)
	try("a", "eve", ErrRoomFull)
	try("b", "eve", ErrServerFull)
	h.SetBounds(Bounds{MaxUsers: 1, MaxRooms: 1, MaxRoomUsers: 1})
	try("a", "eve", ErrServerFull)
	h.SetBounds(Bounds{})
	try("a", "eve", nil)
	try("b", "eve", nil)
	if h.Users() != 4 || h.Rooms() != 2 {
		t.Errorf("%d users, %d rooms", h.Users(), h.Rooms())
	}
}

func TestLeaveIsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		_, ana := join(t, h, "Ana")
		bob, _ := join(t, h, "Bob")
		bob.Leave()
		again, _ := join(t, h, "bob")
		bob.Leave()
		settle()
		expect(t, "Ana", ana, "+Bob -Bob +bob")
		if _, err := again.Signal([]byte("bob"), offer("")); err != nil {
			t.Error("the second bob is gone with the first:", err)
		}
		if h.Users() != 2 {
			t.Errorf("%d users", h.Users())
		}
	})
}

func TestQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		_, ana := join(t, h, "Ana")
		bob, _ := join(t, h, "Bob")
		h.Quiet()
		eve, _ := join(t, h, "Eve", func(j *Join) { j.RoomKey = "new" })
		eve.Leave()
		bob.Signal([]byte("ana"), offer("1"))
		bob.Leave()
		settle()
		expect(t, "Ana", ana, "offer(Bob):1")
	})
}

func TestLeavingAQuietRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		ana, _ := join(t, h, "Ana")
		bob, _ := join(t, h, "Bob", func(j *Join) { j.Window = 5 * window })
		eve, _ := join(t, h, "Eve")
		h.Quiet()
		for _, m := range []*Member{eve, ana, bob} { // the last of a cohort, while another remains
			m.Leave()
		}
		if h.Users() != 0 || h.Rooms() != 0 {
			t.Errorf("%d users in %d rooms", h.Users(), h.Rooms())
		}
	})
}

func TestCohortsAreToldApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		slow := func(j *Join) { j.Window = 5 * window }
		_, ana := join(t, h, "Ana")
		_, bob := join(t, h, "Bob", slow)
		settle()
		ana.take()
		for _, name := range strings.Fields("c d e") {
			join(t, h, name)
			time.Sleep(window + time.Millisecond)
			synctest.Wait()
			expect(t, "Ana", ana, "+"+name)
		}
		expect(t, "Bob", bob, "")
		time.Sleep(2 * window)
		synctest.Wait()
		expect(t, "Bob", bob, "+c +d +e")
	})
}
