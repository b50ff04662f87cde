package ice

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestParseServerAccepts(t *testing.T) {
	stun := func(url string) Server { return Server{URLs: []string{url}} }
	turn := func(url string) Server { return Server{URLs: []string{url}, Username: "ana", Credential: "s3cret"} }
	for text, want := range map[string]Server{
		"stun:stun.example.org":                               stun("stun:stun.example.org"),
		"stun:stun.example.org:19302":                         stun("stun:stun.example.org:19302"),
		"stuns:stun.example.org:5349":                         stun("stuns:stun.example.org:5349"),
		"STUN:Stun.Example.ORG":                               stun("stun:stun.example.org"),
		"stun:192.0.2.1:1":                                    stun("stun:192.0.2.1:1"),
		"stun:[2001:DB8::1]":                                  stun("stun:[2001:db8::1]"),
		"stun:[2001:db8::1]:65535":                            stun("stun:[2001:db8::1]:65535"),
		"stun:[::ffff:192.0.2.1]:3478":                        stun("stun:[::ffff:192.0.2.1]:3478"),
		"stun:localhost:3478":                                 stun("stun:localhost:3478"),
		"stun:stun_1.example.org.":                            stun("stun:stun_1.example.org."),
		"stun:1and1.example.org":                              stun("stun:1and1.example.org"),
		"turn:ana:s3cret@turn.example.org":                    turn("turn:turn.example.org"),
		"turn:ana:s3cret@turn.example.org:3478":               turn("turn:turn.example.org:3478"),
		"turn:ana:s3cret@[2001:db8::1]:3478":                  turn("turn:[2001:db8::1]:3478"),
		"turn:ana:s3cret@turn.example.org?transport=udp":      turn("turn:turn.example.org?transport=udp"),
		"turns:ana:s3cret@turn.example.org:443?transport=tcp": turn("turns:turn.example.org:443?transport=tcp"),
		"TURNS:ana:s3cret@TURN.example.org:443?Transport=TCP": turn("turns:turn.example.org:443?transport=tcp"),
		"turn:1700%3Aana:p%40%3A%25+%20x@h":                   {URLs: []string{"turn:h"}, Username: "1700:ana", Credential: "p@:%+ x"},
		"turn:a:b:c@h":                                        {URLs: []string{"turn:h"}, Username: "a", Credential: "b:c"},
		"turn:a:b@c@h":                                        {URLs: []string{"turn:h"}, Username: "a", Credential: "b@c"},
	} {
		got, err := ParseServer(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("ParseServer(%q) = %#v, %v; want %#v", text, got, err, want)
		}
	}
}

func TestParseServerRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "want stun:",
		"stun.example.org":                   "want stun:",
		"stun":                               "want stun:",
		"stun.example.org:3478":              "the scheme must be",
		"http:example.org":                   "the scheme must be",
		"http://example.org":                 "the scheme must be",
		"stun://example.org":                 "no // after stun:",
		"turn://ana:s3cret@example.org":      "no // after turn:",
		"stun:":                              "the host is missing",
		"stun::3478":                         "the host is missing",
		"stun:example.org:":                  "the port must be",
		"stun:example.org:0":                 "the port must be",
		"stun:example.org:65536":             "the port must be",
		"stun:example.org:+80":               "the port must be",
		"stun:example.org:080":               "the port must be",
		"stun:example.org:-1":                "the port must be",
		"stun:example.org:http":              "the port must be",
		"stun:2001:db8::1":                   "in brackets",
		"stun:[2001:db8::1":                  "] of the IPv6",
		"stun:[2001:db8::1]3478":             "only :PORT may follow",
		"stun:[2001:db8::1]:":                "the port must be",
		"stun:[fe80::1%25eth0]":              "without a zone",
		"stun:[192.0.2.1]":                   "brackets must hold",
		"stun:[[::1]]":                       "brackets must hold",
		"stun:[]":                            "brackets must hold",
		"stun:192.0.2":                       "IPv4",
		"stun:192.0.2.256":                   "IPv4",
		"stun:192.0.2.1.":                    "IPv4",
		"stun:exa mple.org":                  "DNS name",
		"stun:bücher.example":                "DNS name",
		"stun:-a.example":                    "DNS name",
		"stun:a-.example":                    "DNS name",
		"stun:a..example":                    "DNS name",
		"stun:a/b":                           "DNS name",
		"stun:" + strings.Repeat("a", 64):    "DNS name",
		"stun:" + strings.Repeat("a.", 127):  "longer than 253",
		"stun:example.org?transport=udp":     "takes no ?transport",
		"stun:ana:s3cret@example.org":        "takes no user name",
		"turn:ana@example.org":               "USER:SECRET",
		"turn::s3cret@example.org":           "USER:SECRET",
		"turn:ana:@example.org":              "USER:SECRET",
		"turn:@example.org":                  "USER:SECRET",
		"turn:ana:s3cret%@example.org":       "must be written %25",
		"turn:an%zza:s3cret@example.org":     "must be written %25",
		"turn:ana:s3cret@":                   "the host is missing",
		"turn:ana:s3cret@h?transport=sctp":   "only transport=udp",
		"turn:ana:s3cret@h?transport=":       "only transport=udp",
		"turn:ana:s3cret@h?":                 "only transport=udp",
		"turn:ana:s3cret@h?a=b":              "only transport=udp",
		"turn:ana:s3cret@h?transport=udp&a=": "only transport=udp",
		"turn:ana:s3cret@h:3478/path":        "the port must be",
		"turn:ana:s3cret":                    "the port must be",
		"ana:s3cret@h":                       "the scheme must be",
		"turn:ana:s3cret@bad host":           "DNS name",
		"turn:ana:s3cret%FF@h":               "must be UTF-8",
		"turn:an\xe1:s3cret@h":               "must be UTF-8",
		"turn:ana:s3cret @h":                 "the secret ends with a blank (20)",
		"turn:ana:\"s3cret\"@h":              "the secret has quotation marks around it",
		"turn:ana:\ufeffs3cret@h":            "the secret begins with a byte order mark",
		"turn:ana:s3\x00s3cret@h":            "the secret holds a NUL",
		"turn:an\u200ba:s3cret@h":            "the user name holds an invisible character (U+200B), which is character 3",
	} {
		got, err := ParseServer(text)
		if err == nil {
			t.Errorf("ParseServer(%q) = %#v, want an error with %q", text, got, want)
			continue
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("ParseServer(%q): %v, want %q", text, err, want)
		}
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("ParseServer(%q): the error shows the secret: %v", text, err)
		}
	}
}

// A list is torn apart at each comma, also at one in a secret. Each piece says how to write it, and shows no secret.
func TestPiecesOfAServer(t *testing.T) {
	for _, piece := range []string{"turn:ana:s3cret", "s3cret@h", "p@s3cret@h:3478", "s3cret:x@h", "s3cret"} {
		_, err := ParseServer(piece)
		if err == nil || !strings.Contains(err.Error(), "write %2C") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: %v", piece, err)
		}
	}
	for _, whole := range []string{"turn:h", "turn:[::1]x", "turn:a b", "http://example.org", "stun:h:x", ""} {
		if _, err := ParseServer(whole); err != nil && strings.Contains(err.Error(), "%2C") {
			t.Errorf("%q: %v", whole, err)
		}
	}
	if got, err := ParseServer("turn:ana:a%2Cb@h"); err != nil || got.Credential != "a,b" {
		t.Errorf("got %v", err)
	}
}

func TestServerIsMaskedEverywhereButInJSON(t *testing.T) {
	server, err := ParseServer("turn:1700%3Aana:s3cret@turn.example.org:3478?transport=udp")
	if err != nil {
		t.Fatal(err)
	}
	const shown = "turn:1700%3Aana:***@turn.example.org:3478?transport=udp"
	for _, format := range []string{"%s", "%v", "%+v", "%#v", "%q"} {
		for _, value := range []any{server, &server, []Server{server}} {
			if got := fmt.Sprintf(format, value); strings.Contains(got, "s3cret") {
				t.Errorf("%s of %T shows the credential: %s", format, value, got)
			}
		}
	}
	if got := server.String(); got != shown {
		t.Errorf("String() = %s, want %s", got, shown)
	}
	encoded, err := json.Marshal(server)
	want := `{"urls":["turn:turn.example.org:3478?transport=udp"],"username":"1700:ana","credential":"s3cret"}`
	if err != nil || string(encoded) != want {
		t.Errorf("JSON = %s, %v; want %s", encoded, err, want)
	}
	if plain, _ := json.Marshal(Server{URLs: []string{"stun:h"}}); string(plain) != `{"urls":["stun:h"]}` {
		t.Errorf("JSON of a STUN server = %s", plain)
	}
}

func TestUnmarshalTextIgnoresOuterSpaces(t *testing.T) {
	var server Server
	if err := server.UnmarshalText([]byte(" stun:h ")); err != nil || server.String() != "stun:h" {
		t.Errorf("got %v, %v", server, err)
	}
	if err := server.UnmarshalText([]byte("x")); err == nil || server.String() != "stun:h" {
		t.Errorf("a bad text changed the server to %v, %v", server, err)
	}
}

func TestLacksCredentials(t *testing.T) {
	for text, want := range map[string]bool{
		"stun:h": false, "turn:h?transport=tcp": true, "turns:h:5349": true, "turn:a:b@h": false,
	} {
		server, err := ParseServer(text)
		if err != nil || server.LacksCredentials() != want {
			t.Errorf("%s: got %v, %v, want %v", text, server.LacksCredentials(), err, want)
		}
	}
}

// What String shows of a server without credentials is what ParseServer reads.
func FuzzParseServer(f *testing.F) {
	for _, seed := range []string{"stun:h:1", "turn:a:b@[::1]:2?transport=tcp", "turn:%:%@", "stun:[", "@", ":", "turn:a:b@h?transport=udp"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		server, err := ParseServer(text)
		if err != nil || server.Credential != "" {
			return
		}
		again, err := ParseServer(server.String())
		if err != nil || !reflect.DeepEqual(again, server) {
			t.Errorf("%q gives %v, and that %v, %v", text, server, again, err)
		}
	})
}
