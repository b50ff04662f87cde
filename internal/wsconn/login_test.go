package wsconn

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"beckon/internal/frame"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// strangers makes all connections to r begin without a user.
func strangers(r *rig) {
	r.dialects[""] = func(c link.Conn) link.Receiver {
		s := &side{conn: c, out: true, ended: make(chan link.End, 1)}
		r.sides <- s
		return s
	}
}

// message is a text frame of n bytes.
func message(n int) []byte { return testkit.TextFrame(strings.Repeat("x", n)).Bytes() }

// Messages may lie in one packet with the login before them, or the logout.
func TestLengthOfMessagesBeforeLogin(t *testing.T) {
	const login, most = 1 << 14, 1 << 16
	in, out := testkit.TextFrame("in").Bytes(), testkit.TextFrame("out").Bytes()
	inPieces := func(sizes ...int) (all []byte) {
		for i, n := range sizes {
			f := testkit.RawFrame{FIN: i == len(sizes)-1, Payload: make([]byte, n)}
			if i == 0 {
				f.Opcode = byte(frame.Text)
			}
			all = append(append(all, f.Bytes()...), testkit.PingFrame("").Bytes()...)
		}
		return all
	}
	const before, after = "at most 16384 bytes before a login (--max-login-bytes)", "at most 65536 bytes (--max-message-bytes)"
	for name, test := range map[string]struct {
		sent  [][]byte
		bound string // "" where nothing is too long
	}{
		"as long as a login":        {[][]byte{message(login)}, ""},
		"longer":                    {[][]byte{message(login + 1)}, before},
		"announced":                 {[][]byte{testkit.RawFrame{FIN: true, Opcode: byte(frame.Text), Claim: login + 1}.Bytes()}, before},
		"binary":                    {[][]byte{testkit.RawFrame{FIN: true, Opcode: 2, Payload: make([]byte, login+1)}.Bytes()}, before},
		"in fragments":              {[][]byte{inPieces(login/2, login/2)}, ""},
		"longer, in fragments":      {[][]byte{inPieces(login/2, login/2, 1)}, before},
		"behind a login":            {[][]byte{in, message(most)}, ""},
		"too long behind a login":   {[][]byte{in, message(most + 1)}, after},
		"behind a logout":           {[][]byte{in, message(most), out, message(login)}, ""},
		"too long behind a logout":  {[][]byte{in, message(most), out, message(login + 1)}, before},
		"behind the second login":   {[][]byte{in, out, in, message(most)}, ""},
		"before and behind a login": {[][]byte{message(login), in, inPieces(most/2, most/2)}, ""},
	} {
		for how, send := range map[string]func(*testkit.Raw){
			"in one packet": func(c *testkit.Raw) { c.Write(bytes.Join(test.sent, nil)) },
			"one by one": func(c *testkit.Raw) {
				for _, m := range test.sent {
					c.Write(m)
				}
			},
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				r := newRig(t, newLoopback(t), usual())
				defer r.stop(t)
				strangers(r)
				conn, err := r.at.Dial(t.Context(), "", "")
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				c := testkit.Handshake(t, conn)
				s := <-r.sides
				send(c)
				conn.(*net.TCPConn).CloseWrite()
				end := <-s.ended
				if test.bound == "" {
					if end.Why != protocol.EndConnectionLost || len(s.faults) > 0 {
						t.Errorf("ended by %s, faults %v %q", end.Why, s.faults, s.bounds)
					}
					return
				}
				if end.Why != protocol.EndTooLarge || fmt.Sprint(s.faults, s.bounds) != fmt.Sprint([]link.Fault{link.TooLarge}, []string{test.bound}) {
					t.Errorf("ended by %s, faults %v %q, want %q", end.Why, s.faults, s.bounds, test.bound)
				}
			})
		}
	}
}

// The close frame names the bound, too: not every client reads the error before it.
func TestCloseFrameNamesTheBound(t *testing.T) {
	r := newRig(t, newLoopback(t), usual())
	defer r.stop(t)
	strangers(r)
	ws, _ := r.dial(t)
	defer ws.Close()
	ws.WriteMessage(websocket.TextMessage, make([]byte, 1<<14+1))
	const want = "websocket: close 1009 (message too big): message too large: at most 16384 bytes before a login (--max-login-bytes)"
	if _, _, err := ws.ReadMessage(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
