package doctor

import (
	"context"
	"errors"
	"fmt"
)

// checkResume breaks a connection and comes back to its session, as a client does whose network has changed. What was
// sent to it meanwhile must arrive, once.
func (x *examination) checkResume(ctx context.Context) {
	switch {
	case x.welcome.Session == "":
		x.unchecked("the subprotocol %s, which has sessions, is not agreed on", subprotocol)
		return
	case x.welcome.ResumeWindow == 0:
		x.note(ResumeOff, "Set --resume-window to something more than 0, such as 15s.", "Users who lose their connection lose their place: the server keeps no sessions.")
		return
	case x.fixed:
		x.unchecked("it takes two users, and the token is for one name only")
		return
	}
	first, second, err := x.pair(ctx)
	if err != nil {
		x.unchecked("no two users could log in: %s", reason(err))
		return
	}
	defer second.bye()
	back, err := x.breakAndResume(ctx, first, second)
	if back != nil {
		defer back.bye()
	}
	if err == nil {
		err = x.count(second, back)
	}
	var told fault
	switch {
	case errors.As(err, &told):
		x.problem(told.code, told.remedy, "%s", told.text)
	case err != nil:
		x.problem(ResumeFailed, "See the logs of proxy and server.", "Coming back to a session fails: %s.", reason(err))
	default:
		x.ok(ResumeOK, "A connection that is cut comes back to its session, and what was sent meanwhile arrives once.")
	}
}

// fault is a way in which sessions do not hold what they promise.
type fault struct {
	code         Code
	text, remedy string
}

// Error is the text.
func (f fault) Error() string { return f.text }

// breakAndResume has a message arrive, cuts the connection, has another one sent, and comes back.
func (x *examination) breakAndResume(ctx context.Context, first, second *user) (*user, error) {
	if err := second.tell(first, 1); err != nil {
		return nil, err
	}
	if _, err := first.take(); err != nil {
		return nil, err
	}
	first.cut()
	if err := second.tell(first, 2); err != nil {
		return nil, err
	}
	back, reply, err := x.login(ctx, first.name, message{"session": first.session, "received": first.got})
	if err != nil {
		return nil, err
	}
	if !reply.Resumed {
		text := "A client that comes back does not get its session again"
		if reply.Message != "" {
			text += ": " + reply.Message
		}
		return back, fault{ResumeFailed, text + ".", onePlace}
	}
	return back, nil
}

// tell sends a number and waits until the server has taken it.
func (u *user) tell(to *user, n int) error {
	if err := u.say(message{"type": "candidate", "name": to.name, "candidate": n}); err != nil {
		return err
	}
	reply, err := u.ask(message{"type": "ping"})
	if err == nil && reply.Type != "pong" {
		err = fault{ResumeFailed, "A message to a user whose session is to be resumed is refused: " + reply.Message, onePlace}
	}
	return err
}

// count sends one more number, and expects that one and the one before.
func (x *examination) count(second, back *user) error {
	if err := second.tell(back, 3); err != nil {
		return err
	}
	for want := 2; want <= 3; want++ {
		m, err := back.take()
		if err != nil {
			return fault{ResumeLost, fmt.Sprintf("A message that was sent while the connection was cut does not arrive: %s.", reason(err)), "See the server's log."}
		}
		if got := string(m.Candidate); got != fmt.Sprint(want) {
			return fault{ResumeLost, fmt.Sprintf("After a connection was cut and came back, message %s arrives in place of %d.", got, want), "This is a fault of the server: report it."}
		}
	}
	return nil
}
