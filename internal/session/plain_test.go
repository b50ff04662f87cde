package session

import (
	"testing"
	"testing/synctest"

	"beckon/internal/hub"
	"beckon/internal/protocol"
)

// A message that was on its way to a user who logs out does not arrive behind that, nor in the next login on the same
// connection, which may be to another room.
func TestNothingArrivesAfterLogout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(roomy)
		ana, says := b.open(t, login("Ana"))
		holder, found := b.opts.Hub.Holder(hub.Place{NameKey: "ana"})
		if !found {
			t.Fatal("she is not there")
		}
		late := func() {
			holder.Sink.Signal(hub.Signal{Type: protocol.Offer, From: "Bob", Payload: []byte("1")}, "somewhere")
			holder.Sink.Flush()
		}
		ana.take(t)
		late()
		expect(t, ana, offered("Bob", "1"))
		says.Text([]byte(`{"type":"leave"}`))
		late()
		expect(t, ana)
		says.Text([]byte(`{"type":"login","name":"Ana","room":"den"}`))
		settle()
		ana.take(t)
		late()
		expect(t, ana)
	})
}

// Who dismisses a user that has just logged out does not dismiss the next one of the same connection.
func TestDismissedAfterLogout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(roomy)
		ana, says := b.open(t, login("Ana"))
		holder, found := b.opts.Hub.Holder(hub.Place{NameKey: "ana"})
		if !found {
			t.Fatal("she is not there")
		}
		says.Text([]byte(`{"type":"leave"}`))
		says.Text([]byte(login("Bob")))
		settle()
		if holder.Sink.(seat).dismiss() || ana.why() != protocol.EndUnset {
			t.Errorf("dismissed, though she has left: %v", ana.why())
		}
	})
}
