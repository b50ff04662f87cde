package session

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/replay"
	"beckon/internal/share"
)

// tally is an Observer that counts what it is told, by the words of it.
type tally struct {
	mu      sync.Mutex
	counts  map[string]int
	slowest time.Duration // of what was relayed
}

func (n *tally) add(what string, more int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.counts == nil {
		n.counts = make(map[string]int)
	}
	n.counts[what] += more
	if n.counts[what] == 0 {
		delete(n.counts, what)
	}
}

func (n *tally) Message(t protocol.Type, bytes int) { n.add("message "+t.String(), bytes) }
func (n *tally) Passed(t protocol.Type)             { n.add("passed "+t.String(), 1) }
func (n *tally) Failed(code protocol.Code)          { n.add("failed "+string(code), 1) }
func (n *tally) LoggedIn(how LoginOutcome)          { n.add("login "+how.String(), 1) }
func (n *tally) LoginSlowed()                       { n.add("login slowed", 1) }
func (n *tally) Resumed(how ResumeOutcome)          { n.add("resume "+how.String(), 1) }
func (n *tally) Waiting(more int)                   { n.add("waiting", more) }
func (n *tally) SessionOver(how SessionEnd)         { n.add("over "+how.String(), 1) }

func (n *tally) Relayed(took time.Duration) {
	n.add("relayed", 1)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.slowest = max(n.slowest, took)
}

// take returns what was counted since the last take, but for messages, which are asked for by name.
func (n *tally) take(messages bool) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var words []string
	for _, what := range slices.Sorted(maps.Keys(n.counts)) {
		if strings.HasPrefix(what, "message") == messages {
			words = append(words, fmt.Sprintf("%s %d", what, n.counts[what]))
			delete(n.counts, what)
		}
	}
	return strings.Join(words, ", ")
}

func (n *tally) expect(t *testing.T, want string) {
	t.Helper()
	if got := n.take(false); got != want {
		t.Errorf("counted %q, want %q", got, want)
	}
}

func newWatchedBench(backlog replay.Limits) (bench, *tally) {
	b := newV1Bench(backlog)
	seen := new(tally)
	b.Server.opts.Observer = seen
	return b, seen
}

func TestObserverHearsWhatIsSaid(t *testing.T) {
	b, seen := newWatchedBench(roomy)
	b.open(t, login("Ana"))
	_, says := b.open(t, `nonsense`, `{"type":"dance"}`, `{"type":"ice"}`, login("ana"), login("Bob"))
	seen.expect(t, "failed bad_json 1, failed name_taken 1, failed not_logged_in 1, failed unknown_type 1, login failed 1, login joined 2")
	seen.take(true)
	says.Text(offer("Ana", "1"))
	says.Text(offer("Eve", "1"))
	says.Text([]byte(`{"type":"leave","name":"Ana"}`))
	says.Text([]byte(`{"type":"leave"}`))
	says.Refuse(link.Binary, "")
	seen.expect(t, "failed bad_json 1, failed unknown_user 1, passed leave 1, passed offer 1, relayed 2")
	if got, want := seen.take(true), fmt.Sprintf("message leave %d, message offer %d", 29+16, 2*len(offer("Ana", "1"))); got != want {
		t.Errorf("counted %q, want %q", got, want)
	}
}

func TestObserverHearsOfSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, seen := newWatchedBench(replay.Limits{Bytes: 300, Frames: 100, WindowBytes: 300, WindowFrames: 100})
		ana, anaSays := b.openV1(t, login("Ana"))
		token := tokenIn(t, ana.take(t))
		_, bobSays := b.openV1(t, login("Bob"))
		seen.expect(t, "login joined 2")

		anaSays.Closed(cut)
		seen.expect(t, "waiting 1")
		b.openV1(t, resumeAs("Ana", token, "0"))
		seen.expect(t, "login resumed 1, resume resumed 1, waiting -1")
		_, anaSays = b.openV1(t, resumeAs("Ana", token, "0"))
		seen.expect(t, "login resumed 1, resume resumed 1")
		anaSays.Closed(cut)
		time.Sleep(16 * time.Second)
		synctest.Wait()
		seen.expect(t, "over expired 1")

		_, anaSays = b.openV1(t, resumeAs("Ana", token, "0"))
		seen.expect(t, "login joined 1, resume unknown 1")
		anaSays.Text([]byte(`{"type":"leave"}`))
		seen.expect(t, "over left 1")

		ana, _ = b.openV1(t, login("Ana"))
		token = tokenIn(t, ana.take(t))
		_, anaSays = b.openV1(t, resumeAs("Ana", token, "1000"))
		seen.expect(t, "login joined 2, over not_resumable 1, resume not_resumable 1")

		bobSays.Text(offer("Ana", `"`+strings.Repeat("x", 200)+`"`))
		bobSays.Text(offer("Ana", `"`+strings.Repeat("x", 200)+`"`))
		synctest.Wait()
		seen.expect(t, "failed recipient_busy 1, passed offer 1, relayed 1")
		for range 10 {
			anaSays.Text([]byte(`{"type":"ping","data":"and reads no answer"}`))
		}
		synctest.Wait()
		seen.expect(t, "over backlog_overflow 1")
	})
}

func TestRelayLatencyIsOfTheMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, seen := newWatchedBench(roomy)
		slow := &slowConn{delay: 3 * time.Millisecond}
		b.AcceptPlain(slow).Text([]byte(login("Ana")))
		_, says := b.open(t, login("Bob"))
		says.Text(offer("Ana", "1"))
		if seen.slowest != slow.delay {
			t.Errorf("took %v, want %v", seen.slowest, slow.delay)
		}
	})
}

// slowConn is a connection whose Flush takes its time.
type slowConn struct {
	fakeConn
	delay time.Duration
}

func (s *slowConn) Flush() { time.Sleep(s.delay) }

// quietConn throws everything away.
type quietConn struct{ link.Conn }

func (*quietConn) Enqueue([]byte)                  {}
func (*quietConn) EnqueueParts([][]byte)           {}
func (*quietConn) Offer([]byte, share.Source) bool { return true }
func (*quietConn) Behind() bool                    { return false }
func (*quietConn) Flush()                          {}
func (*quietConn) Source() share.Source            { return "" }
func (*quietConn) TakeLogin() time.Duration        { return 0 }
func (*quietConn) Quota() (any, int)               { return "", 0 }
func (*quietConn) RemoteAddr() string              { return "" }
func (*quietConn) Request() string                 { return "" }

// BenchmarkRelay is one message from its bytes to the recipient's outbox: one allocation, the recipient's frame.
func BenchmarkRelay(b *testing.B) {
	server := newBench(zerolog.Disabled).Server
	conn := &quietConn{}
	server.AcceptPlain(conn).Text([]byte(login("Ana")))
	says := server.AcceptPlain(conn)
	says.Text([]byte(login("Bob")))
	message := offer("Ana", "1")
	b.ReportAllocs()
	for b.Loop() {
		says.Text(message)
	}
}

func TestClosedSetsHaveLabels(t *testing.T) {
	sets := map[string][]string{}
	for _, v := range LoginOutcomes() {
		sets["login"] = append(sets["login"], v.String())
	}
	for _, v := range ResumeOutcomes() {
		sets["resume"] = append(sets["resume"], v.String())
	}
	for _, v := range SessionEnds() {
		sets["end"] = append(sets["end"], v.String())
	}
	for name, labels := range sets {
		if distinct := slices.Compact(slices.Sorted(slices.Values(labels))); len(distinct) != len(labels) {
			t.Errorf("%s: labels %q", name, labels)
		}
	}
}
