package session

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/auth"
	"beckon/internal/link"
	"beckon/internal/protocol"
)

// lines returns the fields of the lines with the given message.
func (b bench) lines(t *testing.T, message string) []map[string]any {
	t.Helper()
	var found []map[string]any
	for text := range strings.Lines(b.log.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if line["message"] == message {
			found = append(found, line)
		}
	}
	return found
}

// refusing is a Verifier that lets nobody in.
type refusing struct{ why error }

// Verify is Verifier.
func (r refusing) Verify(string) (auth.Grant, error) { return auth.Grant{}, r.why }

func TestLogSaysWhyALoginFailed(t *testing.T) {
	b := newBench(zerolog.InfoLevel)
	b.open(t, login("Ana"))
	b.open(t, login("ana"), `{"type":"login","name":"`+strings.Repeat("long", 100)+`"}`, `{"type":"login"}`, login("Ben"), login("Eve"))
	b.opts.Tokens = refusing{&auth.Error{Reason: auth.Expired}}
	b.open(t, `{"type":"login","name":"Cem","token":"geheim"}`)
	want := []map[string]any{
		{"error": "name_taken", "user": "ana"},
		{"error": "bad_name"},
		{"error": "bad_message"},
		{"error": "already_logged_in", "user": "Ben", "session": "id2", "room": ""},
		{"error": "unauthorized", "user": "Cem", "reason": "The token has expired: get a new one"},
	}
	got := b.lines(t, "login failed")
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d:\n%s", len(got), len(want), b.log)
	}
	for i, line := range got {
		want[i]["message"], want[i]["level"], want[i]["request"], want[i]["remote"] = "login failed", "info", "r1", "192.0.2.1:1"
		checkFields(t, line, want[i])
	}
	if log := b.log.String(); strings.Contains(log, "geheim") || strings.Contains(log, "longlong") {
		t.Errorf("the log holds a token or what is no name: %s", log)
	}
}

func TestAFloodOfFailedLoginsIsCounted(t *testing.T) {
	b := newBench(zerolog.InfoLevel)
	b.logs = newLogs(b.opts.Log, 10)
	_, says := b.open(t)
	for range 100 {
		says.Text([]byte(login("")))
	}
	if n := len(b.lines(t, "login failed")); n < 10 || n > 20 { // it may have begun near the end of a second
		t.Errorf("%d lines, want 10", n)
	}
}

func checkFields(t *testing.T, got, want map[string]any) {
	t.Helper()
	for field, value := range want {
		if got[field] != value {
			t.Errorf("%v: %s is %v, want %v", got, field, got[field], value)
		}
	}
	for field := range got {
		if _, known := want[field]; !known {
			t.Errorf("%v: there is %s", got, field)
		}
	}
}

// The code is that of the side that closed.
func TestLogSaysHowAConnectionEnded(t *testing.T) {
	for name, c := range map[string]struct {
		end  link.End
		code float64
	}{
		"by the client":                 {link.End{Why: protocol.EndClientClosed, Code: 4000}, 4000},
		"by the server":                 {link.End{Why: protocol.EndSlowReader}, 4008},
		"by the server, then the other": {link.End{Why: protocol.EndRestart, Code: 1000}, 1012},
		"by nobody":                     {link.End{Why: protocol.EndConnectionLost}, 0},
	} {
		b := newBench(zerolog.InfoLevel)
		_, says := b.open(t)
		c.end.Lasted = 59*time.Second + 900*time.Millisecond
		says.Closed(c.end)
		lines := b.lines(t, "disconnect")
		if len(lines) != 1 || lines[0]["code"] != c.code || lines[0]["lasted_ms"] != 59900.0 {
			t.Errorf("%s: %v, want the code %v", name, lines, c.code)
		}
	}
}
