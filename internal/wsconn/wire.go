package wsconn

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"sync/atomic"

	"beckon/internal/frame"
)

// wire is the socket as gorilla sees it. Gorilla writes the handshake through it; from then on all that it
// would write by itself are close frames, for a client that broke the protocol. Those are not written but
// noted: the frames of a connection all go through its outbox.
type wire struct {
	net.Conn
	upgraded atomic.Bool
	violated bool // gorilla wanted to close; owned by the reader, who is the only one to call gorilla
}

// Write passes the handshake through and takes note of what comes later.
func (w *wire) Write(p []byte) (int, error) {
	if !w.upgraded.Load() {
		return w.Conn.Write(p)
	}
	w.violated = w.violated || isClose(p)
	return len(p), nil
}

func isClose(p []byte) bool {
	const opcodeBits = 0x0F
	return len(p) >= 2 && frame.Opcode(p[0]&opcodeBits) == frame.Close
}

// hijackTap hands gorilla a wire in place of the socket.
type hijackTap struct {
	http.ResponseWriter
	wire *wire
}

var errNoHijack = errors.New("wsconn: the ResponseWriter cannot be hijacked")

// Hijack is http.Hijacker.
func (t *hijackTap) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	h, ok := t.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, errNoHijack
	}
	conn, rw, err := h.Hijack()
	if err != nil {
		return nil, nil, err
	}
	t.wire = &wire{Conn: conn}
	return t.wire, rw, nil
}

var _ http.Hijacker = (*hijackTap)(nil)
