package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// checkIdle watches two connections on which nobody says anything. One is a client's, which the server's pings keep
// alive. On the other one the server does not even ping: how long that one lasts is how long the path allows for.
//
// A socket without pings is a door of its own in the server (package httpd): the pings cannot be kept from passing the
// proxy, and any other request would measure another of the proxy's timeouts.
func (x *examination) checkIdle(ctx context.Context) {
	if x.opts.Idle == 0 {
		x.unchecked("it takes time: ask with --idle 90s")
		return
	}
	if x.opts.Wait != nil {
		x.opts.Wait(fmt.Sprintf("Watching idle connections for %v.", x.opts.Idle))
	}
	var alive, silent idleness
	var both sync.WaitGroup
	both.Go(func() { alive = x.watch(ctx, x.openClient) })
	both.Go(func() { silent = x.watch(ctx, x.openSilent) })
	both.Wait()
	x.judgeAlive(alive)
	x.judgeSilent(silent)
}

// idleness is what became of an idle connection.
type idleness struct {
	failed error // it could not be opened
	ended  error // nil if it was still there at the end
	lasted time.Duration
	pings  []time.Time
	begun  time.Time
}

// watch reads a socket for Options.Idle. It is for one of several goroutines and changes nothing in x.
func (x *examination) watch(ctx context.Context, open func(context.Context) (*socket, error)) idleness {
	s, err := open(ctx)
	if err != nil {
		return idleness{failed: err}
	}
	defer s.bye()
	defer context.AfterFunc(ctx, s.cut)()
	begun := time.Now()
	end := begun.Add(x.opts.Idle)
	for err == nil {
		_, err = s.receive(end)
	}
	i := idleness{begun: begun, lasted: time.Since(begun), pings: s.pings}
	if !isTimeout(err) || i.lasted < x.opts.Idle {
		i.ended = err
	}
	return i
}

// openClient opens a socket and logs in, if that can be done.
func (x *examination) openClient(ctx context.Context) (*socket, error) {
	if x.stage < admitted {
		return x.open(ctx)
	}
	u, reply, err := x.login(ctx, x.nextName(), nil)
	if err != nil {
		return nil, err
	}
	if !reply.Success {
		u.bye()
		return nil, errors.New(reply.Message)
	}
	return u.socket, nil
}

// openSilent opens a socket on which the server says nothing.
func (x *examination) openSilent(ctx context.Context) (*socket, error) {
	shake, err := x.upgrade(ctx, x.sockets, "Sec-WebSocket-Protocol", silenceProtocol)
	switch {
	case err != nil:
		return nil, err
	case shake.socket == nil && shake.status == http.StatusServiceUnavailable:
		return nil, errors.New("others are doing so, and the server allows for a few at a time: try again in a minute")
	case shake.socket == nil:
		return nil, fmt.Errorf("the upgrade is refused: %s", shake.words())
	case shake.header.Get("Sec-Websocket-Protocol") != silenceProtocol:
		shake.socket.bye()
		return nil, fmt.Errorf("the server does not know %s", silenceProtocol)
	}
	return shake.socket, nil
}

// longestGap is the longest time without a ping.
func (i idleness) longestGap() time.Duration {
	longest, last := time.Duration(0), i.begun
	for _, at := range append(i.pings, i.begun.Add(i.lasted)) {
		longest, last = max(longest, at.Sub(last)), at
	}
	return longest
}

const waitLonger = "Have the proxy wait for longer than the server's pings are apart, which is 25s (--ping-interval), or have the server ping more often."

func (x *examination) judgeAlive(i idleness) {
	switch {
	case i.failed != nil:
		x.unchecked("no connection could be opened to watch: %s", reason(i.failed))
	case i.ended != nil:
		x.problem(IdleCut, waitLonger, "An idle connection is cut after %s, in spite of %d pings: %s.", rough(i.lasted), len(i.pings), reason(i.ended))
	case len(i.pings) == 0:
		x.note(IdlePingless, "Watch for longer than that.", "An idle connection lives, but no ping came within %s: the server's pings may be further apart.", rough(i.lasted))
	default:
		x.ok(IdleOK, "An idle connection lives for %s at least. %d pings came, at most %s apart.", rough(i.lasted), len(i.pings), rough(i.longestGap()))
	}
}

func (x *examination) judgeSilent(i idleness) {
	switch {
	case i.failed != nil:
		x.unchecked("no connection without pings could be opened: %s", reason(i.failed))
	case i.ended != nil:
		x.note(SilenceCut, "This is fine as long as the server pings more often, which it does every 25s unless --ping-interval says otherwise.",
			"Without pings, the path cuts an idle connection after %s.", rough(i.lasted))
	default:
		x.ok(SilenceOK, "Even without pings, the path leaves an idle connection alone for %s.", rough(i.lasted))
	}
}

// rough is a time as people say it.
func rough(d time.Duration) string {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
