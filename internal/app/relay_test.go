package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"beckon/internal/testkit"
)

// Payloads arrive as equal JSON: numbers, escapes and key order as they were written. Only space may change.
func TestPayloadsArriveIntact(t *testing.T) {
	payloads := []string{
		`{"type":"offer","sdp":"v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n"}`,
		`null`, `"text"`, `""`, `0`, `-0`, `true`, `false`, `[]`, `{}`, `[[],[{}],{"a":[]}]`,
		`123456789012345678901234567890`, `-9007199254740993`, `1.0`, `1.10`, `1e400`, `1E+2`, `-1.5e-400`, `0.1000000000000000055511151231257827`,
		`"\u0041\u00e9\u2028\/\b\f\n\r\t\"\\"`, `"<>&'é` + "\u2028\u2029\u007f" + `🦊"`, `"\ud83e\udd8a"`, `"\u0000"`, `"\u202e"`,
		`{"z":1,"a":2,"m":{"y":1,"b":2}}`,
		`{"":1," ":2,"__proto__":{"x":1},"constructor":3,"toString":4,"type":"leave","name":"eve","user":{"id":"x"}}`,
		`{"a":1,"A":2,"\u00c4":3,"\u0061\u0308":4}`,
		`{"a":null,"b":[null]}`,
		"{ \"spread\" :\t[ 1 ,\r\n 2 ] }",
		strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100),
		strings.Repeat(`{"a":`, 100) + `1` + strings.Repeat(`}`, 100),
		`"` + strings.Repeat("x", 60<<10) + `"`,
		`"` + strings.Repeat(`\u00e9`, 10000) + `"`,
		`[` + strings.Repeat(`1,`, 25000) + `1]`,
	}
	s := onLoopback(t)
	a, b := s.pair("ana", "ben")
	for _, payload := range payloads {
		for _, kind := range []string{"offer", "answer", "candidate"} {
			t.Logf("%s %.60s", kind, payload)
			a.Send(fmt.Sprintf(`{"type":%q,"name":"ben",%q:%s}`, kind, kind, payload))
			f := b.ExpectRelay(kind, "ana")
			f.ExpectKeys("name", kind)
			expectEqualJSON(t, f.Value(kind), payload)
			b.Send(fmt.Sprintf(`{%q:%s,"call":"c","name":"ana","type":%q}`, kind, payload, kind))
			f = a.ExpectRelay(kind, "ben")
			f.ExpectKeys("name", kind, "call")
			expectEqualJSON(t, f.Value(kind), payload)
		}
	}
}

func expectEqualJSON(t *testing.T, got, sent string) {
	t.Helper()
	var want bytes.Buffer
	if err := json.Compact(&want, []byte(sent)); err != nil {
		t.Fatal(err)
	}
	if got != want.String() {
		t.Errorf("%.200s arrives as %.200s", want.String(), got)
	}
}

func TestRelayFields(t *testing.T) {
	tests := []struct {
		frame string
		code  string // empty: relayed
	}{
		{`{"type":"offer","name":"ben","offer":1}`, ""},
		{`{"type":"offer","offer":1,"name":"BEN","x":1,"answer":2,"from":"eve","user":{"id":"1","userName":"eve"}}`, ""},
		{`{"type":"offer","name":"ben","offer":1,"Offer":2,"NAME":"eve"}`, ""},
		{`{"type":"offer","name":"b\u0065n","\u006fffer":1}`, ""},
		{`{"type":"offer","offer":1}`, "bad_message"},
		{`{"type":"offer","name":7,"offer":1}`, "bad_message"},
		{`{"type":"offer","name":null,"offer":1}`, "bad_message"},
		{`{"type":"offer","name":["ben"],"offer":1}`, "bad_message"},
		{`{"type":"offer","name":"ben"}`, "bad_message"},
		{`{"type":"offer","name":"ben","answer":1}`, "bad_message"},
		{`{"type":"answer","name":"ben","offer":1}`, "bad_message"},
		{`{"type":"candidate","name":"ben","offer":1}`, "bad_message"},
		{`{"type":"offer","name":"ben","Offer":1}`, "bad_message"},
		{`{"type":"offer","name":"ben","offer":1,"call":7}`, "bad_message"},
		{`{"type":"offer","name":"ben","offer":1,"call":null}`, "bad_message"},
		{`{"type":"offer","name":"ben","offer":1,"call":["c"]}`, "bad_message"},
		{`{"type":"offer","name":"ben","offer":1,"call":"` + strings.Repeat("c", 65) + `"}`, "bad_message"},
		{`{"type":"offer","name":"ben","offer":1,"call":"` + strings.Repeat("é", 33) + `"}`, "bad_message"},
		{`{"type":"leave","name":"ben","call":"` + strings.Repeat("c", 65) + `"}`, "bad_message"},
		{`{"type":"leave","name":"ben","call":7}`, "bad_message"},
		{`{"type":"leave","name":7}`, "bad_message"},
		{`{"type":"leave","name":null}`, "bad_message"},
		{`{"type":"offer","name":"nobody","offer":1}`, "unknown_user"},
		{`{"type":"offer","name":"","offer":1}`, "unknown_user"},
		{`{"type":"offer","name":" ","offer":1}`, "unknown_user"},
		{`{"type":"offer","name":"a\u0000b","offer":1}`, "unknown_user"},
		{`{"type":"offer","name":"` + strings.Repeat("x", 5000) + `","offer":1}`, "unknown_user"},
		{`{"type":"leave","name":"nobody"}`, "unknown_user"},
		{`{"type":"leave","name":""}`, "unknown_user"},
	}
	virtual(t, func(t *testing.T, s *server) {
		a, b := s.pair("ana", "ben")
		for _, test := range tests {
			t.Logf("send %.100s", test.frame)
			a.Send(test.frame)
			if test.code == "" {
				b.ExpectRelay("offer", "ana").ExpectKeys("name", "offer")
				continue
			}
			a.ExpectError(test.code)
			b.ExpectNothing(time.Second)
		}
		a.Send(`{"type":"offer","name":"ben","offer":"still logged in"}`)
		b.ExpectRelay("offer", "ana")
	})
}

// An error says whom the refused message was for, where it said so.
func TestErrorsNameTheRecipient(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a, _ := s.pair("ana", "ben")
		for _, name := range []string{"nobody", "Nobody At All", "constructor", "__proto__", "José", "<b>", `quo"te`, "🦊"} {
			for _, kind := range []string{"offer", "answer", "candidate", "leave"} {
				a.Say(testkit.Message{"type": kind, "name": name, kind: 1})
				f := a.ExpectError("unknown_user")
				f.ExpectKeys("code", "message", "name")
				if f.Text("name") != name || f.Text("message") != "User "+name+" does not exist!" {
					t.Errorf("%s to %q is answered with %s", kind, name, f.JSON)
				}
			}
		}
		a.Send(`{"type":"offer","name":"ben"}`)
		if f := a.ExpectError("bad_message"); !f.Has("name") || f.Text("name") != "ben" {
			t.Errorf("no recipient in %s", f.JSON)
		}
		a.Send(`{"type":"candidate","call":7,"candidate":1,"name":"ben"}`)
		if f := a.ExpectError("bad_message"); !f.Has("name") || f.Text("name") != "ben" {
			t.Errorf("no recipient in %s", f.JSON)
		}
	})
}

func TestCallIsRelayed(t *testing.T) {
	s := onLoopback(t)
	a, b := s.pair("ana", "ben")
	for _, call := range []string{
		"", "c", "7", " padded ", `a "quoted" \ <b>`, "é\u2028🦊", "\u0000\u202e", strings.Repeat("c", 64), strings.Repeat("é", 32),
	} {
		for _, kind := range []string{"offer", "answer", "candidate"} {
			a.Say(testkit.Message{"type": kind, "name": "ben", kind: 1, "call": call})
			f := b.ExpectRelay(kind, "ana")
			f.ExpectKeys("name", kind, "call")
			if f.Text("call") != call {
				t.Errorf("call %q arrives in %s", call, f.JSON)
			}
		}
		a.Say(testkit.Message{"type": "leave", "name": "ben", "call": call})
		f := b.ExpectHangup("ana")
		f.ExpectKeys("name", "call")
		if f.Text("call") != call {
			t.Errorf("call %q arrives in %s", call, f.JSON)
		}
	}
}

// The sender of a message is who the server says, whatever the sender says.
func TestSenderIsStamped(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a := s.open()
		a.Login("Ana  Lee")
		b := s.user("Ben")
		a.ExpectJoined("Ben")
		a.Send(`{"type":"offer","name":"Ben","offer":{"name":"Eve"},"from":"Eve","userName":"Eve"}`)
		b.ExpectRelay("offer", "Ana Lee").ExpectKeys("name", "offer")
		b.Say(testkit.Message{"type": "answer", "name": "ANA LEE", "answer": 1})
		a.ExpectRelay("answer", "Ben")

		a.Say(testkit.Message{"type": "offer", "name": "ana lee", "offer": "to oneself"})
		a.ExpectRelay("offer", "Ana Lee")
	})
}

func TestHangup(t *testing.T) {
	virtual(t, func(t *testing.T, s *server) {
		a, b := s.pair("ana", "ben")
		c := s.user("cleo")
		a.ExpectJoined("cleo")
		b.ExpectJoined("cleo")
		a.Send(`{"type":"leave","name":"BEN"}`)
		b.ExpectHangup("ana").ExpectKeys("name")
		a.ExpectNothing(time.Second)
		b.ExpectNothing(time.Second)
		c.ExpectNothing(time.Second)

		// Both are still there, for each other and for others.
		b.Say(testkit.Message{"type": "offer", "name": "ana", "offer": 1})
		a.ExpectRelay("offer", "ben")
		c.Say(testkit.Message{"type": "offer", "name": "ana", "offer": 1})
		a.ExpectRelay("offer", "cleo")
	})
}

// A refused message costs its sender none of the others.
func TestErrorsCostNothing(t *testing.T) {
	s := onLoopback(t)
	a, b := s.pair("ana", "ben")
	const rounds = 50
	bad := []struct{ code, frame string }{
		{"bad_json", `{`}, {"unknown_type", `{"type":"x"}`}, {"bad_message", `{"type":"offer","name":"ben"}`},
		{"unknown_user", `{"type":"offer","name":"nobody","offer":1}`}, {"bad_message", `{}`},
	}
	for i := range rounds {
		a.Send(bad[i%len(bad)].frame)
		a.Say(testkit.Message{"type": "candidate", "name": "ben", "candidate": i})
	}
	for i := range rounds {
		if f := b.ExpectRelay("candidate", "ana"); f.Number("candidate") != float64(i) {
			t.Fatalf("message %d is %s", i, f.JSON)
		}
		a.ExpectError(bad[i%len(bad)].code)
	}
}
