package session

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/replay"
	"beckon/internal/share"
)

const busy = `{"type":"error","code":"recipient_busy","message":"User Ana is behind and was not sent this: try again in a moment","name":"Ana"}`

// A message for which there is no room in the recipient's outbox is refused, in whatever it is refused, and the
// recipient is none the worse for it.
func TestARecipientThatIsBehindIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, seen := newWatchedBench(roomy)
		ana, anaSays := b.open(t, login("Ana"))
		bob, bobSays := b.open(t, login("Bob"))
		settle()
		ana.take(t)
		bob.take(t)
		seen.take(false)
		ana.fill(true)
		for _, say := range []string{
			`{"type":"offer","name":"Ana","offer":1}`, `{"type":"answer","name":"Ana","answer":1}`,
			`{"type":"candidate","name":"Ana","candidate":1}`, `{"type":"leave","name":"Ana"}`,
		} {
			bobSays.Text([]byte(say))
			expect(t, bob, busy)
		}
		seen.expect(t, "failed recipient_busy 4")
		anaSays.Text([]byte(`{"type":"ping"}`))
		expect(t, ana, `{"type":"pong"}`)
		ana.fill(false)
		bobSays.Text(offer("Ana", "2"))
		expect(t, ana, offered("Bob", "2"))
		if ana.why() != protocol.EndUnset {
			t.Errorf("ended by %s", ana.why())
		}
	})
}

// The share of a source is the same for all of its connections, and goes with a session from one address to another.
func TestASessionSharesWithItsAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := replay.Limits{Bytes: 1 << 20, Frames: 40, WindowBytes: 1 << 20, WindowFrames: 100}
		limits.Others = share.Of(share.Tally{Bytes: limits.Bytes, Frames: limits.Frames}, 25)
		b := newV1Bench(limits)
		from := func(source, say string) (*fakeConn, func() bool) {
			conn := &fakeConn{source: source}
			r := talker{b.AcceptV1(conn)}
			r.Text([]byte(say))
			return conn, func() bool {
				conn.take(t)
				r.Text(offer("Ana", "1"))
				return !strings.Contains(conn.take(t), busy)
			}
		}
		_, anaSays := b.openV1(t, login("Ana"))
		settle()
		eve, eveSays := from("2001:db8::/64", login("Eve"))
		token := tokenIn(t, eve.take(t))
		_, ivySays := from("2001:db8::/64", login("Ivy"))
		_, bobSays := from("192.0.2.7/32", login("Bob"))
		anaSays.Closed(cut)
		settle()
		n := 0
		for eveSays() && ivySays() {
			n += 2
		}
		if n != 20 || ivySays() {
			t.Errorf("%d messages of one address, want two shares, 20", n)
		}
		_, eveSays = from("198.51.100.9/32", resumeAs("Eve", token, "0"))
		if !eveSays() {
			t.Error("refused at another address")
		}
		for n = 0; bobSays(); n++ {
		}
		if n != 9 {
			t.Errorf("%d messages of a third address, want the rest of three quarters, 9", n)
		}
	})
}

// A client that makes others wait is asked for a sign of life, again and again, and no other is.
func TestWhoMakesOthersWaitIsAskedForALifeSign(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := replay.Limits{Bytes: 1 << 20, Frames: 10, WindowBytes: 1 << 20, WindowFrames: 5} // with the news of Bob
		b := newV1Bench(limits)
		b.Server.opts.StallTimeout = 10 * time.Second
		ana, _ := b.openV1(t, login("Ana"))
		_, bobSays := b.openV1(t, login("Bob"))
		settle()
		for range 3 {
			bobSays.Text(offer("Ana", "1"))
		}
		if len(ana.probes) > 0 {
			t.Errorf("asked %q, and nothing waits", ana.probes)
		}
		for range 9 { // it has the window, then the log is full, and at last they are refused
			before := len(ana.probes)
			bobSays.Text(offer("Ana", "1"))
			if len(ana.probes) != before+1 || ana.probes[before] != fmt.Sprint(protocol.EndSlowReader, " 10s") {
				t.Fatalf("asked %q", ana.probes)
			}
		}
	})
}

// So is one for whom a message was refused, however little that leaves under way.
func TestWhoIsBusyIsAskedForALifeSign(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := replay.Limits{Bytes: 1 << 20, Frames: 4, WindowBytes: 1 << 20, WindowFrames: 1000}
		b := newV1Bench(limits)
		b.Server.opts.StallTimeout = 10 * time.Second
		ana, _ := b.openV1(t, login("Ana"))
		_, bobSays := b.openV1(t, login("Bob"))
		settle()
		for range 4 {
			bobSays.Text(offer("Ana", "1"))
		}
		if len(ana.probes) > 0 {
			t.Errorf("asked %q, and nothing was refused", ana.probes)
		}
		bobSays.Text(offer("Ana", "1"))
		if len(ana.probes) != 1 {
			t.Errorf("asked %q", ana.probes)
		}
	})
}

// A client that asks for more than it takes is read later, and no sooner than it takes some.
func TestWhoTakesNoAnswersIsSlowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(replay.Limits{Bytes: 1 << 20, Frames: 100, WindowBytes: 1 << 20, WindowFrames: 1000})
		conn, says := b.openV1(t, login("Ana"))
		say := func() { says.Text([]byte(`{"type":"offer","name":"nobody","offer":1}`)) }
		took := func(messages int) time.Duration {
			begun := time.Now()
			for range messages {
				say()
			}
			return time.Since(begun)
		}
		if d := took(50); d > 0 {
			t.Errorf("50 refusals took %v", d)
		}
		if d := took(20); d != 20*50*time.Millisecond {
			t.Errorf("20 more took %v", d)
		}
		say = func() { says.Refuse(link.Binary, "") }
		if d := took(20); d != 20*50*time.Millisecond {
			t.Errorf("20 frames that cannot be read took %v", d)
		}
		for range 2 { // what is acknowledged is kept until the next time
			says.Pong(says.Beat())
			conn.take(t)
		}
		if d := took(20); d > 0 || conn.why() != protocol.EndUnset {
			t.Errorf("once these were taken, 20 took %v, and the connection: %v", d, conn.why())
		}
	})
}
