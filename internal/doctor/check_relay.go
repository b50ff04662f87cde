package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
)

// Sizes of what is relayed: a real session description with video is this long.
const (
	descriptionBytes = 20_000
	candidateBytes   = 200
	tooBig           = 1009 // the close code for a frame over the limit (RFC 6455 section 7.4.1)
)

const onePlace = "If several servers stand behind the proxy, pass all users on to one of them: rooms are in the memory of one process."

// pair logs in a second user next to the first one; it is the first one again if the token is for one name only.
func (x *examination) pair(ctx context.Context) (first, second *user, err error) {
	first, reply, err := x.login(ctx, x.nextName(), nil)
	if err == nil && !reply.Success {
		first.bye()
		err = errors.New(reply.Message)
	}
	if err != nil {
		return nil, nil, err
	}
	second, reply, err = x.login(ctx, first.name+" 2", nil)
	switch {
	case err != nil:
		first.bye()
		return nil, nil, err
	case reply.Success:
		return first, second, nil
	}
	second.bye()
	if reply.Code != "unauthorized" {
		first.bye()
		return nil, nil, errors.New(reply.Message)
	}
	x.fixed = true
	return first, first, nil
}

// checkRelay has two users exchange what a call begins with.
func (x *examination) checkRelay(ctx context.Context) {
	first, second, err := x.pair(ctx)
	if err != nil {
		x.unchecked("no two users could log in: %s", reason(err))
		return
	}
	defer first.bye()
	if second != first {
		defer second.bye()
	}
	size := 0
	for _, step := range []struct {
		kind     string
		from, to *user
		bytes    int
	}{
		{"offer", first, second, descriptionBytes}, {"answer", second, first, descriptionBytes},
		{"candidate", first, second, candidateBytes}, {"candidate", second, first, candidateBytes},
	} {
		if !x.relays(step.kind, step.from, step.to, step.bytes) {
			return
		}
		size += step.bytes
	}
	if x.fixed {
		x.ok(RelayOK, "An offer, an answer and candidates arrive; the token is for one name, so the doctor sent them to itself.")
		return
	}
	x.ok(RelayOK, "An offer, an answer and candidates of %d bytes in all arrive, both ways.", size)
}

// relays sends one message from a user to another, and tells if it does not arrive as it was sent.
func (x *examination) relays(kind string, from, to *user, size int) bool {
	payload, err := json.Marshal(map[string]string{"type": kind, "sdp": strings.Repeat("a=candidate\r\n", size/len("a=candidate\r\n"))})
	if err != nil {
		panic(err) // strings can always be encoded
	}
	if err := from.say(message{"type": kind, "name": to.name, kind: json.RawMessage(payload)}); err != nil {
		x.problem(RelayCut, "See the proxy's log for a limit on what is sent.", "The connection ends when an %s of %d bytes is sent: %s.", kind, len(payload), reason(err))
		return false
	}
	// What the server has against the message comes before the answer to a ping.
	got, err := from.ask(message{"type": "ping"})
	switch {
	case err != nil:
	case got.Type == "pong":
		got, err = to.next(to.wait)
	case from == to:
		_, err = from.next(from.wait) // the answer to the ping
	}
	return x.judgeRelay(kind, payload, got, err)
}

func (x *examination) judgeRelay(kind string, payload []byte, got said, err error) bool {
	arrived := map[string]json.RawMessage{"offer": got.Offer, "answer": got.Answer, "candidate": got.Candidate}[kind]
	var end closed
	switch {
	case errors.As(err, &end) && end.code == tooBig, got.Code == "too_large":
		x.problem(RelayTooLarge, "Set --max-message-bytes to 65536, which is the default, or more.", "An %s of %d bytes is too large for the server: browsers make such ones.", kind, len(payload))
	case err != nil:
		x.problem(RelayLost, "See the logs of proxy and server. A filter that looks into requests may hold back large ones.", "An %s of %d bytes does not arrive: %s.", kind, len(payload), reason(err))
	case got.Code == "unknown_user":
		x.problem(RelayApart, onePlace, "Two users of one room do not reach each other: they are not on the same server.")
	case got.Type != kind || !bytes.Equal(arrived, payload):
		x.problem(RelayLost, "See the logs of proxy and server.", "In place of an %s of %d bytes, %q arrives.", kind, len(payload), got.Type)
	default:
		return true
	}
	return false
}
