package session

import (
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/hub"
	"beckon/internal/ice"
	"beckon/internal/link"
	"beckon/internal/protocol"
)

func TestUsersAreListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(roomy)
		start := time.Now()
		b.open(t, login("Bob"))
		time.Sleep(time.Second)
		_, says := b.openV1(t, login("Ana"))
		b.open(t, `{"type":"login","name":"Zoe","room":"Den"}`)
		says.Closed(cut)

		ana := User{
			Place: hub.Place{NameKey: "ana"}, User: protocol.User{ID: "id2", Name: "Ana"},
			Since: start.Add(time.Second), Dialect: protocol.V1,
		}
		bob := User{
			Place: hub.Place{NameKey: "bob"}, User: protocol.User{ID: "id1", Name: "Bob"},
			Since: start, Dialect: protocol.Plain, Connected: true, Remote: "192.0.2.1:1",
		}
		list := b.ListUsers(hub.Place{}, 10)
		if len(list) != 3 || list[0] != ana || list[1] != bob || list[2].RoomKey != "den" {
			t.Errorf("listed %+v", list)
		}
		if list := b.ListRoom(hub.Place{NameKey: "b"}, 10); len(list) != 1 || list[0] != bob {
			t.Errorf("listed %+v", list)
		}
		if list := b.ListRoom(hub.Place{RoomKey: "elsewhere"}, 10); len(list) != 0 {
			t.Errorf("listed %+v", list)
		}
		b.openV1(t, resumeAs("Ana", "no such session", "0"))
		settle()
	})
}

func TestDismissedUsersAreGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, seen := newWatchedBench(roomy)
		plain, plainSays := b.open(t, login("Bob"))
		v1, v1Says := b.openV1(t, login("Ana"))
		token := tokenIn(t, v1.take(t))
		lost, lostSays := b.openV1(t, login("Eve"))
		lostToken := tokenIn(t, lost.take(t))
		lostSays.Closed(cut)
		watcher, _ := b.open(t, login("Zoe"))
		settle()
		watcher.take(t)
		seen.take(false)

		for _, id := range []string{"id1", "id2", "id3"} {
			if !b.Dismiss(id) {
				t.Errorf("%s was not found", id)
			}
		}
		if plain.ended != protocol.EndDismissed || v1.ended != protocol.EndDismissed || lost.ended != 0 {
			t.Errorf("ended by %s, %s and %s", plain.ended, v1.ended, lost.ended)
		}
		seen.expect(t, "over dismissed 2, waiting -1")
		end := link.End{Why: protocol.EndDismissed}
		plainSays.Closed(end)
		v1Says.Text(offer("Zoe", "1"))
		v1Says.Closed(end)
		settle()
		if heard := watcher.take(t); strings.Count(heard, `"type":"leave"`) != 3 || strings.Contains(heard, "offer") {
			t.Errorf("the others heard\n%s", heard)
		}
		for _, id := range []string{"id1", "id2", "id3", "no such id"} {
			if b.Dismiss(id) {
				t.Errorf("%s was dismissed twice", id)
			}
		}
		for name, token := range map[string]string{"Ana": token, "Eve": lostToken} {
			again, _ := b.openV1(t, resumeAs(name, token, "0"))
			if reply := again.take(t); !strings.Contains(reply, `"resumed":false`) {
				t.Errorf("%s came back with %s", name, reply)
			}
		}
	})
}

// An operator may meet a user at any moment of its login, its cut and its resumption.
func TestDismissingAtAnyMoment(t *testing.T) {
	b := newV1Bench(roomy)
	b.Server.opts.Log = zerolog.Nop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 300 {
			conn, says := b.openV1(t, login("Ana"))
			if reply := conn.take(t); strings.Contains(reply, `"success":true`) {
				says.Closed(cut)
				_, says = b.openV1(t, resumeAs("Ana", tokenIn(t, reply), "0"))
			}
			says.Text(offer("Ana", "1"))
			says.Closed(link.End{Code: 1000})
		}
	}()
	for {
		for _, user := range b.ListUsers(hub.Place{}, 10) {
			b.Dismiss(user.ID)
		}
		select {
		case <-done:
			if list := b.ListUsers(hub.Place{}, 10); len(list) != 0 || len(b.sessions.byToken) != 0 {
				t.Errorf("%d users and %d sessions are left", len(list), len(b.sessions.byToken))
			}
			return
		default:
		}
	}
}

// meddler is an ICESource: while a login asks it, an operator dismisses that very user.
type meddler struct {
	dismiss   func(id string) bool
	dismissed chan bool
}

func (m *meddler) Servers(ice.User) ice.Handout {
	go func() { m.dismissed <- m.dismiss("id1") }()
	for range 1000 {
		runtime.Gosched()
	}
	return ice.Handout{List: []byte("[]")}
}

func TestDismissingInTheMiddleOfALogin(t *testing.T) {
	b := newV1Bench(roomy)
	meddler := &meddler{dismiss: b.Dismiss, dismissed: make(chan bool, 1)}
	b.Server.opts.ICE = meddler
	conn, _ := b.openV1(t, login("Ana"))
	if !<-meddler.dismissed || conn.ended != protocol.EndDismissed || len(b.ListUsers(hub.Place{}, 10)) != 0 {
		t.Errorf("ended by %s", conn.ended)
	}
}
