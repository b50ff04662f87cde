package faults_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// clock is what tells a server the date: right at first.
type clock struct {
	t    *testing.T
	file string
}

func newClock(t *testing.T) clock {
	t.Helper()
	c := clock{t, filepath.Join(t.TempDir(), "offset")}
	c.set(0)
	return c
}

// set makes the date wrong by so much. In between it is never anything else.
func (c clock) set(ahead time.Duration) {
	c.t.Helper()
	next := c.file + ".next"
	if err := os.WriteFile(next, []byte(strconv.Itoa(int(ahead.Seconds()))), 0o600); err != nil {
		c.t.Fatal(err)
	}
	if err := os.Rename(next, c.file); err != nil {
		c.t.Fatal(err)
	}
}

// beckonByClock builds the program with a time.Now that adds what a clock says to the date, as if somebody set the
// system's: to the date only, not to the time since the machine was started, by which Go measures.
func beckonByClock(t *testing.T) string {
	t.Helper()
	const reading = "sec, nsec, mono := runtimeNow()\n"
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "func Now() Time {\n\t"+reading, "func Now() Time {\n\t"+reading+"\tsec += dateOffset()\n", 1)
	if changed == string(text) {
		t.Fatalf("time.Now is not written as this test expects: see %s", source)
	}
	offset, err := filepath.Abs(filepath.Join("testdata", "date_offset.go"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	now, overlay, program := filepath.Join(dir, "time.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "beckon")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{
		source: now, filepath.Join(filepath.Dir(source), filepath.Base(offset)): offset,
	}})
	if err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string][]byte{now: []byte(changed), overlay: replace} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if output, err := exec.Command("go", "build", "-overlay", overlay, "-o", program, "beckon/cmd/beckon").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return program
}

// The date of the server's machine jumps by an hour, there and back. Heartbeats, windows and paces take as long as
// ever, and nobody is dropped.
func TestDateJumps(t *testing.T) {
	t.Parallel()
	program := beckonByClock(t)
	for name, jump := range map[string]time.Duration{"forward": time.Hour, "back": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			date := newClock(t)
			s := &server{
				t: t, addr: freeAddress(t), program: program, environ: []string{"DATE_OFFSET_FILE=" + date.file},
				flags: append(quickPings, "--resume-window=4s", "--messages-per-second=1000"), ends: map[string]int{},
			}
			s.start()
			others := s.bystanders()
			cem := s.user("cem", testkit.V1())
			others.meet("cem")
			for i, ahead := range []time.Duration{jump, 0} {
				date.set(ahead)
				time.Sleep(pingInterval + pongTimeout) // a heartbeat and its verdict, at least
				others.talk()
				cem.Drop()
				s.disconnected("cem", protocol.EndConnectionLost.String())
				send(others.ana, "cem", 0, 100)
				date.set(jump - ahead)
				cem = s.back(cem.Session())
				take(t, cem, "ana", 0, 100)
				date.set(ahead)
				cem.ExpectPong("turn " + strconv.Itoa(i))
				others.talk()
			}
			cem.Drop()
			s.disconnected("cem", protocol.EndConnectionLost.String())
			date.set(jump)
			others.part("cem")
			if !s.everSaid(jump) {
				t.Error("the server's date has never been another")
			}
		})
	}
}

// everSaid tells whether the log has a line whose date is off by about so much.
func (s *server) everSaid(off time.Duration) bool {
	for line := range strings.Lines(s.said()) {
		var entry struct{ Time time.Time }
		if json.Unmarshal([]byte(line), &entry) == nil && (time.Until(entry.Time)-off).Abs() < off.Abs()/2 {
			return true
		}
	}
	return false
}
