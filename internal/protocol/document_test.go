package protocol

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"regexp"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata/examples.json anew from PROTOCOL.md")

// example is one frame of PROTOCOL.md. Tests of the JavaScript client read the same examples.
type example struct {
	Name  string          `json:"name"`
	From  string          `json:"from"` // "client" or "server"
	Frame json.RawMessage `json:"frame"`
}

func documented(t *testing.T) []example {
	t.Helper()
	page, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?m)^```json (client|server) (\\S+)\n(.*)\n```$")
	var all []example
	for _, m := range block.FindAllSubmatch(page, -1) {
		all = append(all, example{From: string(m[1]), Name: string(m[2]), Frame: m[3]})
	}
	if fences := bytes.Count(page, []byte("```json")); len(all) == 0 || len(all) != fences {
		t.Fatalf("%d examples found in %d blocks", len(all), fences)
	}
	return all
}

func TestExamplesFileIsThePages(t *testing.T) {
	want, err := json.MarshalIndent(documented(t), "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	const path = "testdata/examples.json"
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what PROTOCOL.md shows (%v): run go test ./internal/protocol -update", path, err)
	}
}

func TestClientExamplesDecode(t *testing.T) {
	seen := make(map[Type]bool)
	for _, e := range documented(t) {
		if e.From != "client" {
			continue
		}
		m, err := NewDecoder(true).Decode(e.Frame)
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
		}
		seen[m.Type] = true
	}
	for typ := Login; typ <= Ping; typ++ {
		if !seen[typ] {
			t.Errorf("no example of %s", typ)
		}
	}
}

func TestServerExamplesAreWhatIsSent(t *testing.T) {
	ana := User{ID: "6f1c4d1e-98a5-4b7c-8a53-0f6f0b5d8c11", Name: "Ana"}
	bob := User{ID: "0b9e2f6a-7a1d-4d0e-9f38-2f1f6f4b3a22", Name: "Bob"}
	stun := []byte(`[{"urls":["stun:stun.example.org:3478"]}]`)
	turn := []byte(`[{"urls":["turn:turn.example.org:3478?transport=udp"],"username":"1800000000:6f1c4d1e-98a5-4b7c-8a53-0f6f0b5d8c11","credential":"FwXDtHy9FGqMv5jLy36B30VPcfY="}]`)
	sdp := func(kind string) []byte { return []byte(`{"type":"` + kind + `","sdp":"v=0\r\n"}`) }
	call := []byte(`"c1"`)
	candidate := []byte(`{"candidate":"candidate:1 1 udp 2122260223 192.0.2.7 51000 typ host","sdpMid":"0","sdpMLineIndex":0}`)
	relayed := func(r Relayed) []byte { return AppendRelayed(nil, r) }
	sent := map[string][]byte{
		"connect":       Connect(false),
		"connect-token": Connect(true),
		"login-alone":   loggedIn(Welcome{Self: ana, ICEServers: []byte("[]")}),
		"login":         loggedIn(Welcome{Self: bob, Users: usersOf(ana), ICEServers: stun}),
		"updateUsers":   Change{User: bob}.AppendUser(nil, "updateUsers"),
		"offer":         relayed(Relayed{Type: Offer, From: "Bob", Payload: sdp("offer"), Call: call}),
		"answer":        relayed(Relayed{Type: Answer, From: "Ana", Payload: sdp("answer"), Call: call}),
		"candidate":     relayed(Relayed{Type: Candidate, From: "Bob", Payload: candidate, Call: call}),
		"hang-up":       relayed(Relayed{Type: Leave, From: "Bob", Call: call}),
		"left":          Change{User: bob}.AppendUser(nil, "leave"),
		"removeUser":    Change{User: bob}.AppendUser(nil, "removeUser"),
		"ice":           FreshICE(stun, 24*time.Hour, false),
		"ice-lapsing":   FreshICE(turn, 12*time.Hour, true),
		"pong":          Pong([]byte(`"17"`)),
		"login-lapsing": loggedIn(Welcome{Self: ana, ICEServers: turn, ICETTL: 12 * time.Hour, RelayOnly: true}),
		"login-v1": loggedIn(Welcome{Self: ana, ICEServers: []byte("[]"), Session: &Session{
			Token: "Jk3vZ0mC6k1bq9TtX2bQ0w", Window: 15 * time.Second,
		}}),
		"presence":     AppendPresence(nil, []Change{{User: ana, Left: true}, {User: bob}}),
		"login-failed": Refusal(Login, &Error{Code: NameTaken, Message: "Username is unavailable"}),
		"error":        Refusal(Offer, NoSuchUser([]byte("Eve"))),
	}
	for _, e := range documented(t) {
		if e.From != "server" {
			continue
		}
		if !equalJSON(t, e.Frame, sent[e.Name]) {
			t.Errorf("%s:\nthe page shows %s\nsent is        %s", e.Name, e.Frame, sent[e.Name])
		}
		delete(sent, e.Name)
	}
	for name := range sent {
		t.Errorf("%s is not on the page", name)
	}
}

func equalJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatal(err)
	}
	if json.Unmarshal(b, &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}

func TestPageListsEveryCode(t *testing.T) {
	page, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range Codes() {
		if !bytes.Contains(page, []byte("`"+code+"`")) {
			t.Errorf("the page does not list %s", code)
		}
	}
	for _, e := range Endings() {
		if code := e.CloseCode(); code != 0 && !bytes.Contains(page, []byte(jsonNumber(code))) {
			t.Errorf("the page does not list close code %d", code)
		}
	}
}

func jsonNumber(n int) string {
	b, _ := json.Marshal(n)
	return "| " + string(b) + " |"
}
