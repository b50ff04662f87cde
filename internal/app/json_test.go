package app_test

import (
	"strings"
	"testing"

	"beckon/internal/testkit"
)

// Frames that are not one JSON object (RFC 8259) with a string field type: the error each gets. None of them
// closes the socket or changes anything.
func TestMalformedFrames(t *testing.T) {
	deep := strings.Repeat(`[`, 30000)
	tests := []struct{ code, frame string }{
		{"bad_json", ``},
		{"bad_json", ` `},
		{"bad_json", `hello`},
		{"bad_json", `null`},
		{"bad_json", `true`},
		{"bad_json", `42`},
		{"bad_json", `"login"`},
		{"bad_json", `[]`},
		{"bad_json", `[{"type":"ping"}]`},
		{"bad_json", `{`},
		{"bad_json", `}`},
		{"bad_json", `{"type":"ping"`},
		{"bad_json", `{"type":"ping"}}`},
		{"bad_json", `{"type":"ping"} x`},
		{"bad_json", `{"type":"ping"}{"type":"ping"}`},
		{"bad_json", "{\"type\":\"ping\"}\n{\"type\":\"ping\"}"},
		{"bad_json", `{"type":"ping",}`},
		{"bad_json", `{"type":"ping" "data":"x"}`},
		{"bad_json", `{"type" "ping"}`},
		{"bad_json", `{type:"ping"}`},
		{"bad_json", `{'type':'ping'}`},
		{"bad_json", `{"type":"ping"/* comment */}`},
		{"bad_json", "{\"type\":\"ping\"}// comment"},
		{"bad_json", `{"type":"ping","x":01}`},
		{"bad_json", `{"type":"ping","x":+1}`},
		{"bad_json", `{"type":"ping","x":.5}`},
		{"bad_json", `{"type":"ping","x":1.}`},
		{"bad_json", `{"type":"ping","x":1e}`},
		{"bad_json", `{"type":"ping","x":-}`},
		{"bad_json", `{"type":"ping","x":0x10}`},
		{"bad_json", `{"type":"ping","x":NaN}`},
		{"bad_json", `{"type":"ping","x":Infinity}`},
		{"bad_json", `{"type":"ping","x":undefined}`},
		{"bad_json", `{"type":"ping","x":True}`},
		{"bad_json", `{"type":"ping","x":nul}`},
		{"bad_json", `{"type":"ping","x":[1,]}`},
		{"bad_json", `{"type":"ping","x":[1 2]}`},
		{"bad_json", `{"type":"ping","x":[}`},
		{"bad_json", `{"type":"ping","x":{"a"}}`},
		{"bad_json", `{"type":"ping","x":"\x41"}`},
		{"bad_json", `{"type":"ping","x":"\u12"}`},
		{"bad_json", `{"type":"ping","x":"\u12G4"}`},
		{"bad_json", "{\"type\":\"ping\",\"x\":\"a\nb\"}"},
		{"bad_json", "{\"type\":\"ping\",\"x\":\"a\x00b\"}"},
		{"bad_json", "{\"type\":\"ping\",\"x\":\"a\x1fb\"}"},
		{"bad_json", "{\"type\":\"ping\",\"x\":\"open}"},
		{"bad_json", "\ufeff{\"type\":\"ping\"}"},
		{"bad_json", "{\"type\":\"ping\"}\x00"},
		{"bad_json", "\u00a0{\"type\":\"ping\"}"},

		// A key twice, also where one is written with an escape, or deep inside.
		{"bad_json", `{"type":"ping","type":"ping"}`},
		{"bad_json", `{"type":"ping","data":"a","data":"b"}`},
		{"bad_json", `{"type":"ping","d\u0061ta":"a","data":"b"}`},
		{"bad_json", `{"type":"ping","x":1,"x":1}`},
		{"bad_json", `{"type":"ping","x":{"a":1,"b":2,"a":3}}`},
		{"bad_json", `{"type":"ping","x":[[{"y":{"":1,"":2}}]]}`},
		{"bad_json", `{"type":"ping","x":{"é":1,"\u00e9":2}}`},
		{"bad_json", `{"type":"ping","x":{"\ud83e\udd8a":1,"🦊":2}}`},

		// Invalid UTF-8: in a value, in a key, outside of strings, overlong, a surrogate, cut short.
		{"bad_json", "{\"type\":\"ping\",\"data\":\"\xff\"}"},
		{"bad_json", "{\"type\":\"ping\",\"x\":\"\xc3\x28\"}"},
		{"bad_json", "{\"type\":\"ping\",\"\xff\":1}"},
		{"bad_json", "{\"type\":\"ping\"}\xff"},
		{"bad_json", "{\"type\":\"ping\",\"x\":\"\xc0\xaf\"}"},
		{"bad_json", "{\"type\":\"ping\",\"x\":\"\xed\xa0\x80\"}"},
		{"bad_json", "{\"type\":\"ping\",\"x\":\"\xf4\x90\x80\x80\"}"},
		{"bad_json", "{\"type\":\"ping\",\"x\":\"\xf0\x9f\xa6\"}"},
		{"bad_json", "\xff\xfe"},

		// Deep, and never closed.
		{"bad_json", deep},
		{"bad_json", `{"type":"ping","x":` + deep},
		{"bad_json", strings.Repeat(`{"type":`, 8000)},

		// One JSON object, but not a message.
		{"bad_message", `{}`},
		{"bad_message", `{"data":"x"}`},
		{"bad_message", `{"type":null}`},
		{"bad_message", `{"type":7}`},
		{"bad_message", `{"type":["ping"]}`},
		{"bad_message", `{"type":{"type":"ping"}}`},
		{"bad_message", `{"TYPE":"ping"}`},
		{"bad_message", `{"Type":"ping"}`},
		{"bad_message", `{"x":{"type":"ping"}}`},
	}
	s := onLoopback(t)
	c, other := s.pair("ana", "ben")
	for _, test := range tests {
		t.Logf("send %.60q", test.frame)
		c.Send(test.frame)
		c.ExpectError(test.code).ExpectKeys("code", "message")
	}
	c.ExpectPong("still here")
	other.ExpectPong("not bothered")
}

func TestUnknownTypes(t *testing.T) {
	s := onLoopback(t)
	c := s.open()
	for _, kind := range []string{
		"bogus", "", "Login", "PING", " ping", "ping ", "connect", "updateUsers", "removeUser", "presence", "error", "pong",
		"constructor", "__proto__", "hello 🦊", "<b>", `quo"te`,
	} {
		for range 2 { // before the login and after it
			c.Say(testkit.Message{"type": kind, "name": "ben", "offer": 1})
			f := c.ExpectError("unknown_type")
			if got, want := f.Text("message"), "Command not found: "+kind; got != want {
				t.Errorf("message %q, want %q", got, want)
			}
		}
	}
	c.Say(testkit.Message{"type": strings.Repeat("long", 4000)})
	c.ExpectError("unknown_type")
	c.Login("ana")
	c.Say(testkit.Message{"type": strings.Repeat("long", 10000)})
	c.ExpectError("unknown_type")
}

func TestSpaceAroundJSON(t *testing.T) {
	s := onLoopback(t)
	c := s.open()
	for _, text := range []string{
		" {\"type\":\"ping\",\"data\":\"x\"}",
		"\t\r\n{ \"type\" :\n\"ping\" , \"data\"\t:\r\"x\" }\n \t",
		`{"data":"x","type":"ping"}`,
		`{"\u0074ype":"p\u0069ng","d\u0061ta":"\u0078"}`,
		`{"unknown":{"type":"login"},"type":"ping","more":[{"data":1},{"data":2}],"data":"x"}`,
	} {
		c.Send(text)
		if f := c.Expect("pong"); f.Text("data") != "x" {
			t.Errorf("%q is answered with %s", text, f.JSON)
		}
	}
}

func TestBinaryFrames(t *testing.T) {
	s := onLoopback(t)
	c := s.open()
	for _, data := range []string{"", "\x00\x01", `{"type":"login","name":"ana"}`} {
		c.SendBinary([]byte(data))
		c.ExpectError("bad_json")
	}
	c.Login("ana")
	c.SendBinary([]byte(`{"type":"leave"}`))
	c.ExpectError("bad_json")
	c.Send(`{"type":"ice"}`)
	c.Expect("ice")
}

func TestPing(t *testing.T) {
	s := onLoopback(t)
	c := s.open()
	for _, data := range []string{"", "x", "a \"quoted\" \\ <b> \u2028 🦊", strings.Repeat("x", 128), strings.Repeat("é", 64)} {
		c.ExpectPong(data)
	}
	c.Send(`{"type":"ping"}`)
	if f := c.Expect("pong"); f.Has("data") && f.Value("data") != `""` {
		t.Errorf("a ping without data is answered with %s", f.JSON)
	}
	for _, data := range []string{
		quoted(strings.Repeat("x", 129)), quoted(strings.Repeat("é", 65)), `7`, `null`, `["x"]`, `{}`, `true`,
	} {
		c.Send(`{"type":"ping","data":` + data + `}`)
		c.ExpectError("bad_message")
	}
	c.Login("ana")
	c.ExpectPong("after the login")
}
