package doctor

import (
	"context"
	"errors"
)

// checkLogin logs in, with the token if there is one.
func (x *examination) checkLogin(ctx context.Context) {
	if x.token != "" && !x.trusted {
		x.unchecked("the connection is not safe enough to send the token")
		return
	}
	u, reply, err := x.login(ctx, x.nextName(), nil)
	if err != nil {
		x.blameLogin(err)
		return
	}
	defer u.bye()
	switch {
	case reply.Success:
		x.welcome = reply
		x.reaches(admitted)
		x.ok(LoginOK, "A login succeeds.")
	case reply.Code == "unauthorized" && x.token == "":
		x.note(TokenNeeded, "Give one with --token-file, and --name and --room if it is for certain ones only.", "The server lets in who has a token: %s", reply.Message)
	case reply.Code == "unauthorized":
		x.problem(TokenRefused, "See that the token is signed with the server's key and has not expired, and that --name and --room are the ones that it is for.", "The server refuses the token: %s", reply.Message)
	default:
		x.problem(LoginRefused, "Do what the answer says.", "The server refuses the login with %s: %s", reply.Code, reply.Message)
	}
}

func (x *examination) blameLogin(err error) {
	var end closed
	if errors.As(err, &end) {
		x.problem(LoginFailed, "See the server's log.", "The server ends the connection at the login: %v.", end)
		return
	}
	x.problem(LoginFailed, "See the logs of proxy and server. A proxy that answers upgrades by itself, or holds back what is sent after them, does this.",
		"A WebSocket opens, and then no login is answered: %s.", reason(err))
}

// checkSubprotocol looks whether beckon.v1 is spoken, by which sessions survive a lost connection.
func (x *examination) checkSubprotocol(context.Context) {
	const keep = "Have the proxy pass on Sec-WebSocket-Protocol, in requests and in answers."
	switch {
	case x.echoed:
		x.ok(SubprotocolOK, "The subprotocol %s is agreed on.", subprotocol)
	case x.welcome.Session != "":
		x.problem(SubprotocolAnswerLost, keep, "The server speaks %s, but its answer loses the header Sec-WebSocket-Protocol on the way: browsers close such a socket.", subprotocol)
	default:
		x.problem(SubprotocolLost, keep, "The request loses the header Sec-WebSocket-Protocol on the way: %s is not agreed on, and browsers close such a socket.", subprotocol)
	}
}
