package session

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"beckon/internal/link"
	"beckon/internal/replay"
)

// TestNothingIsLostOrDoubled lets a client's connection be cut, resumed and taken over at any moment, frames
// be lost with it, sessions be ended since there is no room for them, and time pass, and looks at what the client's
// program saw.
func TestNothingIsLostOrDoubled(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) life {
			return life{
				what: rapid.SampledFrom(strings.Fields("send send send news arrive arrive pong cut resume takeover lateClose crowd wait")).Draw(t, "what"),
				n:    rapid.IntRange(1, 8).Draw(t, "n"),
			}
		}), 1, 80).Draw(rt, "steps")
		synctest.Test(t, func(t *testing.T) {
			p := newPair(t)
			for _, s := range steps {
				p.do(s)
			}
			p.do(life{what: "resume"})
			p.settle()
			if t.Failed() {
				t.Logf("steps: %+v", steps)
			}
		})
	})
}

// waitingBound is what may be kept of Ana's while she is away: a few messages.
const waitingBound = 1000

type life struct {
	what string
	n    int
}

// pair is Bob, who sends numbers, and Ana, whose connections fail.
type pair struct {
	t    *testing.T
	b    bench
	says link.Receiver // Bob
	bob  *fakeConn
	eve  link.Receiver // comes and goes

	conn     *fakeConn // Ana's connection, nil after a cut
	ana      link.Receiver
	old      []link.Receiver // those that were taken over
	token    string
	received int
	flight   []string // what is under way to Ana
	cutAt    time.Time
	sent     int // the newest number that was taken
	seen     int // the newest that Ana saw
}

func newPair(t *testing.T) *pair {
	p := &pair{t: t, b: newV1Bench(replay.Limits{Bytes: 1 << 20, Frames: 10_000, WindowBytes: 1 << 20, WindowFrames: 1000})}
	p.b.waiting.bound = waitingBound
	p.bob, p.says = p.b.openV1(t, login("Bob"))
	p.connect(false)
	return p
}

func (p *pair) connect(resumable bool) {
	say := login("Ana")
	if p.token != "" {
		say = resumeAs("Ana", p.token, fmt.Sprint(p.received))
	}
	p.conn, p.ana = p.b.openV1(p.t, say)
	reply := strings.Split(p.conn.take(p.t), "\n")
	if resumed := strings.Contains(reply[1], `"resumed":true`); resumed != resumable {
		p.t.Fatalf("resumed: %v, want %v: %s", resumed, resumable, reply[1])
	}
	if !resumable {
		p.seen = p.sent // what was under way is lost, and Bob is told that Ana left
	}
	p.flight = reply[1:]
	if !resumable {
		p.arrive(1) // a client that never saw its token can only wait for its name
	}
}

func (p *pair) do(s life) {
	switch s.what {
	case "send":
		p.send()
	case "news":
		p.news()
	case "arrive":
		p.arrive(s.n)
	case "pong":
		if p.conn != nil && len(p.conn.pings) > 0 && len(p.flight) == 0 {
			p.ana.Pong(p.conn.pings[len(p.conn.pings)-1])
		}
	case "cut":
		if p.conn != nil {
			p.cut()
		}
	case "resume":
		if p.conn == nil {
			p.connect(time.Since(p.cutAt) < 15*time.Second)
		}
	case "takeover":
		if p.conn != nil {
			p.old = append(p.old, p.ana)
			p.connect(p.token != "")
		}
	case "lateClose":
		for _, old := range p.old {
			old.Closed(link.End{Code: 1000})
		}
		p.old = nil
	case "crowd":
		p.crowd()
	case "wait":
		time.Sleep(time.Duration(s.n) * 2 * time.Second)
		synctest.Wait()
	}
	p.count()
}

// cut ends Ana's connection, and her session if it holds more than there is room for.
func (p *pair) cut() {
	held, _ := p.kept()
	p.ana.Closed(cut)
	p.conn, p.flight, p.cutAt = nil, nil, time.Now()
	_, s := p.kept()
	if tooMuch := held > waitingBound; tooMuch != (s == nil) {
		p.t.Fatalf("with %d bytes, Ana's session is over: %v", held, !tooMuch)
	}
	if s == nil {
		p.cutAt = time.Time{}
	}
}

// crowd has somebody of Ana's address log in, which then has one user too many: if Ana is away her session ends.
func (p *pair) crowd() {
	if p.eve != nil {
		return
	}
	conn, zoe := p.b.openV1(p.t)
	conn.maxUsers = 2
	zoe.Text([]byte(login("Zoe")))
	zoe.Closed(link.End{Code: 1000})
	if p.conn == nil {
		p.cutAt = time.Time{}
	}
	settle()
}

// kept is Ana's session and what it holds; nil if it is over.
func (p *pair) kept() (held int, s *resumable) {
	p.b.sessions.mu.Lock()
	defer p.b.sessions.mu.Unlock()
	for _, s := range p.b.sessions.byToken {
		if s.member.User.Name == "Ana" {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.log.Held(), s
		}
	}
	return 0, nil
}

// count checks what is counted for those who are away.
func (p *pair) count() {
	held, s := p.kept()
	if p.conn != nil {
		held, s = 0, nil
	}
	if bytes, sessions := p.b.waiting.bytes.Load(), p.b.waiting.sessions.Load(); bytes != int64(held) || (sessions == 1) != (s != nil) {
		p.t.Fatalf("counted %d bytes of %d sessions, held are %d", bytes, sessions, held)
	}
	if held > waitingBound {
		p.t.Fatalf("%d bytes are held of one who is away", held)
	}
}

func (p *pair) send() {
	p.bob.take(p.t)
	p.says.Text(offer("Ana", fmt.Sprint(p.sent+1)))
	switch told := p.bob.take(p.t); {
	case strings.Contains(told, "unknown_user"):
	case strings.Contains(told, "recipient_busy") && p.conn == nil:
	default:
		p.sent++
	}
}

// news makes Ana hear of somebody.
func (p *pair) news() {
	if p.eve == nil {
		_, p.eve = p.b.openV1(p.t, login("Eve"))
	} else {
		p.eve.Closed(link.End{Code: 1000})
		p.eve = nil
	}
	settle()
}

func (p *pair) arrive(n int) {
	if p.conn == nil {
		return
	}
	p.flight = append(p.flight, strings.Fields(p.conn.take(p.t))...)
	for ; n > 0 && len(p.flight) > 0; n-- {
		p.take(p.flight[0])
		p.flight = p.flight[1:]
	}
}

// take is Ana's program getting a frame.
func (p *pair) take(f string) {
	if strings.Contains(f, `"type":"login"`) {
		p.token, p.received = tokenIn(p.t, f), 0
		return
	}
	p.received++
	var n int
	if _, err := fmt.Sscanf(f, `{"type":"offer","name":"Bob","offer":%d}`, &n); err != nil {
		return
	}
	if p.seen++; n != p.seen {
		p.t.Fatalf("Ana saw %d where %d was due", n, p.seen)
	}
}

func (p *pair) settle() {
	for range 3 {
		p.arrive(len(p.flight) + p.sent + 100)
		if beat := p.ana.Beat(); beat != nil {
			p.ana.Pong(beat)
		}
	}
	p.arrive(p.sent + 100)
	if p.seen != p.sent {
		p.t.Fatalf("Ana saw up to %d of %d", p.seen, p.sent)
	}
}
