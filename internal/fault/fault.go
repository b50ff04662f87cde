// Package fault keeps a panic where its reach is known: it costs the one for whom the work was done, and nobody else.
//
// A boundary is a function that is deferred around such work and calls [Caught] with what it recovers. What it then
// ends, a connection or a room, is all that the work may have left half done. Where nobody can tell what that is,
// a fault must not be caught: what all share is guarded by a [Mutex], which sees to it.
package fault

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Place is where a fault was caught, and so what it cost. The set is closed.
type Place uint8

// The places.
const (
	Request Place = iota // the answer to an HTTP request
	Reader               // a connection, in what its client has sent
	Flusher              // a connection, in what is sent to its client
	Timer                // a connection or a session, in one of its timers
	Session              // a session, in what is kept for its user
	Room                 // a room
	places               // how many there are
)

// Places returns all of them, for who must know them beforehand.
func Places() []Place {
	all := make([]Place, 0, places)
	for p := range places {
		all = append(all, p)
	}
	return all
}

// String is the place's label in logs and metrics.
func (p Place) String() string {
	switch p {
	case Request:
		return "request"
	case Reader:
		return "reader"
	case Flusher:
		return "flusher"
	case Timer:
		return "timer"
	case Session:
		return "session"
	default:
		return "room"
	}
}

// Report tells of a fault that was caught. It holds nothing that users wrote.
type Report struct {
	Where Place
	What  string // the text of a run-time error, else the type of what was panicked with
	Stack []byte
}

// Observer is told of faults that were caught, from any goroutine.
type Observer interface {
	Caught(r Report)
}

// Caught tells o, nil for nobody, of the fault whose value recover has just returned in the deferred function that
// calls this; false if that is nil, and there was no fault.
func Caught(o Observer, where Place, value any) bool {
	return value != nil && tell(o, where, value) // so short that it is inlined: boundaries are on the way of every message
}

func tell(o Observer, where Place, value any) bool {
	if o != nil {
		o.Caught(Report{Where: where, What: what(value), Stack: debug.Stack()})
	}
	return true
}

// what is all that may be told of a value: it may hold what users wrote, and a run-time error does not.
func what(value any) string {
	if err, ok := value.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("panic with a %T", value)
}
