// Package link is what a transport and a dialect say to each other: the transport hands a Receiver what the
// client sends, the dialect answers through a Conn. Neither knows the other, so that a dialect can be tested
// without sockets and served over another transport.
package link

import (
	"time"

	"beckon/internal/protocol"
	"beckon/internal/share"
)

// Conn is one client's connection. Its methods but Pause may be called from any goroutine and do not block.
type Conn interface {
	// Enqueue puts ready frames (package frame) into the outbox, which keeps the slice: it must not be
	// changed any more. Nothing is written before Flush. They are what the client itself gave rise to, such as answers:
	// where the outbox overflows, the connection ends with protocol.EndSlowReader. What is enqueued after a connection's
	// end is dropped.
	Enqueue(frames []byte)
	// EnqueueParts is Enqueue for one frame that is in several slices. It keeps them, but not parts.
	EnqueueParts(parts [][]byte)
	// Offer is Enqueue for what others gave rise to, counted for the given source. False if there is no room for it:
	// a source has a share of the outbox only, and a quarter of it is for Enqueue.
	Offer(frames []byte, from share.Source) (taken bool)
	// OfferParts is Offer for one frame in several slices, which is counted for nobody. It keeps them, but not parts.
	OfferParts(parts [][]byte) (taken bool)
	// Forward is Enqueue for a frame that the caller keeps as well, and bounds by that: it takes no room.
	Forward(frame []byte)
	// Behind tells whether so much is in the outbox that what can wait should. Where it is false, there is room for
	// what is offered next for nobody.
	Behind() bool
	// Flush writes what is in the outbox as far as the socket takes it; the rest follows by itself.
	Flush()
	// Close sends what was enqueued, but not to a slow reader, and a close frame that gives why. Only the first
	// call counts; the Receiver's Closed follows from the reader's goroutine.
	Close(why protocol.Ending)
	// Probe asks the client for a sign of life: a pong, or any message. What it returns is closed when one has come
	// and has been dealt with, or when the Receiver's Closed has returned. A client from which nothing comes within
	// the given time is closed with why. Those who ask meanwhile, or shortly after the answer, share the probe, and
	// its terms are those of the first. It is for when the Receiver has got something.
	Probe(within time.Duration, why protocol.Ending) (known <-chan struct{})
	// Pause is for the reader alone, which waits, and reads nothing, until the channel is closed, for
	// at most the given time. It returns early, and false, if the connection ends.
	Pause(until <-chan struct{}, atMost time.Duration) (goOn bool)
	// RemoteAddr is the client's address, as far as it is known.
	RemoteAddr() string
	// Source is who the client's messages are counted for where they wait for others: its group of addresses, as far
	// as it is known, else the connection.
	Source() share.Source
	// TakeLogin is for the reader alone. It accounts for a login of the client's group of addresses, and returns how long
	// it must wait, as the group logs in too fast; else 0.
	TakeLogin() time.Duration
	// Quota is for the reader alone. It is the client's group of addresses as limits know it, a comparable value, and how
	// many users that may have, those included who have lost their connection and may come back; 0 for any number. Unlike
	// Source it is the same for all who have no address.
	Quota() (of any, users int)
	// Request names the request that began the connection, for the log.
	Request() string
}

// Receiver is what a connection calls. All calls but Beat come from its reader goroutine, one at a time.
type Receiver interface {
	// Text takes a message; data is good during the call only. It returns for how many messages this one counts
	// where the client is held to a rate, at least 1.
	Text(data []byte) (weight int)
	// LoggedIn tells whether there is a user. Until then a message may be only as long as a login needs.
	LoggedIn() bool
	// Refuse says that the client sent what is no text message. After TooLarge the connection ends; bound then says,
	// for the client, how long a message may be and by which setting.
	Refuse(f Fault, bound string)
	// Pong takes the payload of a pong.
	Pong(payload []byte)
	// Idle says that there is no more to hand on for now, since the client has not sent it or has sent too much.
	Idle()
	// Closed is the last call. The user is gone, though a close frame may still be under way.
	Closed(end End)
	// Beat gives the payload of a heartbeat's ping, at most 125 bytes. It may come at any time, from a
	// goroutine of its own, and must not block.
	Beat() []byte
}

// Accept makes the Receiver of a new connection. It may send on c at once.
type Accept func(c Conn) Receiver

// Fault is what is wrong with a message that is not handed on.
type Fault uint8

// The faults.
const (
	Binary Fault = iota
	TooLarge
)

// End tells how a connection ended.
type End struct {
	Why      protocol.Ending
	Code     int // of the client's close frame; 1005 for one without, 0 where none came
	Lasted   time.Duration
	Received Traffic
	Sent     Traffic
}

// Traffic counts messages and bytes: payloads for what was received, whole frames for what was sent.
type Traffic struct {
	Messages int64
	Bytes    int64
}

// Add adds more to t.
func (t *Traffic) Add(more Traffic) {
	t.Messages += more.Messages
	t.Bytes += more.Bytes
}
