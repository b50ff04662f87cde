package replay

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"beckon/internal/share"
)

var roomy = *open(Limits{Bytes: 1 << 20, Frames: 1000, WindowBytes: 1 << 20, WindowFrames: 1000})

// open leaves all of l to others.
func open(l Limits) *Limits {
	all := share.Tally{Bytes: l.Bytes, Frames: l.Frames}
	l.Others = share.Limits{All: all, One: all}
	return &l
}

func drain(l *Log) (frames []string) {
	for f := l.Next(); f != nil; f = l.Next() {
		frames = append(frames, string(f))
	}
	return frames
}

func expect(t *testing.T, l *Log, want ...string) {
	t.Helper()
	if got := drain(l); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWhatDidNotArriveComesAgain(t *testing.T) {
	l := New(&roomy)
	for _, f := range []string{"a", "b", "c"} {
		l.Add([]byte(f))
	}
	expect(t, l, "a", "b", "c")
	if err := l.Resume(1, true); err != nil {
		t.Fatal(err)
	}
	l.Spoken()
	expect(t, l, "b", "c")
}

func TestPresenceCountsButDoesNotComeAgain(t *testing.T) {
	l := New(&roomy)
	l.Add([]byte("a"))
	l.OfferPresence([]byte("+bob"))
	l.Add([]byte("b"))
	expect(t, l, "a", "+bob", "b")
	l.Resume(2, true)
	l.Spoken()
	expect(t, l, "b")
	if err := l.Resume(1, true); err != nil {
		t.Fatal(err)
	}
	expect(t, l)
}

// The client received two frames, resumed, and saw neither the reply nor what came behind it.
func TestALostReply(t *testing.T) {
	l := New(&roomy)
	for _, f := range []string{"a", "b", "c", "d", "e"} {
		l.Add([]byte(f))
	}
	drain(l)
	l.Resume(2, true)
	expect(t, l, "c") // a second frame would make the counts alike
	if l.Confirmed() {
		t.Fatal("confirmed by nothing")
	}
	l.Resume(2, true)
	expect(t, l, "c")
	l.Resume(1, true) // this reply was seen, and the frame behind it
	l.Spoken()
	expect(t, l, "d", "e")
}

// A frozen page answers pings without seeing anything: what it would then count twice is held back.
func TestAPongDoesNotSpeakForTheProgram(t *testing.T) {
	l := New(&roomy)
	for _, f := range []string{"a", "b", "c"} {
		l.Add([]byte(f))
	}
	drain(l)
	l.Resume(2, true)
	l.Add([]byte("d"))
	expect(t, l, "c")
	for range 3 {
		l.Acknowledge(l.AppendMark(nil))
		expect(t, l)
	}
	if err := l.Resume(2, true); err != nil {
		t.Fatalf("asleep all the time: %v", err)
	}
	expect(t, l, "c")
	if !l.Spoken() {
		t.Error("the first word is not told of")
	}
	expect(t, l, "d")
	if l.Spoken() {
		t.Error("the second word counts as the first")
	}
	if err := l.Resume(2, true); err != nil {
		t.Errorf("spoken, and 2 seen of 2: %v", err)
	}
}

// A client that promises nothing is known by its pongs, whatever it says.
func TestWithoutAPromiseAPongMustDo(t *testing.T) {
	l := New(&roomy)
	l.Add([]byte("a"))
	drain(l)
	l.Resume(1, false)
	l.Add([]byte("b"))
	if l.Spoken() {
		t.Error("a word counts that was not promised")
	}
	expect(t, l)
	l.Acknowledge(l.AppendMark(nil))
	expect(t, l, "b")
	if err := l.Resume(1, false); err != nil {
		t.Error(err)
	}
}

// What a program that went to sleep later has not seen is forgotten in the end: then nobody is left in doubt.
func TestAsleepWhileFramesAreAcknowledged(t *testing.T) {
	l := New(&roomy)
	for range 2 {
		l.Add([]byte("a"))
		drain(l)
		l.Acknowledge(l.AppendMark(nil))
	}
	if err := l.Resume(0, true); err != ErrCount {
		t.Errorf("nothing was seen of what is forgotten: %v", err)
	}
}

func TestWrongCounts(t *testing.T) {
	l := New(&roomy)
	l.Add([]byte("a"))
	l.Add([]byte("b"))
	drain(l)
	if err := l.Resume(3, true); err != ErrCount {
		t.Errorf("more than was sent: %v", err)
	}
	l.Acknowledge(l.AppendMark(nil))
	l.Add([]byte("c"))
	drain(l)
	l.Acknowledge(l.AppendMark(nil)) // now a and b are gone
	if err := l.Resume(1, true); err != ErrCount {
		t.Errorf("less than was acknowledged twice: %v", err)
	}
	if err := l.Resume(2, true); err != nil {
		t.Errorf("less than was acknowledged once: %v", err)
	}
}

func TestMarksOfOthersAreIgnored(t *testing.T) {
	l := New(&roomy)
	l.Add([]byte("a"))
	old := l.AppendMark(nil)
	drain(l)
	ahead := l.AppendMark(nil)
	l.Resume(0, false)
	for _, mark := range [][]byte{nil, []byte("hello"), old, ahead, append(ahead, 0)} {
		l.Acknowledge(mark)
	}
	expect(t, l, "a")
}

func TestMarksFromBeforeTheCutConfirmNothing(t *testing.T) {
	l := New(&roomy)
	l.Add([]byte("a"))
	drain(l)
	old := l.AppendMark(nil)
	l.Add([]byte("b"))
	l.Add([]byte("c"))
	drain(l)
	l.Resume(2, true)
	l.Add([]byte("d"))
	expect(t, l, "c")
	l.Acknowledge(old)
	if l.Confirmed() {
		t.Error("confirmed by a pong of the old socket")
	}
}

func TestMarksOutOfTheOrdinary(t *testing.T) {
	l := New(&roomy)
	l.Add([]byte("a"))
	drain(l)
	one := l.AppendMark(nil)
	l.Add([]byte("b"))
	drain(l)
	two := l.AppendMark(nil)
	forged := slices.Clone(two)
	forged[8] = 0xFF
	for _, mark := range [][]byte{two, one, forged, forged} {
		l.Acknowledge(mark)
	}
	if err := l.Resume(1, true); err != nil {
		t.Errorf("an older pong dropped frames: %v", err)
	}
}

func TestLimits(t *testing.T) {
	l := New(open(Limits{Bytes: 10, Frames: 4, WindowBytes: 100, WindowFrames: 100}))
	if err := l.Add(make([]byte, 11)); err != nil {
		t.Errorf("one long frame alone: %v", err)
	}
	if err := l.Add([]byte("x")); err != ErrFull {
		t.Errorf("behind a long frame: %v", err)
	}
	drain(l)
	l.Acknowledge(l.AppendMark(nil))
	for range 4 {
		if err := l.Add([]byte("x")); err != nil {
			t.Errorf("after an acknowledgement: %v", err)
		}
	}
	if l.OfferPresence([]byte("x")) {
		t.Error("a fifth frame")
	}
}

func TestTheWindow(t *testing.T) {
	l := New(open(Limits{Bytes: 1000, Frames: 100, WindowBytes: 10, WindowFrames: 3}))
	for range 8 {
		l.Add([]byte("12345"))
	}
	for want, left := 2, 8; left > 0; left -= want {
		if got := len(drain(l)); got != min(want, left) {
			t.Fatalf("%d frames of 5 bytes went, want %d", got, min(want, left))
		}
		if !l.WantsMark() {
			t.Fatal("no acknowledgement is asked for: nothing would go on")
		}
		l.Acknowledge(l.AppendMark(nil))
	}
	for range 5 {
		l.OfferPresence([]byte("x"))
	}
	if got := len(drain(l)); got != 3 {
		t.Errorf("%d frames went, want the 3 of the window", got)
	}
	if !l.WantsMark() {
		t.Error("no acknowledgement is asked for")
	}
}

func TestSentPresenceTakesNoBytes(t *testing.T) {
	l := New(open(Limits{Bytes: 10, Frames: 100, WindowBytes: 10, WindowFrames: 1000}))
	for range 50 {
		if !l.OfferPresence(make([]byte, 100)) {
			t.Fatal("refused")
		}
		drain(l)
	}
	if l.bytes != 0 || l.passing != 0 {
		t.Errorf("%d bytes, %d of presence", l.bytes, l.passing)
	}
}

// Presence that waits is bounded by itself: neither keeps the other out.
func TestPresenceThatWaitsIsBoundedInBytes(t *testing.T) {
	l := New(open(Limits{Bytes: 100, Frames: 1000, WindowBytes: 10, WindowFrames: 1000}))
	l.Add(make([]byte, 90))
	for i := range 10 {
		if !l.OfferPresence(make([]byte, 10)) {
			t.Fatalf("after %d", i)
		}
	}
	if l.OfferPresence([]byte("x")) {
		t.Error("100 bytes wait, and one more")
	}
	if err := l.Add(make([]byte, 10)); err != nil {
		t.Errorf("a frame of another kind: %v", err)
	}
	drain(l)
	l.Resume(1, true)
	if !l.OfferPresence(make([]byte, 100)) {
		t.Error("what waited was dropped")
	}
}

func TestPresenceThatPassesTakesNoRoom(t *testing.T) {
	l := New(open(Limits{Bytes: 10, Frames: 3, WindowBytes: 10, WindowFrames: 1000}))
	for range 50 {
		if !l.PassPresence() {
			t.Fatal("it has to wait, but for what?")
		}
	}
	if l.bytes != 0 || len(l.frames) != 0 {
		t.Errorf("%d bytes, %d frames", l.bytes, len(l.frames))
	}
	if err := l.Resume(50, true); err != nil {
		t.Errorf("all of it arrived: %v", err)
	}
}

// passing is how many frames of presence pass.
func passing(l *Log) (n int) {
	for l.PassPresence() {
		n++
	}
	return n
}

func TestPresenceWaitsForWhatIsBeforeIt(t *testing.T) {
	l := New(open(Limits{Bytes: 100, Frames: 100, WindowBytes: 10, WindowFrames: 3}))
	l.Add([]byte("a"))
	if l.PassPresence() {
		t.Error("it passed a frame that has not gone")
	}
	drain(l)
	if n := passing(l); n != 2 {
		t.Errorf("%d passed, of a window 3 frames wide", n)
	}
	l.Acknowledge(l.AppendMark(nil))
	if !l.PassPresence() {
		t.Error("the window was acknowledged")
	}
	l.Resume(2, true)
	if n := passing(l); n != 1 {
		t.Errorf("%d passed: a second one would make the counts alike", n)
	}
}

// What is kept until it is acknowledged is to be acknowledged soon; of presence nothing is.
func TestWhenMarksAreWanted(t *testing.T) {
	limits := *open(Limits{Bytes: 1 << 20, Frames: 1000, WindowBytes: 3200, WindowFrames: 320})
	for _, c := range []struct {
		name string
		add  func(l *Log) error
		want int // frames
	}{
		{"short frames", func(l *Log) error { return l.Add([]byte("x")) }, 10},
		{"long frames", func(l *Log) error { return l.Add(make([]byte, 60)) }, 2},
		{"presence that waits", func(l *Log) error { l.OfferPresence(make([]byte, 60)); return nil }, 160},
		{"presence", func(l *Log) error { l.PassPresence(); return nil }, 160},
	} {
		l := New(&limits)
		for range 2 {
			n := 0
			for !l.WantsMark() {
				if err := c.add(l); err != nil {
					t.Fatal(c.name, err)
				}
				drain(l)
				n++
			}
			if n != c.want {
				t.Errorf("%s: after %d, want %d", c.name, n, c.want)
			}
			l.Acknowledge(l.AppendMark(nil))
		}
	}
}

// TestExactReplay cuts a session wherever it can be cut, freezes the client's program while its library still
// answers pings, and looks at what the program saw: everything, in order, unless the session was given up,
// which is only for programs that froze after they had spoken.
func TestExactReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &wire{limits: roomy}
		w.limits.WindowBytes = rapid.SampledFrom([]int{1, 4, 1 << 20}).Draw(t, "window")
		w.limits.WindowFrames = rapid.SampledFrom([]int{1, 3, 1000}).Draw(t, "frames")
		w.begin()
		t.Repeat(map[string]func(*rapid.T){
			"send": func(t *rapid.T) {
				w.added++
				w.log.Add(fmt.Appendf(nil, "%d", w.added))
				w.send()
			},
			"presence": func(t *rapid.T) {
				if w.log.PassPresence() {
					w.flight = append(w.flight, packet{frame: []byte("presence")})
					return
				}
				w.log.OfferPresence([]byte("presence"))
				w.send()
			},
			"arrive": func(t *rapid.T) { w.arrive(rapid.IntRange(1, 5).Draw(t, "frames")) },
			"ping":   func(t *rapid.T) { w.flight = append(w.flight, packet{mark: w.log.AppendMark(nil)}) },
			"pong":   func(t *rapid.T) { w.answer() },
			"freeze": func(t *rapid.T) { w.frozen = w.frozen || rapid.IntRange(0, 9).Draw(t, "frozen") == 0 },
			"cut": func(t *rapid.T) {
				w.flight, w.pongs = nil, nil
				err := w.log.Resume(w.received, true)
				if err != nil && !w.wasFrozen {
					t.Fatal(err)
				}
				if err != nil {
					w.begin()
					return
				}
				w.connect()
			},
			"": func(t *rapid.T) {
				for i, f := range w.seen {
					if want := fmt.Sprint(w.lost + i + 1); f != want {
						t.Fatalf("the client saw %v after %d", w.seen, w.lost)
					}
				}
			},
		})
		if w.frozen {
			return
		}
		w.settle()
		if len(w.seen) != w.added-w.lost {
			t.Fatalf("the client saw %v of %d after %d", w.seen, w.added, w.lost)
		}
	})
}

// wire is a client and the socket between: frames, marks and login replies under way.
type wire struct {
	limits    Limits
	log       *Log
	added     int
	lost      int // what was sent in sessions that were given up
	flight    []packet
	pongs     [][]byte
	replied   bool   // the program saw the last reply, and speaks
	frozen    bool   // the program sees nothing; its library goes on
	wasFrozen bool   // since the session began, after it had spoken
	received  uint64 // by the program, since the last reply that it saw
	seen      []string
}

type packet struct {
	reply bool
	frame []byte
	mark  []byte
}

// begin is a login that begins a session.
func (w *wire) begin() {
	w.log, w.lost, w.seen, w.received = New(&w.limits), w.added, nil, 0
	w.frozen, w.wasFrozen = false, false
	w.connect()
	w.arrive(1)
}

func (w *wire) connect() {
	w.replied, w.frozen = false, false
	w.flight = append(w.flight, packet{reply: true}, packet{mark: w.log.AppendMark(nil)})
	w.send()
}

func (w *wire) send() {
	for f := w.log.Next(); f != nil; f = w.log.Next() {
		w.flight = append(w.flight, packet{frame: f})
	}
}

// answer brings the pongs to the server, and then what the program says.
func (w *wire) answer() {
	for _, mark := range w.pongs {
		w.log.Acknowledge(mark)
	}
	w.pongs = nil
	if w.replied {
		w.log.Spoken()
	}
	w.send()
}

func (w *wire) arrive(n int) {
	for ; n > 0 && len(w.flight) > 0; n-- {
		p := w.flight[0]
		w.flight = w.flight[1:]
		w.wasFrozen = w.wasFrozen || w.frozen && w.replied
		switch {
		case p.mark != nil:
			w.pongs = append(w.pongs, p.mark)
		case w.frozen: // nobody sees it
		case p.reply:
			w.received, w.replied = 0, true
		default:
			w.received++
			if string(p.frame) != "presence" {
				w.seen = append(w.seen, string(p.frame))
			}
		}
	}
}

// settle lets everything arrive, without another cut.
func (w *wire) settle() {
	for range w.added + 100 { // a window may be one frame wide
		w.flight = append(w.flight, packet{mark: w.log.AppendMark(nil)})
		w.arrive(len(w.flight))
		w.answer()
	}
	w.arrive(len(w.flight))
}

// Others fill no more of a log than is theirs, with what is acknowledged no more than with what waits.
func TestOthersDoNotFillTheLog(t *testing.T) {
	limits := Limits{Bytes: 400, Frames: 100, WindowBytes: 20, WindowFrames: 100}
	limits.Others = share.Of(share.Tally{Bytes: limits.Bytes, Frames: limits.Frames}, 25)
	l := New(&limits)
	fill := func(from string) (n int) {
		for l.Offer(make([]byte, 10), from) {
			n++
		}
		return n
	}
	if eve, ben := fill("eve"), fill("ben"); eve != 20 || ben != 10 {
		t.Errorf("%d frames of one source and %d of another, want two shares, 20, and the rest of three quarters, 10", eve, ben)
	}
	for range 10 {
		if err := l.Add(make([]byte, 10)); err != nil {
			t.Fatalf("the client's own, of which a quarter was left: %v", err)
		}
	}
	if err := l.Add([]byte("x")); err != ErrFull {
		t.Errorf("more than all: %v", err)
	}
	got := 0
	for range 60 { // one after the other is acknowledged, and what was is forgotten when there is need
		got += len(drain(l))
		l.Acknowledge(l.AppendMark(nil))
	}
	if got != 40 {
		t.Errorf("%d frames went, of 40", got)
	}
	if eve := fill("eve"); eve != 20 {
		t.Errorf("then %d frames of the first, want 20", eve)
	}
	for range 30 {
		drain(l)
		l.Acknowledge(l.AppendMark(nil))
	}
	l.OfferPresence([]byte("x"))
	l.Resume(0, false)
	if eve := fill("eve"); eve != 20 {
		t.Errorf("after a cut %d frames of the first, want 20", eve)
	}
}

// Frames of presence are bounded like those of others.
func TestPresenceLeavesFramesToTheClient(t *testing.T) {
	limits := Limits{Bytes: 400, Frames: 20, WindowBytes: 20, WindowFrames: 1}
	limits.Others = share.Of(share.Tally{Bytes: limits.Bytes, Frames: limits.Frames}, 25)
	l := New(&limits)
	n := 0
	for l.OfferPresence([]byte("x")) {
		n++
	}
	if n != 15 || l.Offer([]byte("x"), "eve") {
		t.Errorf("%d frames, want 15", n)
	}
	for range 5 {
		if err := l.Add([]byte("x")); err != nil {
			t.Error(err)
		}
	}
}

// Presence that has not been sent is let go of where nobody waits for it. All else is as it was.
func TestPresenceIsDropped(t *testing.T) {
	l := New(open(Limits{Bytes: 1000, Frames: 100, WindowBytes: 5, WindowFrames: 100}))
	offer := func(frame string) {
		if !l.Offer([]byte(frame), nil) {
			t.Fatalf("%s is refused", frame)
		}
	}
	present := func(frame string) {
		if !l.OfferPresence([]byte(frame)) {
			t.Fatalf("%s is refused", frame)
		}
	}
	present("came")
	offer("first")
	expect(t, l, "came", "first") // the window is full
	present("went")
	offer("second")
	present("came again")
	offer("third")
	before := l.Held()
	l.DropPresence()
	if got := before - l.Held(); got != Weight(len("went"))+Weight(len("came again")) {
		t.Errorf("%d bytes less are held", got)
	}
	held := Weight(0) + Weight(len("first")) + Weight(len("second")) + Weight(len("third"))
	if l.DropPresence(); l.Held() != held {
		t.Errorf("%d bytes are held, want %d", l.Held(), held)
	}
	if err := l.Resume(1, false); err != nil {
		t.Fatal(err)
	}
	l.Acknowledge(l.AppendMark(nil))
	expect(t, l, "first")
	l.Acknowledge(l.AppendMark(nil))
	expect(t, l, "second")
	l.Acknowledge(l.AppendMark(nil))
	expect(t, l, "third")
}
