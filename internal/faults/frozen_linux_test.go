package faults_test

import (
	"encoding/json"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"beckon/internal/frame"
	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// A client of beckon.v1 is frozen until the server has given its connection up, and goes on where it was.
func TestClientIsFrozen(t *testing.T) {
	t.Parallel()
	s := newServer(t, quickPings...)
	others := s.bystanders()
	cem := s.visitor("cem", protocol.Subprotocol)
	others.meet("cem")
	send(others.ana, "cem", 0, 10)
	cem.take("ana", 0, 5)
	cem.freeze()
	send(others.ana, "cem", 10, 50)
	s.disconnected("cem", protocol.EndPingTimeout.String())
	send(others.ana, "cem", 50, 60)
	others.talk() // and have heard nothing
	cem.thaw()
	end, code := cem.drain(5)
	if end != 50 || code != noAnswer {
		t.Errorf("the client got all up to %d, and the close code %d", end, code)
	}
	again := s.back(cem.session)
	take(t, again, "ana", end, 60)
	again.ExpectPong("no more")
	others.talk()
}

// A plain client that is frozen is given up, which costs nobody else anything, and is told so when it wakes up.
func TestPlainClientIsFrozen(t *testing.T) {
	t.Parallel()
	s := newServer(t, quickPings...)
	others := s.bystanders()
	cem := s.visitor("cem", "")
	others.meet("cem")
	cem.freeze()
	send(others.ana, "cem", 0, 10)
	others.talk()
	others.part("cem")
	s.disconnected("cem", protocol.EndPingTimeout.String())
	send(others.ana, "cem", 10, 11)
	others.ana.ExpectError("unknown_user")
	cem.thaw()
	if end, code := cem.drain(0); end != 10 || code != noAnswer {
		t.Errorf("the client got %d messages and the close code %d", end, code)
	}
	others.talk()
}

// The server stands still for longer than it gives its clients to answer a ping, as in a virtual machine that is
// moved. Clients who have answered meanwhile have done nothing wrong, and nobody is dropped.
func TestServerIsFrozen(t *testing.T) {
	t.Parallel()
	s := newServer(t, quickPings...)
	others := s.bystanders()
	crowd := make([]*testkit.Raw, 20) // who is looked at first is a matter of chance
	for i := range crowd {
		crowd[i] = s.raw()
		crowd[i].Send(testkit.TextFrame(`{"type":"login","name":"` + strconv.Itoa(i) + `","room":"crowd","presence":false}`))
		crowd[i].ExpectText("login")
	}
	for _, slow := range crowd {
		slow.Expect(frame.Ping)
	}
	s.freeze() // before the answers have arrived
	for _, slow := range crowd {
		slow.Send(testkit.RawFrame{FIN: true, Opcode: byte(frame.Pong)})
	}
	send(others.ana, "ben", 1000, 1010)
	time.Sleep(pongTimeout + pingInterval/2)
	s.thaw()
	take(t, others.ben, "ana", 1000, 1010)
	for _, slow := range crowd {
		slow.Expect(frame.Ping) // the next one, and not the end
	}
	others.talk()
}

// A client that gives up a server which stands still finds its session when the server goes on.
func TestFrozenServerIsGivenUp(t *testing.T) {
	t.Parallel()
	s := newServer(t, quickPings...)
	others := s.bystanders()
	send(others.ana, "ben", 0, 10)
	take(t, others.ben, "ana", 0, 5)
	ben := testkit.Persistent{URL: s.url(), Session: others.ben.Session(), Silence: testkit.Patience}
	s.freeze()
	others.ben.Drop()
	var numbers []string
	visited := make(chan error, 1)
	go func() {
		_, err := ben.Visit(new(net.Dialer).DialContext, func(data []byte) bool {
			var message struct{ Call string }
			json.Unmarshal(data, &message)
			numbers = append(numbers, message.Call)
			return message.Call != "19"
		})
		visited <- err
	}()
	time.Sleep(pongTimeout + pingInterval)
	send(others.ana, "ben", 10, 20)
	s.thaw()
	if err := <-visited; err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(numbers, " "); ben.Resumed != 1 || got != "5 6 7 8 9 10 11 12 13 14 15 16 17 18 19" {
		t.Errorf("resumed %d times, got %s", ben.Resumed, got)
	}
	others.ben = s.back(ben.Session)
	others.talk()
}

// A client that stands still while others flood it costs them nothing. What is kept for it is bounded, and the rest is
// refused to its sender. In the end it is given up, is told that it reads too slowly, and all that it got is in order. (How
// one of beckon.v1 resumes within its window, and all bounds to the byte, are in package app.)
func TestFrozenClientIsFlooded(t *testing.T) {
	t.Parallel()
	const most, length = 400, 60 << 10 // several times what the sockets' buffers and the bounds hold
	for _, dialect := range []string{"", protocol.Subprotocol} {
		t.Run("dialect "+dialect, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, "--write-timeout=4s", "--resume-window=1s")
			others := s.bystanders()
			flood := s.user("flood", testkit.V1())
			others.meet("flood")
			cem := s.visitor("cem", dialect)
			others.meet("cem")
			cem.freeze()
			sendLong(flood, "cem", 0, most, strings.Repeat("x", length))
			others.part("cem")
			others.talk()
			cem.thaw()
			if got, code := cem.drainSome(); got == 0 || got == most || code != tooSlow {
				t.Errorf("the client got %d messages of %d, and the close code %d", got, most, code)
			}
			others.talk()
		})
	}
}
