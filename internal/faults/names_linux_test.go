package faults_test

import (
	"strconv"
	"testing"
	"time"

	"beckon/internal/frame"
	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// nameProbe is how long the holder of a name may take to answer a ping, when another asks for the name; busy is what a
// machine with a lot to do may add to that.
const (
	nameProbe = 3 * time.Second
	busy      = 1500 * time.Millisecond
)

// A client that is frozen keeps its name until another asks for it, which then has it in three seconds. The others hear
// that the one is gone, then that the other is there, and the frozen one is told when it wakes up.
func TestNameOfAFrozenClient(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{"", protocol.Subprotocol} {
		t.Run("dialect "+dialect, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			others := s.bystanders()
			cem := s.visitor("cem", dialect)
			others.meet("cem")
			cem.freeze()
			asked := time.Now()
			heir := s.user("Cem", testkit.V1())
			if took := time.Since(asked); took < nameProbe || took > nameProbe+busy {
				t.Errorf("the name is had after %v", took)
			}
			s.disconnected("cem", protocol.EndNameLost.String())
			others.ana.ExpectLeft("cem")
			others.ana.ExpectJoined("Cem")
			news := others.ben.ExpectPresence()
			if len(news.Left) != 1 || news.Left[0].Name != "cem" || len(news.Joined) != 1 || news.Joined[0].Name != "Cem" {
				t.Errorf("ben got the news %v", news)
			}
			send(others.ana, "cem", 0, 10)
			take(t, heir, "ana", 0, 10)
			cem.thaw()
			if end, code := cem.drain(0); end != 0 || code != noAnswer {
				t.Errorf("the one that was frozen got %d messages and the close code %d", end, code)
			}
			others.talk()
		})
	}
}

// One that is frozen for a shorter time keeps its name, and who asks for it is told as soon as it wakes up.
func TestNameOfAClientThatWakesUp(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	others := s.bystanders()
	cem := s.visitor("cem", protocol.Subprotocol)
	others.meet("cem")
	cem.freeze()
	asked, asker := time.Now(), testkit.Dial(t, s.url())
	asker.Say(testkit.Message{"type": "login", "name": "cem"})
	time.Sleep(time.Second)
	cem.thaw()
	asker.ExpectLoginRefused("name_taken")
	if took := time.Since(asked); took >= nameProbe {
		t.Errorf("refused after %v", took)
	}
	send(others.ana, "cem", 0, 10)
	cem.take("ana", 0, 10)
	others.talk()
}

// The server stands still when it is about to look for answers, and goes on when all of them are there: nobody loses a
// name by that.
func TestServerIsFrozenWhileNamesAreAskedFor(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	others := s.bystanders()
	holders, askers := make([]*testkit.Raw, 20), make([]*testkit.Client, 20) // who is looked at first is a matter of chance
	for i := range holders {
		holders[i] = s.raw()
		holders[i].Send(testkit.TextFrame(`{"type":"login","name":"` + strconv.Itoa(i) + `","room":"crowd","presence":false}`))
		holders[i].ExpectText("login")
		askers[i] = testkit.Dial(t, s.url())
	}
	for i, asker := range askers {
		asker.Say(testkit.Message{"type": "login", "name": strconv.Itoa(i), "room": "crowd"})
	}
	for _, holder := range holders {
		holder.Expect(frame.Ping)
	}
	time.Sleep(nameProbe * 3 / 4)
	s.freeze() // before the answers have arrived, which are in time
	for _, holder := range holders {
		holder.Send(testkit.RawFrame{FIN: true, Opcode: byte(frame.Pong)})
	}
	time.Sleep(nameProbe)
	s.thaw()
	for _, asker := range askers {
		asker.ExpectLoginRefused("name_taken")
	}
	others.talk()
}

// A client that is asked for by many, again and again, gets at most one ping per second for it.
func TestAskersDoNotFloodTheHolder(t *testing.T) {
	t.Parallel()
	const askers, lasting = 20, 4 * time.Second
	s := newServer(t, "--messages-per-second=0")
	cem := s.user("cem")
	begun := time.Now()
	clients := make([]*testkit.Client, askers)
	for i := range clients {
		clients[i] = testkit.Dial(t, s.url())
	}
	asked := 0
	for ; time.Since(begun) < lasting; asked += askers {
		for _, c := range clients {
			c.Say(testkit.Message{"type": "login", "name": "cem"})
		}
		for _, c := range clients {
			c.ExpectLoginRefused("name_taken")
		}
	}
	cem.ExpectPong("here")
	if pings, most := len(cem.Pings()), int(time.Since(begun)/time.Second)+1; pings < 2 || pings > most {
		t.Errorf("%d pings after %d logins in %v, want at most %d", pings, asked, time.Since(begun), most)
	}
}
