package session

import (
	"beckon/internal/frame"
	"beckon/internal/hub"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/share"
)

// plainSink is the hub.Sink of a user who speaks the plain dialect: one frame for each presence change.
type plainSink struct {
	conn link.Conn
}

// Signal is hub.Sink.
func (p plainSink) Signal(s hub.Signal, from share.Source) (taken bool) {
	if from == nil {
		p.conn.Enqueue(relayFrame(s))
		return true
	}
	return p.conn.Offer(relayFrame(s), from)
}

// Presence is hub.Sink.
func (p plainSink) Presence(b *hub.Batch, skip int) (taken bool) {
	return p.conn.Offer(plainPresence(b, skip), nil)
}

// Behind is hub.Sink.
func (p plainSink) Behind() bool { return p.conn.Behind() }

// Flush is hub.Sink.
func (p plainSink) Flush() { p.conn.Flush() }

// End is hub.Sink. The user leaves when the connection's reader has taken notice.
func (p plainSink) End(why protocol.Ending) { p.conn.Close(why) }

var _ hub.Sink = plainSink{}

func (p plainSink) dialect() protocol.Dialect { return protocol.Plain }
func (p plainSink) connection() link.Conn     { return p.conn }

// dismiss is seat. The user leaves when the connection's reader has taken notice.
func (p plainSink) dismiss() bool {
	p.conn.Close(protocol.EndDismissed)
	return true
}

var _ seat = plainSink{}

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
