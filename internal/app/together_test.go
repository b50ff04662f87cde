package app_test

import (
	"net"
	"slices"
	"testing"

	"beckon/internal/testkit"
)

// What comes in one piece with other things is passed on all the same: it waits neither for the rest of a message nor
// for another.
func TestMessagesWaitForNothingBehindThem(t *testing.T) {
	s := onLoopback(t)
	raw := func(name string) *testkit.Raw {
		conn, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		r := testkit.Handshake(t, conn)
		r.ExpectText("connect")
		r.Send(testkit.TextFrame(`{"type":"login","name":"` + name + `","presence":false}`))
		r.ExpectText("login")
		return r
	}
	ana, bob := raw("ana"), raw("bob")
	offer := testkit.TextFrame(`{"type":"offer","name":"ana","offer":1}`).Bytes()
	ping := testkit.PingFrame("p").Bytes()
	fragment := testkit.RawFrame{Opcode: 1, Payload: []byte(`{"type":"offer",`)}.Bytes()
	rest := testkit.RawFrame{FIN: true, Payload: []byte(`"name":"ana","offer":2}`)}.Bytes()
	for name, pieces := range map[string]struct {
		first, then []byte
		offers      int // with first, and then again
	}{
		"half a header": {slices.Concat(offer, offer[:1]), offer[1:], 1},
		"half a frame":  {slices.Concat(offer, offer, offer[:20]), offer[20:], 2},
		"half a ping":   {slices.Concat(offer, ping[:5]), slices.Concat(ping[5:], offer), 1},
		"a ping":        {slices.Concat(offer, ping), offer, 1},
		"ping and half": {slices.Concat(ping, offer, ping, offer[:3]), offer[3:], 1},
		"ping inside":   {slices.Concat(offer, fragment, ping), rest, 1},
		"a fragment":    {slices.Concat(offer, fragment), slices.Concat(ping, rest), 1},
	} {
		t.Run(name, func(t *testing.T) {
			bob.Write(pieces.first)
			for range pieces.offers {
				ana.ExpectText("offer")
			}
			bob.Write(pieces.then)
			ana.ExpectText("offer")
		})
	}
}
