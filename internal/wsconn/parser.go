package wsconn

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/frame"
)

// parser is gorilla's part of a connection. The reader borrows one for as long as there is something to parse:
// of the many connections that are silent, none needs gorilla's state and buffers.
//
// To gorilla it is the socket. Between two messages gorilla is in the state in which it began, so that it may go
// on with another connection.
type parser struct {
	net.Conn // nil: gorilla calls only what is defined below

	// Static after newParser.

	ws *websocket.Conn
	in *bufio.Reader // between Read and gorilla

	// Owned by the reader that has borrowed it.

	conn     *Conn
	fetched  []byte            // from the socket, and not yet taken by gorilla
	room     [fetchAtMost]byte // for fetched
	failure  error             // of the last fetch that found something, which may be the end
	message  []byte            // the last message, kept for its room; see forget
	begun    bool              // whether gorilla has begun with a frame; of use between messages
	inside   bool              // whether gorilla is inside a message
	madeUp   bool              // whether the message that gorilla sees is nobody's
	violated bool              // whether gorilla wanted to close the connection
}

const (
	fetchAtMost = 4096 // holds what a browser offers, so that it takes one call to fetch it
	bufferBytes = 512  // holds a control frame; more than 256, or gorilla makes a buffer of its own
)

// newParser has gorilla do a handshake with nobody, as there is no other way to what parses the frames after it.
func newParser() *parser {
	p := new(parser)
	p.in = bufio.NewReaderSize(p, bufferBytes)
	upgrader := websocket.Upgrader{WriteBufferPool: noBuffers{}}
	ws, err := upgrader.Upgrade(rehearsal{parser: p}, &http.Request{Method: http.MethodGet, Header: http.Header{
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"},
		"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"AAAAAAAAAAAAAAAAAAAAAA=="},
	}}, nil)
	if err != nil { // cannot be
		panic("wsconn: " + err.Error())
	}
	ws.SetPingHandler(func(data string) error { p.control(); p.conn.pinged([]byte(data)); p.giveWay(); return nil })
	ws.SetPongHandler(func(data string) error { p.control(); p.conn.ponged([]byte(data)); p.giveWay(); return nil })
	ws.SetCloseHandler(func(int, string) error { return nil }) // the reader answers
	p.ws, p.violated = ws, false                               // Write has seen the answer to the handshake
	return p
}

// control notes that gorilla is through with a control frame.
func (p *parser) control() { p.begun = p.left() > 0 }

// giveWay lets others go first where more has come already: a crowd of clients that send without a pause would else
// keep everybody waiting for all that each has sent at once.
func (p *parser) giveWay() {
	if p.left() > 0 {
		runtime.Gosched()
	}
}

// left is how many bytes there are for gorilla to parse.
func (p *parser) left() int { return p.in.Buffered() + len(p.fetched) }

// next parses up to the end of a message of at most so many bytes and returns it, good until the next call; a kind of 0
// says that there is no other for now. It waits for the rest of what has begun.
func (p *parser) next(atMost int64) (kind int, message []byte, err error) {
	p.begun, p.inside, p.madeUp = p.left() > 0, false, false
	p.ws.SetReadLimit(atMost)
	p.forget(atMost)
	kind, r, err := p.ws.NextReader()
	if err != nil || p.madeUp {
		return 0, nil, err
	}
	p.inside = true
	p.message, err = readAll(p.message[:0], r, int(atMost))
	return kind, p.message, err
}

// forget lets go of the room of the last message if it is for more than so many bytes: else who has sent a single byte
// of the next message could hold all of it.
func (p *parser) forget(atMost int64) {
	if int64(cap(p.message)) > atMost+1 {
		p.message = nil
	}
}

// readAll appends what r holds, which is at most so many bytes, to dst. It takes memory as the bytes come: what a frame
// announces costs the client nothing.
func readAll(dst []byte, r io.Reader, atMost int) ([]byte, error) {
	const first = 4096
	for {
		if len(dst) == cap(dst) {
			most := max(atMost, len(dst)) + 1 // with no room to spare, the end would not be found
			grown := make([]byte, len(dst), min(max(first, 2*cap(dst)), most))
			copy(grown, dst)
			dst = grown
		}
		n, err := r.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		if err == io.EOF {
			return dst, nil
		}
		if err != nil {
			return dst, err
		}
	}
}

// Read gives gorilla what was fetched. Where that is used up, it fetches the rest of what gorilla has begun with;
// between two messages it makes one up instead, whereupon gorilla returns to next.
func (p *parser) Read(b []byte) (int, error) {
	const emptyMessage = "\x82\x80\x00\x00\x00\x00" // final, binary, masked (RFC 6455 section 5.2)
	if len(p.fetched) == 0 && !p.begun && !p.inside {
		p.madeUp = true
		return copy(b, emptyMessage), nil
	}
	if len(p.fetched) == 0 {
		n, err := p.conn.fetch(p.room[:])
		if err != nil {
			return 0, err
		}
		p.fetched = p.room[:n]
	}
	n := copy(b, p.fetched)
	p.fetched = p.fetched[n:]
	return n, nil
}

// Write takes note of close frames, which gorilla sends to who breaks the protocol. Nothing is sent: the frames of
// a connection all go through its outbox.
func (p *parser) Write(b []byte) (int, error) {
	const opcodeBits = 0x0F
	p.violated = p.violated || len(b) >= 2 && frame.Opcode(b[0]&opcodeBits) == frame.Close
	return len(b), nil
}

// SetDeadline is for the handshake, SetWriteDeadline for a close frame.
func (p *parser) SetDeadline(time.Time) error      { return nil }
func (p *parser) SetWriteDeadline(time.Time) error { return nil }

// rehearsal is the http.ResponseWriter of a handshake with nobody.
type rehearsal struct {
	http.ResponseWriter // nil
	parser              *parser
}

// Hijack is http.Hijacker.
func (r rehearsal) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	const least = 16
	return r.parser, bufio.NewReadWriter(r.parser.in, bufio.NewWriterSize(r.parser, least)), nil
}

var _ http.Hijacker = rehearsal{}

// noBuffers is a websocket.BufferPool that saves gorilla the buffer for messages, which it never writes.
type noBuffers struct{}

func (noBuffers) Get() any { return nil }
func (noBuffers) Put(any)  {}

var _ websocket.BufferPool = noBuffers{}
