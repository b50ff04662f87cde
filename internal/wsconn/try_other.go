//go:build !linux && !darwin

package wsconn

import (
	"net"
	"syscall"
)

// rawOf returns nil: sockets are read and written by calls that block.
func rawOf(net.Conn) syscall.RawConn { return nil }

// readNow is not called without a rawOf.
func readNow(int, []byte) (int, error) { return 0, syscall.EAGAIN }

// attempt stands for a write that does not block, which this system's sockets do not offer.
type attempt struct{}

func newAttempt() *attempt { return new(attempt) }

// try writes nothing: all is left to the flusher.
func (o *outbox) try(*batch) error { return nil }

// held is not called without a rawOf.
func held(int) int { return 0 }
