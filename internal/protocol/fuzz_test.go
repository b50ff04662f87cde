package protocol

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"testing"
	"unicode/utf8"
)

// FuzzDecode compares the decoder with encoding/json, which is laxer in ways that are checked one by one.
func FuzzDecode(f *testing.F) {
	data, err := os.ReadFile("testdata/examples.json")
	if err != nil {
		f.Fatal(err)
	}
	var examples []example
	if err := json.Unmarshal(data, &examples); err != nil {
		f.Fatal(err)
	}
	for _, e := range examples {
		f.Add([]byte(e.Frame))
	}
	for _, seed := range []string{"", "{", `{"a":1,"a":2}`, `{"\u0061":"\ud800","b":[{}]}`, "null", `{"type":1e9}`, "{\"\xff\":0}", "\ufeff{}", "{}\x00", "{'a':1,}", "{\x00}\x00"} {
		f.Add([]byte(seed))
	}
	d := NewDecoder(true)
	f.Fuzz(func(t *testing.T, frame []byte) {
		before := bytes.Clone(frame)
		m, err := d.Decode(frame)
		if !bytes.Equal(frame, before) {
			t.Fatal("the frame was changed")
		}
		bad := err != nil && err.Code == BadJSON
		if want := !strictObject(frame); bad != want {
			t.Fatalf("bad_json: got %v, want %v (%v)", bad, want, err)
		}
		if bad && !isMessage(err.Message) {
			t.Fatalf("the message is %q", err.Message)
		}
		if err == nil && m.Payload != nil {
			checkPayload(t, frame, m)
		}
	})
}

// checkPayload finds the payload where encoding/json finds it, and relays it.
func checkPayload(t *testing.T, frame []byte, m Message) {
	var top map[string]json.RawMessage
	if err := json.Unmarshal(frame, &top); err != nil {
		t.Fatal(err)
	}
	if want := top[m.Type.String()]; !bytes.Equal(m.Payload, want) {
		t.Fatalf("payload %q, want %q", m.Payload, want)
	}
	relayed := AppendRelayed(nil, Relayed{Type: m.Type, From: "x", Payload: m.Payload, Call: m.Call})
	if !json.Valid(relayed) {
		t.Fatalf("relayed %q", relayed)
	}
}

// strictObject is what the decoder must accept, by means of encoding/json.
func strictObject(frame []byte) bool {
	if !utf8.Valid(frame) || !json.Valid(frame) {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(frame))
	d.UseNumber()
	if first, err := d.Token(); err != nil || first != json.Delim('{') {
		return false
	}
	if !strictRest(d, '}', 1) {
		return false
	}
	_, err := d.Token()
	return err == io.EOF
}

// strictRest reads the rest of a container that has been opened.
func strictRest(d *json.Decoder, closer json.Delim, depth int) bool {
	if depth > MaxDepth {
		return false
	}
	keys := make(map[string]bool)
	for d.More() {
		if closer == '}' {
			key, _ := d.Token()
			if keys[key.(string)] {
				return false
			}
			keys[key.(string)] = true
		}
		switch v, _ := d.Token(); v {
		case json.Delim('{'):
			if !strictRest(d, '}', depth+1) {
				return false
			}
		case json.Delim('['):
			if !strictRest(d, ']', depth+1) {
				return false
			}
		}
	}
	_, err := d.Token()
	return err == nil
}
