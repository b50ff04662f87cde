package session

import (
	"bytes"

	"beckon/internal/frame"
	"beckon/internal/hub"
	"beckon/internal/protocol"
)

// batches are the frames that tell of a hub.Batch in beckon.v1: one for all members who know equally much of it.
type batches struct {
	changes  []protocol.Change
	frames   map[int][][]byte   // in parts, by how many changes come before; nil for one that says nothing
	arrivals *protocol.Arrivals // of changes; nil until somebody needs it
}

// batchFrame is the frame that tells of b but for its first skip changes, or nil where these come to nothing.
func batchFrame(b *hub.Batch, skip int) [][]byte {
	shared := hub.Encoded(b, (*batches)(nil), newBatches)
	parts, known := shared.frames[skip]
	if !known {
		parts = shared.encode(skip)
		shared.frames[skip] = parts
	}
	return parts
}

func newBatches(changes []protocol.Change) *batches {
	return &batches{changes: changes, frames: make(map[int][][]byte, 1)}
}

// encode makes a frame. When many log in to a room at once, each is due all who came behind: then the long part
// is shared.
func (b *batches) encode(skip int) [][]byte {
	const many = 64 // users: of fewer, a copy costs less than another part
	head := make([]byte, frame.MaxHeader)
	if skip > 0 && len(b.changes)-skip >= many {
		if b.arrivals == nil {
			b.arrivals = protocol.NewArrivals(b.changes)
		}
		if parts := b.arrivals.Presence(head, skip); parts != nil {
			frame.SealParts(frame.Text, parts)
			return parts
		}
	}
	buf := protocol.AppendPresence(head, b.changes[skip:])
	if len(buf) == frame.MaxHeader {
		return nil
	}
	return [][]byte{frame.Seal(frame.Text, buf)}
}

// whole is a frame in one piece: a copy only where there are several.
func whole(parts [][]byte) []byte {
	if len(parts) == 1 {
		return parts[0]
	}
	return bytes.Join(parts, nil)
}
