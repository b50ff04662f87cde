package session

import (
	"sync"

	"beckon/internal/frame"
	"beckon/internal/hub"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/share"
)

// plainSink is the hub.Sink of one login in the plain dialect: one frame for each presence change. Its connection may
// outlast the login, and go on with another one.
type plainSink struct {
	conn link.Conn // static

	mu   sync.Mutex
	over bool // whether the user has logged out: what others send comes too late; guarded by mu
}

// Signal is hub.Sink.
func (p *plainSink) Signal(s hub.Signal, from share.Source) (taken bool) {
	f := relayFrame(s)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.over:
		return true // as if it were still on its way
	case from == nil:
		p.conn.Enqueue(f)
		return true
	default:
		return p.conn.Offer(f, from)
	}
}

// Presence is hub.Sink.
func (p *plainSink) Presence(b *hub.Batch, skip int) (taken bool) {
	f := plainPresence(b, skip)
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.over || p.conn.Offer(f, nil)
}

// finish makes sure that nothing is taken any more.
func (p *plainSink) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
}

// finished tells whether the user has logged out.
func (p *plainSink) finished() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.over
}

// Behind is hub.Sink.
func (p *plainSink) Behind() bool { return p.conn.Behind() }

// Flush is hub.Sink.
func (p *plainSink) Flush() { p.conn.Flush() }

// End is hub.Sink. The user leaves when the connection's reader has taken notice.
func (p *plainSink) End(why protocol.Ending) { p.conn.Close(why) }

var _ hub.Sink = (*plainSink)(nil)

func (p *plainSink) dialect() protocol.Dialect { return protocol.Plain }
func (p *plainSink) connection() link.Conn     { return p.conn }

// dismiss is seat. The user leaves when the connection's reader has taken notice.
func (p *plainSink) dismiss() bool {
	if p.finished() {
		return false // the connection may be another user's by now
	}
	p.conn.Close(protocol.EndDismissed)
	return true
}

var _ seat = (*plainSink)(nil)

// plainPresence is the frames that tell of b but for its first skip changes, in one slice that all share.
func plainPresence(b *hub.Batch, skip int) []byte {
	all := hub.Encoded(b, (*plainRun)(nil), newPlainRun)
	return all.frames[all.starts[skip]:]
}

// plainRun is the frames of a run of changes.
type plainRun struct {
	frames []byte
	starts []int // where those of each change begin
}

func newPlainRun(changes []protocol.Change) *plainRun {
	const aboutOne = 128 // bytes
	r := &plainRun{frames: make([]byte, 0, aboutOne*len(changes)), starts: make([]int, 0, len(changes))}
	var message []byte
	add := func(typ string, c protocol.Change) {
		message = c.AppendUser(message[:0], typ)
		r.frames = append(frame.AppendHeader(r.frames, frame.Text, len(message)), message...)
	}
	for _, c := range changes {
		r.starts = append(r.starts, len(r.frames))
		if !c.Left {
			add("updateUsers", c)
			continue
		}
		add("leave", c)
		add("removeUser", c)
	}
	return r
}

// relayFrame is the frame of a relayed message, in one allocation.
func relayFrame(s hub.Signal) []byte {
	const punctuation = 64
	size := frame.MaxHeader + punctuation + len(s.From) + len(s.Payload) + len(s.Call)
	return frame.Seal(frame.Text, protocol.AppendRelayed(make([]byte, frame.MaxHeader, size), s))
}
