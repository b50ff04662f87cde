package wsconn

import (
	"beckon/internal/fault"
	"beckon/internal/link"
	"beckon/internal/protocol"
)

// caught ends the connection, whose client is told so, if value says that there was a fault.
func (c *Conn) caught(where fault.Place, value any) bool {
	if !fault.Caught(c.server.opts.Faults, where, value) {
		return false
	}
	c.endBecause(protocol.EndFault)
	return true
}

// caughtWriting is deferred where frames are queued and written, for whomever: a fault there costs the connection whose
// frames they are. Half of one may be out, so that no close frame can follow.
func (c *Conn) caughtWriting() {
	if fault.Caught(c.server.opts.Faults, fault.Flusher, recover()) {
		c.out.fail(protocol.EndFault)
	}
}

// begin makes the connection's Receiver. After a fault there is none, and the connection has ended.
func (c *Conn) begin(accept link.Accept) {
	defer func() { c.caught(fault.Reader, recover()) }()
	receiver := accept(c)
	c.receiver = receiver
	c.beginHeartbeat()
}
