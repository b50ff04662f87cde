package app_test

import (
	"testing"
	"time"

	"beckon/internal/testkit"
)

// Users of different rooms never see or reach one another.
func TestRoomsIsolated(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		lobby := s.user("ana")
		blue := s.open()
		if w := blue.LoginTo("blue", "ana"); len(w.Users) != 0 || w.Room != "blue" {
			t.Errorf("welcomed to %q with %v", w.Room, w.Users)
		}
		red := s.open()
		if w := red.LoginTo("red", "ben"); len(w.Users) != 0 {
			t.Errorf("welcomed with %v", w.Users)
		}
		for _, text := range []string{
			`{"type":"offer","name":"ana","offer":1}`,
			`{"type":"answer","name":"ana","answer":1}`,
			`{"type":"candidate","name":"ana","candidate":null}`,
			`{"type":"leave","name":"ana"}`,
			`{"type":"offer","name":"ana","room":"blue","offer":1}`,
		} {
			red.Send(text)
			f := red.ExpectError("unknown_user")
			if f.Text("message") != "User ana does not exist!" || f.Text("name") != "ana" {
				t.Errorf("got %s", f.JSON)
			}
		}
		red.Send(`{"type":"leave"}`)
		lobby.ExpectNothing(time.Second)
		blue.ExpectNothing(time.Second)

		// A message goes to the namesake of the sender's own room.
		b := s.open()
		b.LoginTo("blue", "ben")
		blue.ExpectJoined("ben")
		b.Say(testkit.Message{"type": "offer", "name": "ana", "offer": 1})
		blue.ExpectRelay("offer", "ben")
		b.Drop()
		blue.ExpectLeft("ben")
		lobby.ExpectNothing(time.Second)
	})
}

func TestCaps(t *testing.T) {
	t.Run("users", func(t *testing.T) {
		virtual(t, func(t *testing.T, s *server) {
			a := s.user("ana")
			b := s.open()
			b.LoginTo("blue", "ben")
			c := s.open()
			c.LoginRefused("server_full", testkit.Message{"name": "cleo"})
			c.LoginRefused("server_full", testkit.Message{"name": "cleo", "room": "red"})
			a.ExpectNothing(time.Second)
			b.Send(`{"type":"leave"}`)
			b.ExpectPong("left")
			c.Login("cleo")
			a.ExpectJoined("cleo")
			b.LoginRefused("server_full", testkit.Message{"name": "ben"})
			a.Drop()
			c.ExpectLeft("ana")
			b.Login("ben")
		}, "--max-users=2")
	})
	t.Run("room users", func(t *testing.T) {
		virtual(t, func(t *testing.T, s *server) {
			a, b := s.pair("ana", "ben")
			c := s.open()
			c.LoginRefused("room_full", testkit.Message{"name": "cleo"})
			c.LoginRefused("room_full", testkit.Message{"name": "cleo", "presence": false})
			a.ExpectNothing(time.Second)
			c.LoginTo("blue", "cleo")
			d := s.open()
			d.LoginTo("blue", "dora")
			c.ExpectJoined("dora")
			e := s.open()
			e.LoginRefused("room_full", testkit.Message{"name": "eve", "room": "BLUE"})
			b.Drop()
			a.ExpectLeft("ben")
			e.Login("eve")
			a.ExpectJoined("eve")
		}, "--max-room-users=2")
	})
	t.Run("connections", func(t *testing.T) {
		virtual(t, func(t *testing.T, s *server) {
			a, b := s.open(), s.open()
			refused := testkit.DialRefused(t, s.url, testkit.Through(s.via))
			if refused.StatusCode != 503 || refused.Header.Get("Retry-After") == "" {
				t.Errorf("one connection too many: %s, %v", refused.Status, refused.Header)
			}
			if response, _, err := s.get("/healthz"); err != nil || response.StatusCode != 200 {
				t.Errorf("/healthz of a full server: %v %v", response, err)
			}
			a.Login("ana")
			b.Close(1000)
			time.Sleep(time.Second)
			s.user("ben")
			a.ExpectJoined("ben")
		}, "--max-connections=2")
	})
}
