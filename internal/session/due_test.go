package session

import "testing"

func TestMessagesThatComeTogetherShareAFlush(t *testing.T) {
	b, seen := newWatchedBench(roomy)
	ana, _ := b.open(t, `{"type":"login","name":"Ana","presence":false}`)
	eve, _ := b.open(t, `{"type":"login","name":"Eve","presence":false}`)
	_, says := b.open(t, login("Bob"))
	ana.take(t)
	eve.take(t)
	seen.take(false)
	bob := says.(talker).Receiver // which does not say Idle after each
	bob.Text(offer("Ana", "1"))
	bob.Text(offer("Ana", "2"))
	expect(t, ana)
	seen.expect(t, "passed offer 2")

	bob.Text(offer("Eve", "3"))
	one, two := `{"type":"offer","name":"Bob","offer":1}`, `{"type":"offer","name":"Bob","offer":2}`
	expect(t, ana, one, two)
	expect(t, eve)
	seen.expect(t, "passed offer 1, relayed 2")

	bob.Idle()
	bob.Idle()
	expect(t, eve, `{"type":"offer","name":"Bob","offer":3}`)
	seen.expect(t, "relayed 1")
}
