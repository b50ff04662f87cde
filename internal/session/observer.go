package session

import (
	"slices"
	"time"

	"beckon/internal/protocol"
)

// Observer is told what clients say and what becomes of it. Its methods are called from any goroutine, some
// with locks held, and must neither block nor allocate.
type Observer interface {
	// Message counts a message that came, and the bytes of it; TypeUnknown is what could not be understood.
	Message(t protocol.Type, bytes int)
	// Relayed says that a message for another user has been passed on: how long it took from the moment that
	// it was there until its recipient's Flush returned. What its socket did not take at once is not waited
	// for, nor is a recipient that is about to resume. Messages that share a Flush count from the first.
	Relayed(took time.Duration)
	// Passed counts a message for another user that has been passed on: it is with its recipient, or waits for it.
	Passed(t protocol.Type)
	// Failed counts an error that a client was told of, failed logins too.
	Failed(code protocol.Code)
	// LoggedIn counts how a login ended.
	LoggedIn(how LoginOutcome)
	// LoginSlowed counts a login that waits since its client's address logs in too fast.
	LoginSlowed()
	// Resumed counts what became of a login that named a session.
	Resumed(how ResumeOutcome)
	// Waiting says by how many the sessions without a connection have become more.
	Waiting(more int)
	// SessionOver counts how a session ended.
	SessionOver(how SessionEnd)
}

// PassedTypes are the types that Observer.Passed is told of, for who must know them beforehand.
func PassedTypes() []protocol.Type {
	return slices.DeleteFunc(protocol.Types(), func(t protocol.Type) bool {
		return !relays(protocol.Message{Type: t, Named: true})
	})
}

// LoginOutcome is how a login ended. The set is closed.
type LoginOutcome uint8

// The outcomes of a login.
const (
	LoginJoined   LoginOutcome = iota // an ordinary login
	LoginResumed                      // a session goes on
	LoginFailed                       // the error's code says why
	loginOutcomes                     // how many there are
)

// LoginOutcomes returns all of them, for who must know them beforehand.
func LoginOutcomes() []LoginOutcome { return all(loginOutcomes) }

// String is the outcome's label in metrics.
func (o LoginOutcome) String() string {
	switch o {
	case LoginJoined:
		return "joined"
	case LoginResumed:
		return "resumed"
	default:
		return "failed"
	}
}

// ResumeOutcome is what became of a login that named a session. The set is closed.
type ResumeOutcome uint8

// The outcomes of a login that names a session.
const (
	ResumeDone       ResumeOutcome = iota // it goes on, exactly
	ResumeUnknown                         // there is no such session, or no longer, or it is of another user or room
	ResumeImpossible                      // what was lost cannot be sent again; the session is over
	resumeOutcomes                        // how many there are
)

// ResumeOutcomes returns all of them, for who must know them beforehand.
func ResumeOutcomes() []ResumeOutcome { return all(resumeOutcomes) }

// String is the outcome's label in metrics.
func (o ResumeOutcome) String() string {
	switch o {
	case ResumeDone:
		return "resumed"
	case ResumeUnknown:
		return "unknown"
	default:
		return "not_resumable"
	}
}

// SessionEnd is how a session of beckon.v1 ended. The set is closed.
type SessionEnd uint8

// The ends of sessions.
const (
	SessionLeft         SessionEnd = iota // the user logged out or closed the connection
	SessionExpired                        // nobody resumed it within the window
	SessionOverflow                       // the client did not take the answers to what it said
	SessionNotResumable                   // a login named it, but what was lost cannot be sent again
	SessionDismissed                      // an operator ended it
	SessionTokenExpired                   // the token that let the user in is no longer good
	SessionFault                          // a fault in the server left it, or its room, in no state to go on
	SessionNameLost                       // another asked for the name, and the client did not answer a ping
	SessionAddressUsers                   // it waited to be resumed, and its address had more users than it may have
	SessionWaitingBytes                   // it was about to wait, held too much, and so did all that wait
	sessionEnds                           // how many there are
)

// SessionEnds returns all of them, for who must know them beforehand.
func SessionEnds() []SessionEnd { return all(sessionEnds) }

// String is the end's label in logs and metrics.
func (e SessionEnd) String() string {
	switch e {
	case SessionLeft:
		return "left"
	case SessionExpired:
		return "expired"
	case SessionOverflow:
		return "backlog_overflow"
	case SessionNotResumable:
		return "not_resumable"
	case SessionTokenExpired:
		return "token_expired"
	case SessionFault:
		return "fault"
	case SessionNameLost:
		return "name_lost"
	case SessionAddressUsers:
		return "address_users"
	case SessionWaitingBytes:
		return "waiting_bytes"
	default:
		return "dismissed"
	}
}

// all returns the values of a closed set that has n of them.
func all[E ~uint8](n E) []E {
	values := make([]E, 0, n)
	for v := range n {
		values = append(values, v)
	}
	return values
}

// unobserved is the Observer of a server that nobody watches.
type unobserved struct{}

func (unobserved) Message(protocol.Type, int) {}
func (unobserved) Relayed(time.Duration)      {}
func (unobserved) Passed(protocol.Type)       {}
func (unobserved) Failed(protocol.Code)       {}
func (unobserved) LoggedIn(LoginOutcome)      {}
func (unobserved) LoginSlowed()               {}
func (unobserved) Resumed(ResumeOutcome)      {}
func (unobserved) Waiting(int)                {}
func (unobserved) SessionOver(SessionEnd)     {}

var _ Observer = unobserved{}
