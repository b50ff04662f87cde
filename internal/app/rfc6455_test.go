package app_test

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"beckon/internal/frame"
	"beckon/internal/testkit"
)

// Opcodes of RFC 6455 that only a client sends here.
const (
	opContinuation = 0x0
	opText         = byte(frame.Text)
	opPing         = byte(frame.Ping)
	opPong         = byte(frame.Pong)
)

const protocolError = 1002

// What a client of bytes may do to the framing (RFC 6455), and how the server takes it. The client is logged
// in as eve; two others look on, talk to each other after each case, and are told when she is gone.
type framing struct {
	send []testkit.RawFrame
	then func(t *testing.T, r *testkit.Raw) (gone bool)
}

func TestFraming(t *testing.T) {
	s := onLoopback(t)
	a, b := s.pair("ana", "ben")
	for _, table := range []map[string]framing{
		headerCases(), fragmentCases(), controlCases(), closeCases(), sizeCases(), textCases(),
	} {
		for name, test := range table {
			t.Log(name)
			r := s.eve(a, b)
			r.Send(test.send...)
			if gone := test.then(t, r); !gone {
				r.Send(testkit.TextFrame(`{"type":"ping","data":"still here"}`))
				r.ExpectText("pong")
				r.Close()
			}
			a.ExpectLeft("eve")
			b.ExpectLeft("eve")
			a.Say(testkit.Message{"type": "offer", "name": "ben", "offer": name})
			b.ExpectRelay("offer", "ana")
			b.Say(testkit.Message{"type": "answer", "name": "ana", "answer": name})
			a.ExpectRelay("answer", "ben")
		}
	}
}

// eve connects a client that speaks single frames and logs it in; the others are told.
func (s *server) eve(others ...*testkit.Client) *testkit.Raw {
	s.t.Helper()
	r := s.raw()
	r.Send(testkit.TextFrame(`{"type":"login","name":"eve"}`))
	r.ExpectText("login")
	for _, other := range others {
		other.ExpectJoined("eve")
	}
	return r
}

// closes expects a close frame with one of the codes, 0 for none, and the end of the socket.
func closes(codes ...int) func(*testing.T, *testkit.Raw) bool {
	return func(t *testing.T, r *testkit.Raw) bool {
		t.Helper()
		p := r.Expect(frame.Close)
		for _, code := range codes {
			if p.CloseCode() == code {
				r.ExpectEnd()
				return true
			}
		}
		t.Errorf("closed with %d, want %v", p.CloseCode(), codes)
		return true
	}
}

// drops expects the end of the socket, with or without a word about it.
func drops(t *testing.T, r *testkit.Raw) bool {
	t.Helper()
	for p, err := r.Read(); err == nil; p, err = r.Read() {
		if p.Opcode != frame.Close && !strings.Contains(string(p.Payload), "too_large") {
			t.Errorf("got %s, want the end", p)
		}
	}
	return true
}

// tooLarge expects the error for a frame over the limit, and the close that goes with it.
func tooLarge(t *testing.T, r *testkit.Raw) bool {
	t.Helper()
	if f := r.ExpectText("error"); f.Text("code") != "too_large" {
		t.Errorf("got %s", f.JSON)
	}
	return closes(1009)(t, r)
}

// says expects messages of these types, and a socket that goes on.
func says(kinds ...string) func(*testing.T, *testkit.Raw) bool {
	return func(t *testing.T, r *testkit.Raw) bool {
		t.Helper()
		for _, kind := range kinds {
			f := r.ExpectText(strings.TrimSuffix(kind, ": bad_json"))
			if strings.HasSuffix(kind, "bad_json") && f.Text("code") != "bad_json" {
				t.Errorf("got %s", f.JSON)
			}
		}
		return false
	}
}

func headerCases() map[string]framing {
	ping := []byte(`{"type":"ping"}`)
	cases := map[string]framing{
		"unmasked text":      {[]testkit.RawFrame{{FIN: true, Opcode: opText, Payload: ping, Unmasked: true}}, closes(protocolError)},
		"unmasked ping":      {[]testkit.RawFrame{{FIN: true, Opcode: opPing, Unmasked: true}}, closes(protocolError)},
		"reserved bit, ping": {[]testkit.RawFrame{{FIN: true, Opcode: opPing, RSV: 4}}, closes(protocolError)},
		"long form of length": {
			[]testkit.RawFrame{{FIN: true, Opcode: opText, Payload: ping, Long: true}},
			func(t *testing.T, r *testkit.Raw) bool { // "MUST be minimal", and nothing says what to do if not
				p, err := r.Read()
				return err != nil || p.Opcode == frame.Close
			},
		},
	}
	for rsv := byte(1); rsv < 8; rsv++ {
		cases[fmt.Sprintf("reserved bits %03b", rsv)] = framing{
			[]testkit.RawFrame{{FIN: true, Opcode: opText, Payload: ping, RSV: rsv}}, closes(protocolError),
		}
	}
	for _, opcode := range []byte{3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF} {
		cases[fmt.Sprintf("opcode %#x", opcode)] = framing{
			[]testkit.RawFrame{{FIN: true, Opcode: opcode, Payload: ping}}, closes(protocolError),
		}
	}
	return cases
}

func fragmentCases() map[string]framing {
	part := func(opcode byte, last bool, payload string) testkit.RawFrame {
		return testkit.RawFrame{FIN: last, Opcode: opcode, Payload: []byte(payload)}
	}
	empty := make([]testkit.RawFrame, 1000)
	many := append(append([]testkit.RawFrame{part(opText, false, `{"type":`)}, empty...), part(opContinuation, true, `"ping"}`))
	var bytewise []testkit.RawFrame
	for i, c := range []byte(`{"type":"ping","data":"é"}`) {
		bytewise = append(bytewise, testkit.RawFrame{Opcode: opContinuation, Payload: []byte{c}})
		if i == 0 {
			bytewise[0].Opcode = opText
		}
	}
	bytewise[len(bytewise)-1].FIN = true
	return map[string]framing{
		"two fragments":   {[]testkit.RawFrame{part(opText, false, `{"type":`), part(opContinuation, true, `"ping"}`)}, says("pong")},
		"byte by byte":    {bytewise, says("pong")},
		"empty ones":      {many, says("pong")},
		"bad JSON in two": {[]testkit.RawFrame{part(opText, false, `{`), part(opContinuation, true, ``)}, says("error: bad_json")},
		"ping between": {
			[]testkit.RawFrame{part(opText, false, `{"type":`), testkit.PingFrame("now"), part(opContinuation, true, `"ping"}`)},
			func(t *testing.T, r *testkit.Raw) bool {
				if p := r.Expect(frame.Pong); string(p.Payload) != "now" {
					t.Errorf("got %s", p)
				}
				return says("pong")(t, r)
			},
		},
		"close between": {
			[]testkit.RawFrame{part(opText, false, `{"type":`), testkit.CloseFrame(testkit.CloseCode(1000, ""))}, closes(1000),
		},
		"continuation of nothing":       {[]testkit.RawFrame{part(opContinuation, true, `{"type":"ping"}`)}, closes(protocolError)},
		"first continuation of nothing": {[]testkit.RawFrame{part(opContinuation, false, `{`)}, closes(protocolError)},
		"text in a fragmented text":     {[]testkit.RawFrame{part(opText, false, `{`), part(opText, true, `}`)}, closes(protocolError)},
		"continuation after the last": {
			[]testkit.RawFrame{part(opText, true, `{"type":"ping"}`), part(opContinuation, true, ``)},
			func(t *testing.T, r *testkit.Raw) bool {
				r.ExpectText("pong")
				return closes(protocolError)(t, r)
			},
		},
	}
}

func controlCases() map[string]framing {
	pong := func(data string) func(*testing.T, *testkit.Raw) bool {
		return func(t *testing.T, r *testkit.Raw) bool {
			t.Helper()
			if p := r.Expect(frame.Pong); string(p.Payload) != data {
				t.Errorf("answered with %s", p)
			}
			return false
		}
	}
	full := strings.Repeat("x", frame.MaxControl)
	return map[string]framing{
		"empty ping":       {[]testkit.RawFrame{testkit.PingFrame("")}, pong("")},
		"ping":             {[]testkit.RawFrame{testkit.PingFrame("a\x00\xff")}, pong("a\x00\xff")},
		"full ping":        {[]testkit.RawFrame{testkit.PingFrame(full)}, pong(full)},
		"overlong ping":    {[]testkit.RawFrame{testkit.PingFrame(full + "x")}, closes(protocolError)},
		"overlong pong":    {[]testkit.RawFrame{{FIN: true, Opcode: opPong, Payload: []byte(full + "x")}}, closes(protocolError)},
		"fragmented ping":  {[]testkit.RawFrame{{Opcode: opPing}}, closes(protocolError)},
		"fragmented pong":  {[]testkit.RawFrame{{Opcode: opPong}}, closes(protocolError)},
		"unasked-for pong": {[]testkit.RawFrame{{FIN: true, Opcode: opPong, Payload: []byte("x")}}, says()},
		"fragmented close": {[]testkit.RawFrame{{Opcode: byte(frame.Close)}}, closes(protocolError)},
		"overlong close":   {[]testkit.RawFrame{testkit.CloseFrame(testkit.CloseCode(1000, full))}, closes(protocolError)},
		"enormous ping":    {[]testkit.RawFrame{{FIN: true, Opcode: opPing, Claim: 1 << 40}}, closes(protocolError)},
		"ping, then a text": {[]testkit.RawFrame{testkit.PingFrame("x"), testkit.TextFrame(`{"type":"ping"}`)}, func(t *testing.T, r *testkit.Raw) bool {
			pong("x")(t, r)
			return says("pong")(t, r)
		}},
	}
}

func closeCases() map[string]framing {
	cases := map[string]framing{
		"close without a code":     {[]testkit.RawFrame{testkit.CloseFrame(nil)}, closes(0, 1000)},
		"close with a reason":      {[]testkit.RawFrame{testkit.CloseFrame(testkit.CloseCode(1000, "ciao 🦊"))}, closes(1000)},
		"close with half a code":   {[]testkit.RawFrame{testkit.CloseFrame([]byte{3})}, closes(protocolError, 0)},
		"close, bad UTF-8":         {[]testkit.RawFrame{testkit.CloseFrame(testkit.CloseCode(1000, "\xff"))}, closes(protocolError, 1007)},
		"nothing after a close":    {[]testkit.RawFrame{testkit.CloseFrame(testkit.CloseCode(1000, "")), testkit.TextFrame(`{"type":"ping"}`)}, closes(1000)},
		"close after half a frame": {[]testkit.RawFrame{{Opcode: opText, Payload: []byte(`{`)}, testkit.CloseFrame(nil)}, closes(0, 1000)},
	}
	for _, code := range []uint16{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999} {
		cases[fmt.Sprintf("close with %d", code)] = framing{
			[]testkit.RawFrame{testkit.CloseFrame(testkit.CloseCode(code, ""))}, closes(int(code)),
		}
	}
	for _, code := range []uint16{0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		cases[fmt.Sprintf("close with %d, which no frame may have", code)] = framing{
			[]testkit.RawFrame{testkit.CloseFrame(testkit.CloseCode(code, ""))}, closes(protocolError),
		}
	}
	return cases
}

func sizeCases() map[string]framing {
	const limit = 64 << 10
	half := []byte(strings.Repeat("x", limit/2))
	return map[string]framing{
		"announces 2^62 bytes":   {[]testkit.RawFrame{{FIN: true, Opcode: opText, Claim: 1 << 62}}, tooLarge},
		"announces 2^32 bytes":   {[]testkit.RawFrame{{FIN: true, Opcode: opText, Claim: 1 << 32}}, tooLarge},
		"announces one too many": {[]testkit.RawFrame{{FIN: true, Opcode: opText, Claim: limit + 1}}, tooLarge},
		"announces 2^63 bytes":   {[]testkit.RawFrame{{FIN: true, Opcode: opText, Claim: 1 << 63}}, drops},
		"announces 2^64-1":       {[]testkit.RawFrame{{FIN: true, Opcode: opText, Claim: 1<<64 - 1}}, drops},
		"fragments over the limit": {[]testkit.RawFrame{
			{Opcode: opText, Payload: half}, {Opcode: opContinuation, Payload: half}, {FIN: true, Opcode: opContinuation, Payload: []byte("x")},
		}, tooLarge},
		"last fragment over the limit": {[]testkit.RawFrame{
			{Opcode: opText, Payload: half}, {FIN: true, Opcode: opContinuation, Claim: 1 << 62},
		}, tooLarge},
		"fragments at the limit": {[]testkit.RawFrame{
			{Opcode: opText, Payload: half}, {FIN: true, Opcode: opContinuation, Payload: half},
		}, says("error: bad_json")},
	}
}

func textCases() map[string]framing {
	text := func(s string) []testkit.RawFrame { return []testkit.RawFrame{testkit.TextFrame(s)} }
	return map[string]framing{
		"empty":                  {text(""), says("error: bad_json")},
		"invalid UTF-8":          {text("\xff"), says("error: bad_json")},
		"invalid UTF-8 in JSON":  {text("{\"type\":\"ping\",\"data\":\"\xc0\x80\"}"), says("error: bad_json")},
		"character cut in two":   {[]testkit.RawFrame{{Opcode: opText, Payload: []byte("{\"type\":\"ping\",\"data\":\"\xc3")}, {FIN: true, Payload: []byte("\xa9\"}")}}, says("pong")},
		"character cut for good": {[]testkit.RawFrame{{Opcode: opText, Payload: []byte("{\"type\":\"ping\",\"data\":\"\xc3")}, {FIN: true, Payload: []byte("\"}")}}, says("error: bad_json")},
		"many in one segment":    {append(text(`{"type":"ping"}`), append(text(`{`), text(`{"type":"ice"}`)...)...), says("pong", "error: bad_json", "ice")},
	}
}

// A client that pings without end is answered, or closed; if it reads nothing either, it is closed before the
// answers take much.
func TestPingFlood(t *testing.T) {
	const pings, batches = 100, 1000
	s := onLoopback(t)
	a, b := s.pair("ana", "ben")
	r := s.eve(a, b)
	before := heap()
	batch := bytes.Repeat(testkit.PingFrame(strings.Repeat("x", frame.MaxControl)).Bytes(), pings)
	flooded := make(chan struct{})
	go func() {
		defer close(flooded)
		for range batches {
			if _, err := r.Write(batch); err != nil {
				return // the server has closed
			}
		}
	}()
	gone := false
	for flooding := true; flooding && !gone; {
		select {
		case <-flooded:
			flooding = false
		default:
		}
		a.Say(testkit.Message{"type": "offer", "name": "ben", "offer": 1})
		for f := b.Next(); f.Type != "offer"; f = b.Next() {
			gone = gone || f.Type == "removeUser"
		}
	}
	const most = 8 << 20
	if after := heap(); after > before+most {
		t.Errorf("the heap grew by %d bytes, want at most %d", after-before, most)
	}
	r.Close()
	<-flooded
	a.ExpectLeft("eve")
	if !gone {
		b.ExpectLeft("eve")
	}
}

// Sockets end in every manner; each end is noticed and leaves nothing behind.
func TestSocketEnds(t *testing.T) {
	s := onLoopback(t)
	a, b := s.pair("ana", "ben")
	for name, end := range map[string]func(t *testing.T, r *testkit.Raw){
		"half closed": func(t *testing.T, r *testkit.Raw) {
			r.Conn.(*net.TCPConn).CloseWrite()
			drops(t, r)
		},
		"half closed in mid-frame": func(t *testing.T, r *testkit.Raw) {
			r.Write(testkit.TextFrame(`{"type":"ping"}`).Bytes()[:9])
			r.Conn.(*net.TCPConn).CloseWrite()
			drops(t, r)
		},
		"closed":                func(t *testing.T, r *testkit.Raw) { r.Close() },
		"closed in mid-header":  func(t *testing.T, r *testkit.Raw) { r.Write([]byte{0x81}); r.Close() },
		"closed in mid-message": func(t *testing.T, r *testkit.Raw) { r.Send(testkit.RawFrame{Opcode: opText}); r.Close() },
		"reset": func(t *testing.T, r *testkit.Raw) {
			r.Conn.(*net.TCPConn).SetLinger(0)
			r.Close()
		},
		"reset with answers under way": func(t *testing.T, r *testkit.Raw) {
			for range 100 {
				r.Send(testkit.TextFrame(`{"type":"ping"}`))
			}
			r.Conn.(*net.TCPConn).SetLinger(0)
			r.Close()
		},
		"closed twice": func(t *testing.T, r *testkit.Raw) {
			r.Send(testkit.CloseFrame(nil), testkit.CloseFrame(testkit.CloseCode(1001, "")))
			drops(t, r)
		},
	} {
		t.Log(name)
		end(t, s.eve(a, b))
		a.ExpectLeft("eve")
		b.ExpectLeft("eve")
		a.Say(testkit.Message{"type": "offer", "name": "ben", "offer": name})
		b.ExpectRelay("offer", "ana")
	}
	a.Close(1000)
	b.ExpectLeft("ana")
	b.Close(1000)
	begun := time.Now()
	if s.stop(); time.Since(begun) > stopLimit/2 {
		t.Errorf("connections were left behind: stopping took %v", time.Since(begun))
	}
}
