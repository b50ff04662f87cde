package dialect_test

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"beckon/internal/bench/dialect"
)

func named(t *testing.T, name string) dialect.Dialect {
	t.Helper()
	d, err := dialect.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// same compares a message with JSON, whatever the order of the keys.
func same(t *testing.T, what string, got []byte, want string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Errorf("%s: %s: %v", what, got, err)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("%s is %s, want %s", what, got, want)
	}
}

func TestLogins(t *testing.T) {
	ana := &dialect.User{Name: "Ana", Room: "r1"}
	back := &dialect.User{Name: "Ana", Presence: true, Session: "s3", Received: 12}
	for _, test := range []struct {
		dialect string
		user    *dialect.User
		want    string
	}{
		{"plain", ana, `{"type":"login","name":"Ana","room":"r1","presence":false}`},
		{"plain", back, `{"type":"login","name":"Ana"}`},
		{"v1", ana, `{"type":"login","name":"Ana","room":"r1","presence":false}`},
		{"v1", back, `{"type":"login","name":"Ana","session":"s3","received":12}`},
		{"tutorial", ana, `{"type":"login","name":"Ana"}`},
	} {
		same(t, test.dialect, named(t, test.dialect).AppendLogin(nil, test.user), test.want)
	}
	if login := named(t, "peerjs").AppendLogin(nil, ana); login != nil {
		t.Errorf("peerjs logs in with %s", login)
	}
}

func TestRequests(t *testing.T) {
	base, err := url.Parse("ws://127.0.0.1:9000/ws?x=1")
	if err != nil {
		t.Fatal(err)
	}
	if path, sub := named(t, "plain").Request(base, &dialect.User{}); path != "/ws?x=1" || sub != "" {
		t.Errorf("plain asks for %q, %q", path, sub)
	}
	if path, sub := named(t, "v1").Request(base, &dialect.User{}); path != "/ws?x=1" || sub != "beckon.v1" {
		t.Errorf("v1 asks for %q, %q", path, sub)
	}
	base.Path = "/"
	path, _ := named(t, "peerjs").Request(base, &dialect.User{Name: "ana"})
	asked, err := url.Parse(path)
	if err != nil || asked.Path != "/peerjs" {
		t.Fatalf("peerjs asks for %q", path)
	}
	if q := asked.Query(); q.Get("key") != "peerjs" || q.Get("id") != "ana" || q.Get("token") == "" {
		t.Errorf("peerjs asks for %q", path)
	}
}

// TestRelayedMessages checks that all that is sent is the JSON that a browser would send, of its size.
func TestRelayedMessages(t *testing.T) {
	for name, to := range map[string][]string{
		"plain": {"name", "offer"}, "v1": {"name", "offer"}, "tutorial": {"name", "offer"}, "peerjs": {"dst", "payload"},
	} {
		d := named(t, name)
		for kind, size := range map[string][2]int{"offer": {2000, 3000}, "answer": {2000, 3000}, "candidate": {180, 420}} {
			message := d.AppendRelay(nil, "Bob", dialect.Message{Type: kind, Number: 1234})
			var fields map[string]any
			if err := json.Unmarshal(message, &fields); err != nil {
				t.Fatalf("%s: %v in %s", name, err, message)
			}
			field := to[1]
			if name != "peerjs" {
				field = kind
			}
			if fields[to[0]] != "Bob" || fields[field] == nil {
				t.Errorf("%s: %s", name, message)
			}
			if len(message) < size[0] || len(message) > size[1] {
				t.Errorf("%s: a %s has %d bytes, want %d to %d", name, kind, len(message), size[0], size[1])
			}
			if got := dialect.Number(message); got != 1234 {
				t.Errorf("%s: the number of a %s is %d", name, kind, got)
			}
			if got := d.Read(message).Kind; got != dialect.Relayed {
				t.Errorf("%s: a %s that comes back is of kind %d", name, kind, got)
			}
		}
	}
}

func TestNumbersThatAreNot(t *testing.T) {
	for _, text := range []string{"", "~", "12~", "~~", "~x~", "~1"} {
		if n := dialect.Number([]byte(text)); n != -1 {
			t.Errorf("the number of %q is %d", text, n)
		}
	}
}

func TestWhatServersSay(t *testing.T) {
	const users = `[{"id":"1","userName":"Ana"},{"id":"2","userName":"Bob"}]`
	for _, test := range []struct {
		dialect, message string
		want             dialect.Event
	}{
		{"plain", `{"type":"connect","message":"hello"}`, dialect.Event{Kind: dialect.Greeting}},
		{"plain", `{"type":"login","success":true,"users":` + users + `}`, dialect.Event{Kind: dialect.LoggedIn, Joined: 2}},
		{"plain", `{"success":true,"users":[],"type":"login"}`, dialect.Event{Kind: dialect.LoggedIn}},
		{"plain", `{"type":"updateUsers","user":{"id":"1","userName":"Ana"}}`, dialect.Event{Kind: dialect.News, Joined: 1}},
		{"plain", `{"type":"leave","user":{"id":"1","userName":"Ana"}}`, dialect.Event{Kind: dialect.News, Left: 1}},
		{"plain", `{"type":"removeUser","user":{"id":"1","userName":"Ana"}}`, dialect.Event{}},
		{"plain", `{"type":"leave","name":"Ana"}`, dialect.Event{}},
		{"plain", `{"type":"pong"}`, dialect.Event{}},
		{"v1", `{"type":"presence","joined":` + users + `,"left":[{"id":"3","userName":"Eve"}]}`,
			dialect.Event{Kind: dialect.News, Joined: 2, Left: 1}},
		{"v1", `{"type":"presence","joined":[],"left":` + users + `}`, dialect.Event{Kind: dialect.News, Left: 2}},
		{"v1", `{"type":"login","success":true,"users":` + users + `,"session":"s3","resumed":true,"resumeWindow":15}`,
			dialect.Event{Kind: dialect.LoggedIn, Joined: 2, Session: []byte("s3"), Resumed: true}},
		{"peerjs", `{"type":"OPEN"}`, dialect.Event{Kind: dialect.LoggedIn}},
		{"peerjs", `{"type":"CANDIDATE","src":"ana","dst":"bob","payload":{}}`, dialect.Event{Kind: dialect.Relayed}},
	} {
		if got := named(t, test.dialect).Read([]byte(test.message)); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %s is %+v, want %+v", test.dialect, test.message, got, test.want)
		}
	}
}

func TestRefusalsSayWhy(t *testing.T) {
	for _, test := range []struct {
		dialect, message string
		want             dialect.Kind
	}{
		{"plain", `{"type":"login","success":false,"code":"name_taken"}`, dialect.Refused},
		{"v1", `{"type":"login","success":false,"code":"name_taken"}`, dialect.Refused},
		{"plain", `{"type":"error","code":"unknown_user"}`, dialect.Failure},
		{"peerjs", `{"type":"ID-TAKEN","payload":{"msg":"ID is taken"}}`, dialect.Refused},
		{"peerjs", `{"type":"LEAVE","src":"ana","dst":"bob"}`, dialect.Failure},
	} {
		if got := named(t, test.dialect).Read([]byte(test.message)); got.Kind != test.want || string(got.Text) != test.message {
			t.Errorf("%s: %s is %+v", test.dialect, test.message, got)
		}
	}
}

func TestHeartbeats(t *testing.T) {
	beat, every := named(t, "peerjs").AppendHeartbeat(nil)
	same(t, "peerjs", beat, `{"type":"HEARTBEAT"}`)
	if every != 5*time.Second {
		t.Errorf("peerjs sends one every %v", every)
	}
	for _, name := range []string{"plain", "v1", "tutorial"} {
		if beat, every := named(t, name).AppendHeartbeat(nil); beat != nil || every != 0 {
			t.Errorf("%s sends %s every %v", name, beat, every)
		}
	}
}

func TestUnknownDialectsAreRefused(t *testing.T) {
	if _, err := dialect.Named("klingon"); err == nil || !strings.Contains(err.Error(), "peerjs") {
		t.Errorf("the error is %v, want one that lists what there is", err)
	}
}
