package faults_test

import (
	"testing"

	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// bystanders are a plain user and one of beckon.v1 who talk to each other whatever befalls others.
type bystanders struct {
	t        *testing.T
	ana, ben *testkit.Client
	said     int
}

func (s *server) bystanders() *bystanders {
	s.t.Helper()
	b := &bystanders{t: s.t, ana: s.user("ana"), ben: s.user("ben", testkit.V1())}
	b.ana.ExpectJoined("ben")
	return b
}

// meet has them hear that somebody came.
func (b *bystanders) meet(name string) {
	b.t.Helper()
	b.ana.ExpectJoined(name)
	if news := b.ben.ExpectPresence(); len(news.Joined) != 1 || news.Joined[0].Name != name {
		b.t.Fatalf("ben got the news %v, want that %s came", news, name)
	}
}

// part has them hear that somebody left.
func (b *bystanders) part(name string) {
	b.t.Helper()
	b.ana.ExpectLeft(name)
	if news := b.ben.ExpectPresence(); len(news.Left) != 1 || news.Left[0].Name != name {
		b.t.Fatalf("ben got the news %v, want that %s left", news, name)
	}
}

// talk has each hear the other, and nothing in between.
func (b *bystanders) talk() {
	b.t.Helper()
	send(b.ana, "ben", b.said, b.said+1)
	send(b.ben, "ana", b.said, b.said+1)
	take(b.t, b.ben, "ana", b.said, b.said+1)
	take(b.t, b.ana, "ben", b.said, b.said+1)
	b.said++
}

// A plain client whose process is killed is gone at once: no heartbeat is due by then.
func TestPlainClientIsKilled(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	others := s.bystanders()
	cem := s.visitor("cem", "")
	others.meet("cem")
	send(cem, "ana", 0, 5)
	take(t, others.ana, "cem", 0, 5)
	cem.kill()
	others.part("cem")
	s.disconnected("cem", protocol.EndConnectionLost.String())
	send(others.ana, "cem", 0, 1)
	others.ana.ExpectError("unknown_user")
	others.talk()
	s.visitor("cem", "")
	others.meet("cem")
	others.talk()
}

// A killed client of beckon.v1 is there until its window is over.
func TestClientIsKilledForGood(t *testing.T) {
	t.Parallel()
	s := newServer(t, "--resume-window=2s")
	others := s.bystanders()
	cem := s.visitor("cem", protocol.Subprotocol)
	others.meet("cem")
	cem.kill()
	s.disconnected("cem", protocol.EndConnectionLost.String())
	send(others.ana, "cem", 0, 1)
	others.talk() // nobody has heard anything, and there was no error
	others.part("cem")
	send(others.ana, "cem", 1, 2)
	others.ana.ExpectError("unknown_user")
	others.talk()
}

// A killed client of beckon.v1 that was told how its session is called goes on where it was.
func TestClientIsKilledAndComesBack(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	others := s.bystanders()
	cem := s.visitor("cem", protocol.Subprotocol)
	others.meet("cem")
	send(others.ana, "cem", 0, 50)
	cem.take("ana", 0, 20) // the others were lost with the process
	cem.kill()
	send(others.ana, "cem", 50, 100)
	again := s.back(cem.session)
	take(t, again, "ana", 20, 100)
	send(others.ana, "cem", 100, 101)
	take(t, again, "ana", 100, 101)
	again.ExpectPong("no more")
	others.talk() // and have heard nothing
}

// The server is killed and started again: what it knew is gone, and everybody comes back to a session of their own.
func TestServerIsKilled(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	others := s.bystanders()
	others.talk()
	session := others.ben.Session()
	for range 2 {
		send(others.ana, "ben", 1000, 1100) // to be killed in the middle of
		s.kill()
		_, end := others.ana.Drain()
		if end.Code != 1006 {
			t.Errorf("a plain client's connection ends with %d, want 1006", end.Code)
		}
		if _, end = others.ben.Drain(); end.Code != 1006 {
			t.Errorf("a connection of beckon.v1 ends with %d, want 1006", end.Code)
		}
		s.start()
		others.ana = s.user("ana")
		others.ben = testkit.Dial(t, s.url(), testkit.V1())
		if w := others.ben.ResumeInVain(session); len(w.Users) != 1 || w.Users[0].Name != "ana" {
			t.Errorf("there are %v, want ana", w.Users)
		}
		session = others.ben.Session()
		others.ana.ExpectJoined("ben")
		others.talk()
	}
}
