package session

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/hub"
	"beckon/internal/ice"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/replay"
	"beckon/internal/share"
)

// cut is the end of a connection that nobody meant.
var cut = link.End{Why: protocol.EndConnectionLost}

func (b bench) openV1(t *testing.T, say ...string) (*fakeConn, link.Receiver) {
	t.Helper()
	conn := new(fakeConn)
	r := talker{b.AcceptV1(conn)}
	for _, s := range say {
		r.Text([]byte(s))
	}
	return conn, r
}

// resumeAs logs in with a session.
func resumeAs(name, session string, received string) string {
	return `{"type":"login","name":"` + name + `","session":"` + session + `","received":` + received + `}`
}

// tokenIn finds the session in a login reply.
func tokenIn(t *testing.T, reply string) string {
	t.Helper()
	_, rest, found := strings.Cut(reply, `"session":"`)
	token, _, closed := strings.Cut(rest, `"`)
	if !found || !closed || len(token) < 22 {
		t.Fatalf("no session in %s", reply)
	}
	return token
}

func newV1Bench(backlog replay.Limits) bench {
	b := newBench(zerolog.InfoLevel)
	if all := (share.Tally{Bytes: backlog.Bytes, Frames: backlog.Frames}); backlog.Others == (share.Limits{}) {
		backlog.Others = share.Limits{All: all, One: all}
	}
	ids := 0
	b.Server = NewServer(Options{
		Hub:          hub.New(hub.Options{NewID: func() string { ids++; return "id" + string(rune('0'+ids)) }}),
		ICE:          ice.NewStatic(nil),
		LoginTimeout: time.Minute,
		ResumeWindow: 15 * time.Second,
		Backlog:      backlog,
		Log:          b.Server.opts.Log,
	})
	return b
}

var roomy = replay.Limits{Bytes: 1 << 20, Frames: 100, WindowBytes: 1 << 20, WindowFrames: 1000}

func offer(to, payload string) []byte {
	return []byte(`{"type":"offer","name":"` + to + `","offer":` + payload + `}`)
}

func offered(from, payload string) string {
	return `{"type":"offer","name":"` + from + `","offer":` + payload + `}`
}

// settle lets every presence window end.
func settle() {
	time.Sleep(time.Second)
	synctest.Wait()
}

func TestAResumedSessionGetsWhatItMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(roomy)
		ana, anaSays := b.openV1(t, login("Ana"))
		reply := strings.TrimPrefix(ana.take(t), greeting+"\n")
		token := tokenIn(t, reply)
		if !strings.HasSuffix(reply, `"resumed":false,"resumeWindow":15}`) {
			t.Errorf("reply %s", reply)
		}
		bob, bobSays := b.openV1(t, login("Bob"))
		bobSays.Text(offer("Ana", "1"))
		bobSays.Text(offer("Ana", "2"))
		expect(t, ana, `{"type":"presence","joined":[{"id":"id2","userName":"Bob"}],"left":[]}`, offered("Bob", "1"), offered("Bob", "2"))
		bob.take(t)
		anaSays.Closed(cut)
		bobSays.Text(offer("Ana", "3"))
		b.openV1(t, login("Eve"))
		settle()
		expect(t, bob, `{"type":"presence","joined":[{"id":"id3","userName":"Eve"}],"left":[]}`)

		again, againSays := b.openV1(t, resumeAs("ANA", token, "2")) // the second offer was lost in the cut
		frames := strings.Split(again.take(t), "\n")
		if len(frames) != 3 || frames[2] != offered("Bob", "2") || tokenIn(t, frames[1]) != token || !strings.Contains(frames[1], `"id":"id1","name":"Ana"`) ||
			!strings.Contains(frames[1], `"resumed":true`) || !strings.Contains(frames[1], `"userName":"Bob"`) || !strings.Contains(frames[1], `"userName":"Eve"`) {
			t.Errorf("resumed with %q", frames)
		}
		againSays.Pong(again.ping(t))
		expect(t, again, offered("Bob", "3"))
		settle()
		expect(t, bob)
		expect(t, again)
	})
}

func TestASessionEndsAfterItsWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(roomy)
		bob, _ := b.openV1(t, login("Bob"))
		ana, anaSays := b.openV1(t, login("Ana"))
		token := tokenIn(t, ana.take(t))
		settle()
		bob.take(t)
		anaSays.Closed(cut)
		time.Sleep(14 * time.Second)
		synctest.Wait()
		expect(t, bob)
		settle()
		settle()
		expect(t, bob, `{"type":"presence","joined":[],"left":[{"id":"id2","userName":"Ana"}]}`)
		again, _ := b.openV1(t, resumeAs("Ana", token, "0"))
		if got := again.take(t); !strings.Contains(got, `"resumed":false`) || tokenIn(t, got) == token {
			t.Errorf("after the window: %s", got)
		}
	})
}

func TestAClientThatMeansToGoIsGone(t *testing.T) {
	for _, code := range []int{1000, 1001, 1005} {
		b := newV1Bench(roomy)
		ana, says := b.openV1(t, login("Ana"))
		token := tokenIn(t, ana.take(t))
		says.Closed(link.End{Why: protocol.EndClientClosed, Code: code})
		again, _ := b.openV1(t, resumeAs("Ana", token, "0"))
		if got := again.take(t); !strings.Contains(got, `"resumed":false`) {
			t.Errorf("after close code %d: %s", code, got)
		}
	}
	b := newV1Bench(roomy)
	ana, says := b.openV1(t, login("Ana"))
	token := tokenIn(t, ana.take(t))
	says.Closed(link.End{Why: protocol.EndClientClosed, Code: 4000})
	again, _ := b.openV1(t, resumeAs("Ana", token, "0"))
	if got := again.take(t); !strings.Contains(got, `"resumed":true`) {
		t.Errorf("after close code 4000: %s", got)
	}
}

func TestATakenOverSocketCanDoNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(roomy)
		bob, _ := b.openV1(t, login("Bob"))
		old, oldSays := b.openV1(t, login("Ana"))
		token := tokenIn(t, old.take(t))
		settle()
		bob.take(t)
		fresh, freshSays := b.openV1(t, resumeAs("Ana", token, "0"))
		if old.why() != protocol.EndTakenOver {
			t.Errorf("the old socket was ended by %s", old.why())
		}
		fresh.take(t)
		oldSays.Text(offer("Bob", "1"))
		oldSays.Text([]byte(`{"type":"leave"}`))
		oldSays.Text([]byte(`nonsense`))
		oldSays.Refuse(link.Binary, "")
		oldSays.Pong([]byte("0123456789abcdef"))
		oldSays.Closed(link.End{Why: protocol.EndClientClosed, Code: 1000})
		settle()
		expect(t, bob)
		expect(t, old)
		expect(t, fresh)
		freshSays.Text(offer("Bob", "2"))
		expect(t, bob, offered("Ana", "2"))
	})
}

func TestAnOldSocketCannotAcknowledge(t *testing.T) {
	b := newV1Bench(roomy)
	_, bobSays := b.openV1(t, login("Bob"))
	old, oldSays := b.openV1(t, login("Ana"))
	token := tokenIn(t, old.take(t))
	for _, payload := range []string{"1", "2", "3"} {
		bobSays.Text(offer("Ana", payload))
	}
	fresh, freshSays := b.openV1(t, resumeAs("Ana", token, "1"))
	fresh.take(t)
	if beat := oldSays.Beat(); beat != nil {
		t.Errorf("the old socket asks for an acknowledgement: % x", beat)
	}
	oldSays.Pong(fresh.ping(t))
	fresh.Flush()
	expect(t, fresh)
	freshSays.Pong(fresh.ping(t))
	expect(t, fresh, offered("Bob", "2"), offered("Bob", "3"))
}

func TestEachCutHasAWindowOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(roomy)
		ana, anaSays := b.openV1(t, login("Ana"))
		token := tokenIn(t, ana.take(t))
		for range 3 {
			anaSays.Closed(cut)
			time.Sleep(10 * time.Second)
			synctest.Wait()
			ana, anaSays = b.openV1(t, resumeAs("Ana", token, "0"))
			if got := ana.take(t); !strings.Contains(got, `"resumed":true`) {
				t.Fatalf("got %s", got)
			}
		}
	})
}

func TestNewsDoesNotFillTheBacklogOfTheAbsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(replay.Limits{Bytes: 1 << 20, Frames: 10, WindowBytes: 1 << 20, WindowFrames: 1000})
		ana, anaSays := b.openV1(t, login("Ana"))
		token := tokenIn(t, ana.take(t))
		anaSays.Closed(cut)
		for range 12 {
			_, says := b.openV1(t, login("Bob"))
			settle()
			says.Closed(link.End{Code: 1000})
		}
		again, _ := b.openV1(t, resumeAs("Ana", token, "0"))
		if got := again.take(t); !strings.Contains(got, `"resumed":true`) {
			t.Errorf("got %s", got)
		}
		again, _ = b.openV1(t, resumeAs("Ana", token, "0"), `{"type":"leave"}`)
		again.take(t)
		if kept := len(b.sessions.byToken); kept != 0 {
			t.Errorf("%d sessions kept after their end", kept)
		}
	})
}

func TestOnlyTheRightUserResumes(t *testing.T) {
	b := newV1Bench(roomy)
	ana, anaSays := b.openV1(t, login("Ana"))
	token := tokenIn(t, ana.take(t))
	anaSays.Closed(cut)
	for say, want := range map[string]string{
		resumeAs("Ana", "wrong", "0"): `"code":"name_taken"`,
		login("Ana"):                  `"code":"name_taken"`,
		resumeAs("Bob", token, "0"):   `"resumed":false`,
		`{"type":"login","name":"Ana","room":"den","session":"` + token + `"}`: `"resumed":false`,
	} {
		conn, _ := b.openV1(t, say)
		if got := conn.take(t); !strings.Contains(got, want) {
			t.Errorf("%s: got %s", say, got)
		}
	}
	again, _ := b.openV1(t, resumeAs("Ana", token, "0"))
	if got := again.take(t); !strings.Contains(got, `"resumed":true`) {
		t.Errorf("the right one: %s", got)
	}
}

// What is more than may wait for somebody who is away is refused to who sends it; the session goes on with the rest.
func TestAFullBacklogRefusesWhatIsMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(replay.Limits{Bytes: 1 << 20, Frames: 10, WindowBytes: 1 << 20, WindowFrames: 1000})
		bob, bobSays := b.openV1(t, login("Bob"))
		ana, anaSays := b.openV1(t, login("Ana"))
		token := tokenIn(t, ana.take(t))
		settle()
		bob.take(t)
		anaSays.Closed(cut)
		for range 11 {
			bobSays.Text(offer("Ana", "1"))
		}
		settle()

		expect(t, bob, busy)
		again, _ := b.openV1(t, resumeAs("Ana", token, "0"))
		if got := again.take(t); !strings.Contains(got, `"resumed":true`) || strings.Count(got, offered("Bob", "1")) != 10 {
			t.Errorf("got %s", got)
		}
	})
}

func TestACountThatCannotBeTrueIsAnOrdinaryLogin(t *testing.T) {
	b := newV1Bench(roomy)
	ana, anaSays := b.openV1(t, login("Ana"))
	token := tokenIn(t, ana.take(t))
	anaSays.Closed(cut)
	again, _ := b.openV1(t, resumeAs("Ana", token, "1"))
	if got := again.take(t); !strings.Contains(got, `"resumed":false`) || !strings.Contains(got, `"success":true`) {
		t.Errorf("got %s", got)
	}
}

func TestPresenceComesInBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(roomy)
		ana, _ := b.openV1(t, login("Ana"))
		ana.take(t)
		_, bobSays := b.openV1(t, login("Bob"))
		b.openV1(t, login("Eve"))
		bobSays.Text([]byte(`{"type":"leave"}`))
		time.Sleep(batchWindow - time.Millisecond)
		synctest.Wait()
		expect(t, ana)
		settle()
		expect(t, ana, `{"type":"presence","joined":[{"id":"id3","userName":"Eve"}],"left":[]}`)
	})
}
