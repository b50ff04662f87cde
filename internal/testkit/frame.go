package testkit

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"beckon/internal/protocol"
)

// Frame is one message of the server. Its methods fail the test where a field is missing or of another kind.
type Frame struct {
	Type string
	JSON []byte    // the frame as it came
	At   time.Time // when a Client got it

	t      testing.TB
	fields map[string]json.RawMessage
}

// parseFrame fails the test if data is not one JSON object with a string field type.
func parseFrame(t testing.TB, data []byte) Frame {
	t.Helper()
	f := Frame{t: t, JSON: data}
	if !utf8.Valid(data) {
		t.Fatalf("the server sent invalid UTF-8: %q", data)
	}
	if err := json.Unmarshal(data, &f.fields); err != nil || f.fields == nil {
		t.Fatalf("the server sent no JSON object: %s", data)
	}
	f.Type = f.Text("type")
	return f
}

// Has tells whether the frame has a field.
func (f Frame) Has(key string) bool {
	_, ok := f.fields[key]
	return ok
}

// Value is a field's JSON without insignificant space.
func (f Frame) Value(key string) string {
	f.t.Helper()
	raw, ok := f.fields[key]
	if !ok {
		f.t.Fatalf("no field %q in %s", key, f.JSON)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		f.t.Fatalf("field %q of %s: %v", key, f.JSON, err)
	}
	return compact.String()
}

// Text is a field that is a string.
func (f Frame) Text(key string) string {
	f.t.Helper()
	return decode[string](f, key)
}

// Bool is a field that is true or false.
func (f Frame) Bool(key string) bool {
	f.t.Helper()
	return decode[bool](f, key)
}

// Number is a field that is a number.
func (f Frame) Number(key string) float64 {
	f.t.Helper()
	return decode[float64](f, key)
}

// User is a field of the form {id, userName}.
func (f Frame) User(key string) protocol.User {
	f.t.Helper()
	return decode[user](f, key).checked(f)
}

// Users is a field that is a list of {id, userName}.
func (f Frame) Users(key string) []protocol.User {
	f.t.Helper()
	list := []protocol.User{}
	for _, u := range decode[[]user](f, key) {
		list = append(list, u.checked(f))
	}
	return list
}

// ExpectKeys fails the test unless the frame has these fields and no others, next to type.
func (f Frame) ExpectKeys(keys ...string) {
	f.t.Helper()
	want := slices.Sorted(slices.Values(append(keys, "type")))
	if got := slices.Sorted(maps.Keys(f.fields)); !slices.Equal(got, want) {
		f.t.Fatalf("fields %q, want %q, in %s", got, want, f.JSON)
	}
}

func decode[T any](f Frame, key string) T {
	f.t.Helper()
	var value *T
	if err := json.Unmarshal([]byte(f.Value(key)), &value); err != nil || value == nil {
		f.t.Fatalf("field %q is of the wrong kind in %s", key, f.JSON)
	}
	return *value
}

// user is a user as the wire has it: exactly these two fields.
type user map[string]string

func (u user) checked(f Frame) protocol.User {
	f.t.Helper()
	if len(u) != 2 || u["id"] == "" || u["userName"] == "" {
		f.t.Fatalf("a user that is not {id, userName} in %s", f.JSON)
	}
	return protocol.User{ID: u["id"], Name: u["userName"]}
}
