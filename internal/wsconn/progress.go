package wsconn

// way is how far a frame has come on its way to the client, in bytes of all that is sent on the connection.
type way struct {
	end int64 // where the frame ends
	at  int64 // how far the client's machine had come when that was last asked
	on  bool  // whether the frame was still under way then, and moved
}

// wayOfLast returns the way of the frame that was queued last.
func (o *outbox) wayOfLast() way { return way{end: o.all(), at: o.delivered()} }

// all is how many bytes have been queued.
func (o *outbox) all() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.total.Bytes + o.writer.all.Bytes + o.queued.all.Bytes
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
func (o *outbox) delivered() int64 { return o.written() - int64(o.unacknowledged()) }

func (o *outbox) written() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.total.Bytes + o.ahead
}

// wrote notes what the socket has taken from the flusher. TLS adds some to what it was given.
func (o *outbox) wrote(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ahead = min(o.ahead+int64(n), o.writer.all.Bytes)
}

// unacknowledged is how many bytes the system holds that have not come to the client's machine, 0 where it does not say.
// With TLS they are a few more than what was written.
func (o *outbox) unacknowledged() (bytes int) {
	raw := o.raw
	switch {
	case o.below != nil:
		raw = o.below.raw
	case raw == nil:
		raw = rawOf(socketBelow(o.conn.net))
	}
	if raw != nil {
		_ = raw.Control(func(fd uintptr) { bytes = held(int(fd)) }) // what fails here fails elsewhere, too
	}
	return bytes
}
