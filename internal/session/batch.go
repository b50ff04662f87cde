package session

import (
	"beckon/internal/frame"
	"beckon/internal/hub"
	"beckon/internal/protocol"
)

// The forms of presence in batches.
type (
	batchForm    struct{} // the frame of one run
	arrivalsForm struct{} // what the frames of its ends have in common
)

// batchOf is the frame of n in parts, or nil where the changes come to nothing.
func batchOf(n *hub.News) [][]byte { return hub.Encoded(n, batchForm{}, newBatch) }

// newBatch makes a frame. When many log in to a room at once, each is due all who came behind: then the long part
// is shared.
func newBatch(n *hub.News) [][]byte {
	const many = 64 // users: of fewer, a copy costs less than another part
	head := make([]byte, frame.MaxHeader)
	if longest, skip := n.Longest(); longest != n && len(n.Changes) >= many {
		arrivals := hub.Encoded(longest, arrivalsForm{}, newArrivals)
		if parts := arrivals.Presence(head, skip); parts != nil {
			frame.SealParts(frame.Text, parts)
			return parts
		}
	}
	buf := protocol.AppendPresence(head, n.Changes)
	if len(buf) == frame.MaxHeader {
		return nil
	}
	return [][]byte{frame.Seal(frame.Text, buf)}
}

func newArrivals(n *hub.News) *protocol.Arrivals { return protocol.NewArrivals(n.Changes) }
