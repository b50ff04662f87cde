package wsconn

import (
	"time"

	"beckon/internal/fault"
	"beckon/internal/frame"
	"beckon/internal/protocol"
)

const never = 1<<63 - 1

// beginHeartbeat starts the pings (RFC 6455 section 5.5.2). It is called before the reader starts.
func (c *Conn) beginHeartbeat() {
	c.beat = time.AfterFunc(never, c.onBeat)
	c.beat.Reset(c.server.opts.PingInterval) // after c.beat is set, which onBeat reads
}

// onBeat sends a ping, and a pong timeout later looks whether anything has come since: a pong or any
// message counts, a fragment of one does not. While the ping is still on its way behind what waits, and that moves, it
// is too early to tell: others may have sent it. The pong of a client that is being slowed may wait unread, and so
// may all pongs when this process has stood still: a timer that comes late tells.
func (c *Conn) onBeat() {
	defer func() { c.caught(fault.Timer, recover()) }()
	if c.ended() {
		return
	}
	opts := &c.server.opts
	now := c.server.clock()
	switch {
	case c.asked == 0:
		c.asked = now
		c.heard.Store(false)
		c.Enqueue(frame.New(frame.Ping, c.receiver.Beat()))
		c.Flush()
		c.way = c.out.wayOfLast()
		c.beat.Reset(opts.PongTimeout)
	case c.heard.Load() || c.slowed.Load():
		c.asked = 0
		c.beat.Reset(opts.PingInterval - opts.PongTimeout)
	case c.out.nearer(&c.way), now-c.asked > opts.PongTimeout+opts.PongTimeout/2:
		c.asked = now
		c.beat.Reset(opts.PongTimeout)
	default:
		c.Close(protocol.EndPingTimeout)
	}
}
