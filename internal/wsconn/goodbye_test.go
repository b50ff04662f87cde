package wsconn

import (
	"errors"
	"io"
	"testing"

	"github.com/gorilla/websocket"

	"beckon/internal/frame"
	"beckon/internal/testkit"
)

// A client answers a ping behind its own close frame, as it may (RFC 6455 section 5.5.2): what the server has sent
// comes to it all the same, the close frame last, and no reset.
func TestAPongBehindACloseFrame(t *testing.T) {
	l := newLoopback(t)
	r := newRig(t, l, usual())
	defer r.stop(t)
	d := websocket.Dialer{NetDialContext: l.Dial}
	goodbye := append(testkit.CloseFrame(testkit.CloseCode(1000, "")).Bytes(),
		testkit.RawFrame{FIN: true, Opcode: byte(frame.Pong), Payload: []byte("late")}.Bytes()...)
	for range 300 {
		ws, s := dialWith(t, r, d, "ws://test/")
		s.conn.Enqueue(frame.New(frame.Text, []byte("last")))
		s.conn.Flush()
		socket := ws.NetConn()
		if _, err := socket.Write(goodbye[:len(goodbye)-7]); err != nil { // the close frame, and the beginning of the pong
			t.Fatal(err)
		}
		socket.Write(goodbye[len(goodbye)-7:]) // a reset shows below
		_, text, err := ws.ReadMessage()
		if err != nil || string(text) != "last" {
			t.Fatalf("got %q, %v", text, err)
		}
		if _, _, err = ws.ReadMessage(); !websocket.IsCloseError(err, 1000) {
			t.Fatalf("got %v, want the close frame", err)
		}
		if _, err := socket.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Fatalf("after the close frame: %v", err)
		}
		socket.Close()
	}
}
