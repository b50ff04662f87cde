package hub

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A message for which there is no room is refused to its sender, and nothing else changes.
func TestASignalIsRefusedWhereThereIsNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		_, ana := join(t, h, "Ana")
		bob, _ := join(t, h, "Bob")
		settle()
		ana.take()
		ana.fill(true)
		for range 3 {
			if to, err := bob.Signal([]byte("ana"), offer("1")); !errors.Is(err, ErrBusy) || to != Sink(ana) {
				t.Errorf("got %v, %v", to, err)
			}
		}
		ana.fill(false)
		if _, err := bob.Signal([]byte("ana"), offer("2")); err != nil {
			t.Error(err)
		}
		expect(t, "Ana", ana, "offer(Bob):2")
	})
}

// Where there is no room for the presence that must come first, the message is refused, and the presence comes later.
// A crowd that tries on costs no more than one try does.
func TestASignalIsRefusedWhereItsPresenceDoesNotFit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		_, ana := join(t, h, "Ana")
		settle()
		ana.fill(true)
		eve, _ := join(t, h, "Eve")
		for range 100 {
			if _, err := eve.Signal([]byte("ana"), offer("1")); !errors.Is(err, ErrBusy) {
				t.Fatal(err)
			}
		}
		if ana.asked != 1 {
			t.Errorf("presence was made %d times", ana.asked)
		}
		time.Sleep(retry + window)
		synctest.Wait()
		eve.Signal([]byte("ana"), offer("2"))
		if ana.asked != 2 {
			t.Errorf("after it was due again it was made %d times, want twice", ana.asked)
		}
		ana.fill(false)
		settle()
		expect(t, "Ana", ana, "+Eve")
		eve.Signal([]byte("ana"), offer("3"))
		expect(t, "Ana", ana, "offer(Eve):3")
	})
}

// Presence that a sink says it has room for, and then has not, is told later.
func TestPresenceThatIsRefusedIsToldLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		_, ana := join(t, h, "Ana")
		settle()
		ana.fill(true)
		ana.lag(false)
		bob, _ := join(t, h, "Bob")
		join(t, h, "Eve")
		settle()
		bob.Leave()
		settle()
		ana.fill(false)
		settle()
		expect(t, "Ana", ana, "+Eve")
	})
}

// What is held back until Ready is bounded, and what has been taken is delivered; presence for which there is no room
// then is told later.
func TestWhatIsHeldBackIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(Options{NewID: counter()})
		bob, _ := join(t, h, "Bob")
		ana := new(recorder)
		m, _, err := h.Join(Join{Name: "Ana", NameKey: "ana", Sink: ana, Source: "ana", Presence: true, Window: window})
		if err != nil {
			t.Fatal(err)
		}
		join(t, h, "Eve")
		settle()
		taken := 0
		for ; ; taken++ {
			if _, err := bob.Signal([]byte("ana"), offer(strings.Repeat("x", 1000))); errors.Is(err, ErrBusy) {
				break
			} else if err != nil || taken > 100 {
				t.Fatal(taken, err)
			}
		}
		ana.fill(true)
		m.Ready()
		if got := strings.Count(ana.take(), "offer(Bob)"); got != taken || taken < 10 {
			t.Errorf("%d messages came of %d that were taken", got, taken)
		}
		ana.fill(false)
		settle()
		expect(t, "Ana", ana, "+Eve")
	})
}
