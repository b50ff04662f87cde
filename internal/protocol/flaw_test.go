package protocol

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// wide encodes text in 16 bits a character.
func wide(order binary.AppendByteOrder, text string) string {
	var b []byte
	for _, c := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, c)
	}
	return string(b)
}

func TestBadJSONSaysWhatIsInTheWayAndWhere(t *testing.T) {
	const ping, long = `{"type":"ping"}`, `{"type":"candidate","name":"Ana","candidate":null,"c":1234}`
	for frame, want := range map[string]string{
		"":          "the frame is empty",
		" \r\n\t":   "the frame holds nothing but white space",
		"\ufeff":    "unexpected byte order mark (EF BB BF) at offset 0 (an object begins with {)",
		"\x00":      "unexpected byte 0x00 at offset 0 (an object begins with {)",
		"hello?":    "unexpected 'h' at offset 0 (an object begins with {)",
		"42":        "a number in place of the object, at offset 0",
		" -1":       "a number in place of the object, at offset 1",
		`"login"`:   "a string in place of the object, at offset 0",
		"\n[{}]":    "an array in place of the object, at offset 1",
		"true":      "true in place of the object, at offset 0",
		"false":     "false in place of the object, at offset 0",
		"null":      "null in place of the object, at offset 0",
		"nil":       "unexpected 'n' at offset 0 (an object begins with {)",
		"}":         "unexpected '}' at offset 0 (an object begins with {)",
		"undefined": "unexpected 'u' at offset 0 (an object begins with {)",

		"\ufeff" + ping:      "a byte order mark (EF BB BF) before the JSON, at offset 0",
		" \ufeff" + ping:     "a byte order mark (EF BB BF) before the JSON, at offset 1",
		"\x00" + ping:        "byte 0x00 before the JSON, at offset 0",
		"\x1e" + ping:        "byte 0x1E before the JSON, at offset 0",
		"\u00a0" + ping:      "U+00A0 before the JSON, at offset 0",
		"\u200b" + ping:      "U+200B before the JSON, at offset 0",
		"data: " + ping:      "'d' before the JSON, at offset 0",
		"é" + ping:           "'é' before the JSON, at offset 0",
		"'" + ping + "'":     "a single quote before the JSON, at offset 0",
		long + "\x00":        "byte 0x00 after the JSON object at offset 59",
		long + "\n\x00":      "byte 0x00 after the JSON object at offset 60",
		ping + "\x00\x00":    "byte 0x00 after the JSON object at offset 15",
		ping + "\x04":        "byte 0x04 after the JSON object at offset 15",
		ping + "}":           "'}' after the JSON object at offset 15",
		ping + ",":           "',' after the JSON object at offset 15",
		ping + "\ufeff":      "a byte order mark (EF BB BF) after the JSON object at offset 15",
		ping + "\u2028":      "U+2028 after the JSON object at offset 15",
		ping + "// a ping":   "'/' after the JSON object at offset 15",
		ping + "\n" + ping:   "a second object after the JSON object at offset 16 (send each in a frame of its own)",
		ping + "'":           "a single quote after the JSON object at offset 15",
		ping + "\xff":        "the text is not valid UTF-8: byte 0xFF at offset 15",
		`{"a":"` + "\xc3":    "the text is not valid UTF-8: byte 0xC3 at offset 6",
		"{\"é\":\"\xed\xa0":  "the text is not valid UTF-8: byte 0xED at offset 7",
		"{\"\ufffd\":\"\x80": "the text is not valid UTF-8: byte 0x80 at offset 8",

		wide(binary.LittleEndian, ping):              "the text is UTF-16 or UTF-32, not UTF-8",
		wide(binary.BigEndian, ping):                 "the text is UTF-16 or UTF-32, not UTF-8",
		"\xff\xfe" + wide(binary.LittleEndian, ping): "the text is UTF-16 or UTF-32, not UTF-8",
		"\xfe\xff" + wide(binary.BigEndian, ping):    "the text is UTF-16 or UTF-32, not UTF-8",
		"{\x00\x00\x00}\x00\x00\x00":                 "the text is UTF-16 or UTF-32, not UTF-8",
		"\x00\x00\x00{\x00\x00\x00}":                 "the text is UTF-16 or UTF-32, not UTF-8",
		"\x00\x00\xfe\xff\x00\x00\x00{":              "the text is UTF-16 or UTF-32, not UTF-8",
		"\x00\x00\x00\x00" + ping:                    "byte 0x00 before the JSON, at offset 0",

		`{'type':'ping'}`:               "unexpected single quote at offset 1 (JSON has double quotes only)",
		`{"type":'ping'}`:               "unexpected single quote at offset 8 (JSON has double quotes only)",
		`{“type”:"ping"}`:               "unexpected '“' at offset 1 (a key in double quotes is due)",
		`{type:"ping"}`:                 "unexpected 't' at offset 1 (a key in double quotes is due)",
		`{"type":"ping",}`:              "unexpected '}' at offset 15 (there is a comma before it, which only goes between two items)",
		`{"type":"ping","a":[1 , ]}`:    "unexpected ']' at offset 24 (there is a comma before it, which only goes between two items)",
		`{"type":"ping","a":}`:          "unexpected '}' at offset 19 (a value is due)",
		`{,}`:                           "unexpected ',' at offset 1 (a key in double quotes is due)",
		`{"type":"ping" "a":1}`:         "unexpected '\"' at offset 15 (a comma or the closing bracket is due)",
		`{"type":"ping"]`:               "unexpected ']' at offset 14 (a comma or the closing bracket is due)",
		`{"type"="ping"}`:               "unexpected '=' at offset 7 (a colon is due after a key)",
		`{/* ping */"type":"ping"}`:     "unexpected '/' at offset 1 (JSON has no comments)",
		`{"type":"ping","a":+1}`:        "unexpected '+' at offset 19 (a value is due)",
		`{"type":"ping","a":1.}`:        "unexpected '}' at offset 21 (a digit is due)",
		`{"type":"\x70ing"}`:            "unexpected 'x' at offset 10 (no escape of JSON)",
		`{"type":"\'"}`:                 "unexpected single quote at offset 10 (no escape of JSON)",
		"{\"type\":\"a\x00b\"}":         "unexpected byte 0x00 at offset 10 (inside a string it must be escaped)",
		"{\x00}":                        "unexpected byte 0x00 at offset 1 (a key in double quotes is due)",
		`{"type":"ping"`:                "the text ends too early, after 14 bytes",
		`{"type":"pi`:                   "the text ends too early, after 11 bytes",
		`{"type":"pi\u00`:               "the text ends too early, after 15 bytes",
		`{"type":"ping", "type":"ice"}`: `the key "type" stands twice in one object, again at offset 16`,
		strings.Repeat(`{"a":`, 513):    "arrays and objects nest deeper than 512 at offset 2560",
	} {
		_, err := NewDecoder(true).Decode([]byte(frame))
		if want := "Send one JSON object in a text frame: " + want; err == nil || err.Code != BadJSON || err.Message != want {
			t.Errorf("%.80q\ngot  %v\nwant %s", frame, err, want)
		}
	}
}

// isMessage tells whether a message can be shown: it is short, and nothing in it is invisible.
func isMessage(message string) bool {
	return utf8.ValidString(message) && len(message) < 400 && !strings.ContainsFunc(message, func(r rune) bool { return !unicode.IsPrint(r) })
}
