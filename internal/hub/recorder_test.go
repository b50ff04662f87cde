package hub

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"beckon/internal/protocol"
	"beckon/internal/share"
)

// recorder is a Sink that writes down what it is given, as words: "+ana" and "-ana" for presence, and
// "offer(ana):payload" for signals.
type recorder struct {
	mu      sync.Mutex
	heard   []string
	batches []*Batch
	flushes int
	behind  bool // what Behind says
	full    bool // whether nothing is taken
	asked   int  // how often it was offered presence
	ended   protocol.Ending
}

func (r *recorder) Signal(s Signal, from share.Source) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.full && from != nil {
		return false
	}
	r.heard = append(r.heard, fmt.Sprintf("%s(%s):%s", s.Type, s.From, s.Payload))
	return true
}

func (r *recorder) Presence(b *Batch, skip int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	if r.full {
		return false
	}
	r.batches = append(r.batches, b)
	for _, c := range b.Changes[skip:] {
		sign := "+"
		if c.Left {
			sign = "-"
		}
		r.heard = append(r.heard, sign+c.User.Name)
	}
	return true
}

func (r *recorder) Behind() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.behind
}

// lag says what Behind is to say.
func (r *recorder) lag(behind bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.behind = behind
}

func (r *recorder) Flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flushes++
}

func (r *recorder) End(why protocol.Ending) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = why
}

// why is how it was ended.
func (r *recorder) why() protocol.Ending {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

// fill says whether nothing is to be taken; then it is behind, too.
func (r *recorder) fill(full bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.full, r.behind = full, full
}

// take returns what was heard since the last take.
func (r *recorder) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	heard := strings.Join(r.heard, " ")
	r.heard = nil
	return heard
}

// all returns everything heard since the last take.
func (r *recorder) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.heard)
}

func counter() func() string {
	n := 0
	return func() string {
		n++
		return fmt.Sprint("id", n)
	}
}

// join logs in with a recorder and a window of 0, and is ready at once.
func join(t *testing.T, h *Hub, who string, change ...func(*Join)) (*Member, *recorder) {
	t.Helper()
	r := new(recorder)
	j := Join{Name: who, NameKey: strings.ToLower(who), Sink: r, Source: who, Presence: true, Window: window}
	for _, f := range change {
		f(&j)
	}
	m, _, err := h.Join(j)
	if err != nil {
		t.Fatal(err)
	}
	m.Ready()
	return m, r
}

func offer(payload string) Signal { return Signal{Type: protocol.Offer, Payload: []byte(payload)} }
