package wsconn

// way is how far a frame has come on its way to the client, in bytes of all that is sent on the connection.
type way struct {
	end int64 // where the frame ends
	at  int64 // how far the client's machine had come when that was last asked
	on  bool  // whether the frame was still under way then, and moved
}

// wayOfLast returns the way of the frame that was queued last.
func (o *outbox) wayOfLast() way {
	o.mu.Lock()
	end := o.total.Bytes + o.writer.all.Bytes + o.queued.all.Bytes
	o.mu.Unlock()
	return way{end: end, at: o.delivered()}
}

// nearer tells whether the frame has come nearer to the client since that was last asked, and was or is still under way.
// It is false of one that has been there for that long: who answers nothing then is to blame for it.
func (o *outbox) nearer(w *way) bool {
	before, was := w.at, w.on
	w.at = o.delivered()
	w.on = before < w.at && w.at < w.end
	return w.on || was && w.at >= w.end
}

// delivered is how many bytes have come to the client's machine, as far as this one knows.
func (o *outbox) delivered() int64 {
	o.mu.Lock()
	written := o.total.Bytes + o.ahead
	o.mu.Unlock()
	return written - o.unacknowledged()
}

// wrote notes what the flusher has written.
func (o *outbox) wrote(n int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ahead += n
}
