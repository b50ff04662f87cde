package faults_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/testkit"
)

// What a process finds in its environment that is to be a visitor.
const (
	visitURL         = "BECKON_VISIT_URL"
	visitSubprotocol = "BECKON_VISIT_SUBPROTOCOL"
)

// visit is a client as a process of its own: it sends each line of the standard input and prints each message, and
// in the end the close code. It ends with the standard input, or with the connection.
func visit(url, subprotocol string) (exitCode int) {
	dialer := websocket.Dialer{HandshakeTimeout: testkit.Patience}
	if subprotocol != "" {
		dialer.Subprotocols = []string{subprotocol}
	}
	ws, _, err := dialer.Dial(url, nil)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	go func() {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			ws.WriteMessage(websocket.TextMessage, lines.Bytes())
		}
		os.Exit(0)
	}()
	for {
		_, message, err := ws.ReadMessage()
		if err == nil {
			fmt.Printf("%s\n", message)
			continue
		}
		closed := &websocket.CloseError{Code: websocket.CloseAbnormalClosure}
		errors.As(err, &closed)
		fmt.Printf(`{"type":"end","close":%d}`+"\n", closed.Code)
		return 0
	}
}

// visitor is such a process, seen from the test.
type visitor struct {
	*process
	t       *testing.T
	heard   chan heard
	session testkit.Session // as of what was taken
}

// Close codes, as the contract has them.
const (
	noAnswer = 1001 // to a ping
	tooSlow  = 4008
)

// heard is a message that a visitor got.
type heard struct {
	Type, Name, Call, Session string
	Success                   bool
	Close                     int
	line                      string
}

// visitor starts one and logs it in.
func (s *server) visitor(name, subprotocol string) *visitor {
	s.t.Helper()
	const most = 1000 // more than any test sends: who reads the output is not to wait
	v := &visitor{t: s.t, heard: make(chan heard, most)}
	v.process = launch(s.t, []string{visitURL + "=" + s.url(), visitSubprotocol + "=" + subprotocol}, func(line string) {
		h := heard{line: line}
		if err := json.Unmarshal([]byte(line), &h); err != nil {
			h.Type = "noise"
		}
		v.heard <- h
	}, os.Args[0])
	v.expect("connect")
	v.Say(testkit.Message{"type": "login", "name": name})
	reply := v.expect("login")
	if !reply.Success {
		s.t.Fatalf("%s: %s", name, reply.line)
	}
	v.session = testkit.Session{Name: name, Token: reply.Session}
	return v
}

// Say sends a message.
func (v *visitor) Say(m testkit.Message) {
	text, err := json.Marshal(m)
	if err == nil {
		_, err = fmt.Fprintf(v.stdin, "%s\n", text)
	}
	if err != nil {
		v.t.Errorf("a visitor cannot be told what to say: %v", err)
	}
}

// expect takes the next message.
func (v *visitor) expect(kind string) heard {
	v.t.Helper()
	select {
	case h := <-v.heard:
		if h.Type != kind {
			v.t.Fatalf("the visitor got %.200s, want %s", h.line, kind)
		}
		v.session.Received++
		return h
	case <-time.After(testkit.Patience):
		v.t.Fatalf("the visitor got nothing, want %s", kind)
		return heard{}
	}
}

// take expects these numbers, as the function does.
func (v *visitor) take(from string, first, end int) {
	v.t.Helper()
	for i := first; i < end; i++ {
		if h := v.expect("candidate"); h.Call != strconv.Itoa(i) || h.Name != from {
			v.t.Fatalf("the visitor got %.200s, want the number %d from %s", h.line, i, from)
		}
	}
}

// drain takes what still came before the end: the numbers from first on, one by one. It returns the number that did
// not come any more, and the close code.
func (v *visitor) drain(first int) (end, closeCode int) {
	v.t.Helper()
	for end = first; ; end++ {
		select {
		case h := <-v.heard:
			if h.Type == "end" {
				return end, h.Close
			}
			if h.Type != "candidate" || h.Call != strconv.Itoa(end) {
				v.t.Fatalf("the visitor got %.200s, want the number %d", h.line, end)
			}
			v.session.Received++
		case <-time.After(testkit.Patience):
			v.t.Fatal("the visitor's connection does not end")
		}
	}
}

// drainSome is drain for messages some of which were refused to their sender. It returns how many came.
func (v *visitor) drainSome() (got, closeCode int) {
	v.t.Helper()
	for last := -1; ; got++ {
		select {
		case h := <-v.heard:
			if h.Type == "end" {
				return got, h.Close
			}
			n, err := strconv.Atoi(h.Call)
			if h.Type != "candidate" || err != nil || n <= last {
				v.t.Fatalf("the visitor got %.200s behind the number %d", h.line, last)
			}
			last = n
		case <-time.After(testkit.Patience):
			v.t.Fatal("the visitor's connection does not end")
		}
	}
}
