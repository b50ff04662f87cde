package hub

import "beckon/internal/protocol"

// Batch is a run of presence changes, oldest first. It is made once and told to many members, some of whom know its
// first changes already. It belongs to the call of Sink.Presence that brings it.
type Batch struct {
	Changes []protocol.Change // must not be changed

	encoded map[any]any // by form; guarded by the room's lock, which is held while sinks are told
}

// newBatch returns the changes from first up to end, which is left out.
func newBatch(first, end *change) *Batch {
	b := new(Batch)
	first.each(end, func(c *change) { b.Changes = append(b.Changes, *c.what) })
	return b
}

// Encoded returns what build made of b the first time that it was called for this form, which is a dialect's own:
// one encoding for all who are told. It may be called in Sink.Presence only.
func Encoded[T any](b *Batch, form any, build func([]protocol.Change) T) T {
	if t, ok := b.encoded[form].(T); ok {
		return t
	}
	if b.encoded == nil {
		b.encoded = make(map[any]any, 1)
	}
	t := build(b.Changes)
	b.encoded[form] = t
	return t
}
