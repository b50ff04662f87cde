package session

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beckon/internal/replay"
)

// away logs somebody in and cuts the connection. It returns the session's token.
func (b bench) away(t *testing.T, name string) (token string) {
	t.Helper()
	conn, says := b.openV1(t, login(name))
	token = tokenIn(t, conn.take(t))
	says.Closed(cut)
	return token
}

// comesBack tells whether somebody can resume a session.
func (b bench) comesBack(t *testing.T, name, token string) bool {
	t.Helper()
	conn, _ := b.openV1(t, resumeAs(name, token, "0"))
	return strings.Contains(conn.take(t), `"resumed":true`)
}

// What all who are away may hold is bounded; while that is used up, each may have an equal part, which nobody can take
// from it.
func TestWhatWaitsForAllTogetherIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, seen := newWatchedBench(roomy)
		const bound = 8000
		b.waiting.bound = bound
		bob, bobSays := b.openV1(t, login("Bob"))
		fill := func(name string) (taken int) {
			bob.take(t)
			for range 99 {
				if bobSays.Text(offer(name, `"`+strings.Repeat("x", 300)+`"`)); bob.take(t) != "" {
					return taken
				}
				taken++
			}
			t.Errorf("%s has room for everything", name)
			return taken
		}
		weigh := replay.Weight(len(offered("Bob", `"`+strings.Repeat("x", 300)+`"`)) + len("head"))
		first := b.away(t, "Ana")
		if got, want := fill("Ana"), bound/weigh; got != want {
			t.Errorf("one who is away alone is kept %d messages, want %d", got, want)
		}
		b.away(t, "Cem")
		if got, want := fill("Cem"), bound/2/weigh; got != want {
			t.Errorf("one of two is kept %d messages, want %d", got, want)
		}
		if got := fill("Ana"); got != 0 {
			t.Errorf("who holds more than its part is kept %d messages more", got)
		}
		seen.expect(t, "failed recipient_busy 3, login joined 3, passed offer 27, relayed 27, waiting 2")
		if !b.comesBack(t, "Ana", first) {
			t.Error("Ana does not come back")
		}
		if got, want := fill("Cem"), bound/weigh-bound/2/weigh; got != want {
			t.Errorf("when there is room again, one is kept %d messages, want %d", got, want)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if bytes, sessions := b.waiting.bytes.Load(), b.waiting.sessions.Load(); bytes != 0 || sessions != 0 {
			t.Errorf("in the end %d bytes of %d sessions are counted", bytes, sessions)
		}
	})
}

// Where there is no room, a session that would have to wait with more than its part ends, as the log tells; one with
// less does not.
func TestASessionThatHoldsTooMuchDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, seen := newWatchedBench(roomy)
		b.waiting.bound = 2000
		_, bobSays := b.openV1(t, login("Bob"))
		var tokens []string
		for n, messages := range []int{1, 4, 8, 1} {
			name := fmt.Sprint("Ana ", n)
			conn, says := b.openV1(t, login(name))
			tokens = append(tokens, tokenIn(t, conn.take(t)))
			for range messages {
				bobSays.Text(offer(name, `"`+strings.Repeat("x", 200)+`"`))
			}
			says.Closed(cut)
		}
		seen.expect(t, "login joined 5, over waiting_bytes 1, passed offer 14, relayed 14, waiting 3")
		if log := b.log.String(); !strings.Contains(log, `"user":"Ana 2","session":"id4","outcome":"waiting_bytes","message":"session end"`) {
			t.Errorf("the log says %s", log)
		}
		for n, token := range tokens {
			if got := b.comesBack(t, fmt.Sprint("Ana ", n), token); got != (n != 2) {
				t.Errorf("%d comes back: %v", n, got)
			}
		}
	})
}

// Who is connected has nothing to do with it.
func TestWhoIsConnectedIsNotBoundByWhatWaits(t *testing.T) {
	b, seen := newWatchedBench(roomy)
	b.waiting.bound = 1
	b.openV1(t, login("Ana"))
	_, bobSays := b.openV1(t, login("Bob"))
	for range 50 {
		bobSays.Text(offer("Ana", "1"))
	}
	seen.expect(t, "login joined 2, passed offer 50, relayed 50")
}

// Presence that a client has not been sent when its connection breaks will never be: it takes no room.
func TestPresenceDoesNotWaitForWhoIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(replay.Limits{Bytes: 1 << 20, Frames: 100, WindowBytes: 1, WindowFrames: 100})
		_, anaSays := b.openV1(t, login("Ana"))
		want := 0
		for _, name := range []string{"Bob", "Cem", "Dan"} {
			_, says := b.openV1(t, login(name))
			says.Text(offer("Ana", "1"))
			want += replay.Weight(len("head") - 2 + len(offered(name, "1")))
		}
		anaSays.Closed(cut)
		if got := b.waiting.bytes.Load(); got != int64(want) {
			t.Errorf("%d bytes are counted, want %d", got, want)
		}
	})
}
