//go:build !linux && !darwin

package wsconn

// attempt stands for a write that does not block, which this system's sockets do not offer.
type attempt struct{}

func newAttempt() *attempt { return new(attempt) }

// try writes nothing: all is left to the flusher.
func (o *outbox) try(*batch) error { return nil }
