package protocol

import (
	"strings"
	"testing"
)

func TestDecodeRefuses(t *testing.T) {
	deep := strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)
	manyKeys := `{"type":"ping","a":{` + numberedKeys(100) + `,"k50":0}}`
	tests := map[string]struct {
		frame string
		code  Code
		says  string
	}{
		"nothing":               {"", BadJSON, "the frame is empty"},
		"null":                  {"null", BadJSON, "null in place of the object, at offset 0"},
		"array":                 {`["type"]`, BadJSON, "an array in place of the object, at offset 0"},
		"half an object":        {`{"type":"ping"`, BadJSON, "ends too early, after 14 bytes"},
		"two objects":           {`{"type":"ping"}{}`, BadJSON, "a second object after the JSON object at offset 15"},
		"single quotes":         {`{'type':'ping'}`, BadJSON, "unexpected single quote at offset 1 (JSON has double quotes only)"},
		"trailing comma":        {`{"type":"ping",}`, BadJSON, "unexpected '}'"},
		"missing comma":         {`{"type":"ping" "data":""}`, BadJSON, "unexpected"},
		"missing colon":         {`{"type" "ping"}`, BadJSON, "unexpected"},
		"array comma":           {`{"type":"ping","a":[1,]}`, BadJSON, "unexpected ']'"},
		"leading zero":          {`{"type":"ping","a":01}`, BadJSON, "unexpected '1'"},
		"bare minus":            {`{"type":"ping","a":-}`, BadJSON, "unexpected '}'"},
		"bare fraction":         {`{"type":"ping","a":1.}`, BadJSON, "unexpected '}'"},
		"bare exponent":         {`{"type":"ping","a":1e+}`, BadJSON, "unexpected '}'"},
		"plus":                  {`{"type":"ping","a":+1}`, BadJSON, "unexpected '+'"},
		"NaN":                   {`{"type":"ping","a":NaN}`, BadJSON, "unexpected 'N'"},
		"literal cut":           {`{"type":"ping","a":tru}`, BadJSON, "unexpected 't'"},
		"raw line feed":         {"{\"type\":\"pi\nng\"}", BadJSON, "unexpected byte 0x0A at offset 11 (inside a string it must be escaped)"},
		"unknown escape":        {`{"type":"\x70ing"}`, BadJSON, "unexpected 'x'"},
		"short escape":          {`{"type":"\u00"}`, BadJSON, `unexpected '"'`},
		"not UTF-8":             {"{\"type\":\"ping\",\"data\":\"\xff\"}", BadJSON, "not valid UTF-8"},
		"NUL":                   {"{\"type\":\"ping\"\x00}", BadJSON, "unexpected byte 0x00 at offset 14 "},
		"key twice":             {`{"type":"ping","type":"ice"}`, BadJSON, "twice"},
		"key twice, escaped":    {`{"type":"ping","t\u0079pe":"ice"}`, BadJSON, "twice"},
		"key twice, deep":       {`{"type":"offer","name":"a","offer":[{"b":{"c":1,"d":2,"c":3}}]}`, BadJSON, "twice"},
		"key twice, among many": {manyKeys, BadJSON, "twice"},
		"too deep":              {`{"type":"offer","name":"a","offer":` + deep + `}`, BadJSON, "deeper than 512"},

		"no type":             {`{}`, BadMessage, "`type` is missing"},
		"type of other case":  {`{"Type":"ping"}`, BadMessage, "`type` is missing"},
		"type a number":       {`{"type":1}`, BadMessage, "`type` must be a string"},
		"unknown type":        {`{"type":"dance"}`, UnknownType, "Command not found: dance"},
		"type of the server":  {`{"type":"updateUsers"}`, UnknownType, "Command not found: updateUsers"},
		"type with spaces":    {`{"type":" ping"}`, UnknownType, "Command not found:  ping"},
		"login without name":  {`{"type":"login"}`, BadMessage, "`name` is missing"},
		"login, name a list":  {`{"type":"login","name":["a"]}`, BadMessage, "`name` must be a string"},
		"login, room a bool":  {`{"type":"login","name":"a","room":true}`, BadMessage, "`room` must be a string"},
		"login, token null":   {`{"type":"login","name":"a","token":null}`, BadMessage, "`token` must be a string"},
		"login, presence 1":   {`{"type":"login","name":"a","presence":1}`, BadMessage, "`presence` must be true or false"},
		"offer without name":  {`{"type":"offer","offer":1}`, BadMessage, "`name` is missing"},
		"offer without offer": {`{"type":"offer","name":"a","answer":1}`, BadMessage, "`offer` is missing"},
		"answer, no answer":   {`{"type":"answer","name":"a"}`, BadMessage, "`answer` is missing"},
		"candidate, none":     {`{"type":"candidate","name":"a"}`, BadMessage, "`candidate` is missing"},
		"name null":           {`{"type":"leave","name":null}`, BadMessage, "`name` must be a string"},
		"call a number":       {`{"type":"offer","name":"a","offer":1,"call":7}`, BadMessage, "`call` must be a string"},
		"call too long":       {`{"type":"leave","name":"a","call":"` + strings.Repeat("x", 65) + `"}`, BadMessage, "at most 64 bytes"},
		"data too long":       {`{"type":"ping","data":"` + strings.Repeat("é", 65) + `"}`, BadMessage, "at most 128 bytes"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := NewDecoder(true).Decode([]byte(test.frame))
			if err == nil {
				t.Fatal("accepted")
			}
			if err.Code != test.code || !strings.Contains(err.Message, test.says) {
				t.Errorf("got %v, want %s saying %q", err, test.code, test.says)
			}
		})
	}
}

func numberedKeys(n int) string {
	var keys []string
	for i := range n {
		keys = append(keys, `"k`+string(rune('0'+i/10))+string(rune('0'+i%10))+`":1`)
	}
	return strings.Join(keys, ",")
}

func TestDecodeReads(t *testing.T) {
	deepest := strings.Repeat("[", MaxDepth-1) + strings.Repeat("]", MaxDepth-1)
	sameKeyElsewhere := `[{"a":1},{"a":2},{"b":{"a":{"a":3}}}]`
	tests := map[string]struct {
		frame string
		want  Message
	}{
		"login": {`{"type":"login","name":"Ana"}`, Message{Type: Login, Named: true, Name: []byte("Ana"), Presence: true}},
		"login with all": {
			` { "presence" : false , "room":"r","token":"t", "name":"A\u006ea" ,"type":"login"} `,
			Message{Type: Login, Named: true, Name: []byte("Ana"), Room: []byte("r"), Token: []byte("t")},
		},
		"empty name": {`{"type":"login","name":""}`, Message{Type: Login, Named: true, Presence: true}},
		"escaped type": {
			`{"t\u0079pe":"\u006ceave"}`, Message{Type: Leave},
		},
		"surrogate pair": {
			`{"type":"leave","name":"\ud83d\ude00\ud83dx"}`, Message{Type: Leave, Named: true, Name: []byte("😀\uFFFDx")},
		},
		"payload as it is": {
			`{"type":"offer","name":"b","offer": {"n":12345678901234567890.10e+2,"s":"\u0041\/","k":[]} ,"call":"\u0041"}`,
			Message{
				Type: Offer, Named: true, Name: []byte("b"), Call: []byte(`"\u0041"`),
				Payload: []byte(`{"n":12345678901234567890.10e+2,"s":"\u0041\/","k":[]}`),
			},
		},
		"null candidate": {
			`{"type":"candidate","name":"b","candidate":null}`,
			Message{Type: Candidate, Named: true, Name: []byte("b"), Payload: []byte("null")},
		},
		"one key in many objects": {
			`{"type":"answer","name":"b","answer":` + sameKeyElsewhere + `}`,
			Message{Type: Answer, Named: true, Name: []byte("b"), Payload: []byte(sameKeyElsewhere)},
		},
		"as deep as it goes": {
			`{"type":"answer","name":"b","answer":` + deepest + `}`,
			Message{Type: Answer, Named: true, Name: []byte("b"), Payload: []byte(deepest)},
		},
		"ping":                 {`{"type":"ping","data":"x"}`, Message{Type: Ping, Data: []byte(`"x"`)}},
		"other fields ignored": {`{"type":"ice","name":7,"zzz":{"type":1}}`, Message{Type: ICE, Named: true}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := NewDecoder(true).Decode([]byte(test.frame))
			if err != nil {
				t.Fatal(err)
			}
			if !same(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func same(a, b Message) bool {
	return a.Type == b.Type && a.Named == b.Named && a.Presence == b.Presence && string(a.Name) == string(b.Name) &&
		string(a.Payload) == string(b.Payload) && string(a.Call) == string(b.Call) && string(a.Data) == string(b.Data) &&
		string(a.Room) == string(b.Room) && string(a.Token) == string(b.Token)
}

func TestErrorsNameTheRecipient(t *testing.T) {
	_, err := NewDecoder(true).Decode([]byte(`{"type":"offer","name":"Bob"}`))
	if err == nil || err.Name != "Bob" {
		t.Errorf("got %+v, want an error about Bob", err)
	}
}

func TestLongTextIsClipped(t *testing.T) {
	long := strings.Repeat("é", 1000)
	_, err := NewDecoder(true).Decode([]byte(`{"type":"` + long + `"}`))
	if err == nil || len(err.Message) > 300 || !strings.HasSuffix(err.Message, "é…") {
		t.Errorf("got %v", err)
	}
}

func TestAppendString(t *testing.T) {
	const hard = "a\"b\\c\n\x00\x7f<é😀\u2028"
	decoded := unquote(AppendString(nil, hard))
	if string(decoded) != hard {
		t.Errorf("got %q, want %q", decoded, hard)
	}
}

func TestResumeFields(t *testing.T) {
	tests := map[string]struct {
		resumable bool
		fields    string
		session   string
		received  uint64
		code      Code
	}{
		"both":               {true, `"session":"s","received":12`, "s", 12, ""},
		"session alone":      {true, `"session":"s"`, "s", 0, ""},
		"neither":            {true, `"x":1`, "", 0, ""},
		"session a number":   {true, `"session":1`, "", 0, BadMessage},
		"received a string":  {true, `"session":"s","received":"12"`, "", 0, BadMessage},
		"received negative":  {true, `"session":"s","received":-1`, "", 0, BadMessage},
		"received fraction":  {true, `"session":"s","received":1.5`, "", 0, BadMessage},
		"received too large": {true, `"session":"s","received":18446744073709551615`, "", 0, BadMessage},
		"plain ignores them": {false, `"session":1,"received":{}`, "", 0, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m, err := NewDecoder(test.resumable).Decode([]byte(`{"type":"login","name":"a",` + test.fields + `}`))
			switch {
			case (err != nil) != (test.code != ""), err != nil && err.Code != test.code:
				t.Errorf("got %v, want %q", err, test.code)
			case err == nil && (string(m.Session) != test.session || m.Received != test.received):
				t.Errorf("got %q, %d", m.Session, m.Received)
			}
		})
	}
}

func TestPresenceIsWhatChangesComeTo(t *testing.T) {
	user := func(id, name string) User { return User{ID: id, Name: name} }
	joined := func(u User) Change { return Change{User: u} }
	left := func(u User) Change { return Change{User: u, Left: true} }
	ana, ana2, bob := user("1", "Ana"), user("2", "Ana"), user("3", "Bob")
	tests := map[string]struct {
		changes []Change
		want    string
	}{
		"came and went":      {[]Change{joined(ana), left(ana)}, ""},
		"left and came back": {[]Change{left(ana), joined(ana2)}, `{"type":"presence","joined":[{"id":"2","userName":"Ana"}],"left":[{"id":"1","userName":"Ana"}]}`},
		"came, went, came":   {[]Change{joined(ana), joined(bob), left(ana), joined(ana2)}, `{"type":"presence","joined":[{"id":"3","userName":"Bob"},{"id":"2","userName":"Ana"}],"left":[]}`},
	}
	for name, test := range tests {
		if got := string(AppendPresence(nil, test.changes)); got != test.want {
			t.Errorf("%s: got %s", name, got)
		}
		for i, c := range test.changes {
			test.changes[i] = c.Prepared()
		}
		if got := string(AppendPresence(nil, test.changes)); got != test.want {
			t.Errorf("%s, prepared: got %s", name, got)
		}
	}
}
