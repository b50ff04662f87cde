package session

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"beckon/internal/frame"
	"beckon/internal/hub"
	"beckon/internal/ice"
	"beckon/internal/link"
	"beckon/internal/protocol"
	"beckon/internal/share"
)

// fakeConn is a link.Conn that keeps what was flushed.
type fakeConn struct {
	mu      sync.Mutex
	queue   []byte
	flushed []byte
	ended   protocol.Ending
	pings   [][]byte // payloads, of those flushed
	behind  bool     // what Behind says
	full    bool     // whether nothing of others is taken
	source  string   // what Source says; empty for one that all share
	probes  []string // for why, and within what time

	logins    int           // how many TakeLogin has taken
	loginWait time.Duration // what TakeLogin says
	maxUsers  int           // how many users Quota says that source may have
}

func (f *fakeConn) Enqueue(frames []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queue = append(f.queue, frames...)
}

func (f *fakeConn) EnqueueParts(parts [][]byte) { f.Enqueue(slices.Concat(parts...)) }
func (f *fakeConn) Forward(frame []byte)        { f.Enqueue(frame) }

// Offer is link.Conn.
func (f *fakeConn) Offer(frames []byte, from share.Source) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.full {
		return false
	}
	f.queue = append(f.queue, frames...)
	return true
}

func (f *fakeConn) OfferParts(parts [][]byte) bool { return f.Offer(slices.Concat(parts...), nil) }

// fill says whether the outbox is to be full of what others sent.
func (f *fakeConn) fill(full bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.full, f.behind = full, full
}

func (f *fakeConn) Behind() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.behind
}

// lag says what Behind is to say.
func (f *fakeConn) lag(behind bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.behind = behind
}

func (f *fakeConn) Flush() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flushed, f.queue = append(f.flushed, f.queue...), nil
}

func (f *fakeConn) Close(why protocol.Ending) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = why
}

// why is how the connection was closed.
func (f *fakeConn) why() protocol.Ending {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ended
}

// Probe finds the client alive, unless the test says otherwise.
func (f *fakeConn) Probe(within time.Duration, why protocol.Ending) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.probes = append(f.probes, fmt.Sprint(why, " ", within))
	known := make(chan struct{})
	close(known)
	return known
}

// Pause is link.Conn.
func (f *fakeConn) Pause(until <-chan struct{}, atMost time.Duration) bool {
	select {
	case <-until:
	case <-time.After(atMost):
	}
	return f.why() == protocol.EndUnset
}

func (f *fakeConn) RemoteAddr() string { return "192.0.2.1:1" }
func (f *fakeConn) Request() string    { return "r1" }

func (f *fakeConn) Source() share.Source { return f.source }

// Quota is link.Conn.
func (f *fakeConn) Quota() (of any, users int) { return f.source, f.maxUsers }

// TakeLogin is link.Conn.
func (f *fakeConn) TakeLogin() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.logins++
	return f.loginWait
}

// take returns the payloads of the text frames flushed since the last take, one per line.
func (f *fakeConn) take(t *testing.T) string {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	var lines []string
	for b := f.flushed; len(b) > 0; {
		n, header := int(b[1]), 2
		if n == 126 {
			n, header = int(binary.BigEndian.Uint16(b[2:])), 4
		}
		payload := b[header : header+n]
		switch frame.Opcode(b[0] & 0x0F) {
		case frame.Text:
			lines = append(lines, string(payload))
		case frame.Ping:
			f.pings = append(f.pings, payload)
		default:
			t.Fatalf("frame % x", b[:2])
		}
		b = b[header+n:]
	}
	f.flushed = nil
	return strings.Join(lines, "\n")
}

// ping returns the payload of the newest ping that take has passed.
func (f *fakeConn) ping(t *testing.T) []byte {
	t.Helper()
	if len(f.pings) == 0 {
		t.Fatal("there was no ping")
	}
	return f.pings[len(f.pings)-1]
}

// bench is a server with its log.
type bench struct {
	*Server
	log *bytes.Buffer
}

func newBench(level zerolog.Level, servers ...ice.Server) bench {
	log := new(bytes.Buffer)
	ids := 0
	newID := func() string { ids++; return fmt.Sprint("id", ids) }
	return bench{log: log, Server: NewServer(Options{
		Hub:          hub.New(hub.Options{NewID: newID, Bounds: hub.Bounds{MaxRoomUsers: 3}}),
		ICE:          ice.NewStatic(servers),
		LoginTimeout: time.Minute,
		Log:          zerolog.New(zerolog.SyncWriter(log)).Level(level),
	})}
}

// open begins a conversation and says the given messages.
// talker is a reader whose client sends one message at a time.
type talker struct{ link.Receiver }

// Text is link.Receiver.
func (t talker) Text(data []byte) (weight int) {
	defer t.Idle()
	return t.Receiver.Text(data)
}

func (b bench) open(t *testing.T, say ...string) (*fakeConn, link.Receiver) {
	t.Helper()
	conn := new(fakeConn)
	r := talker{b.AcceptPlain(conn)}
	for _, s := range say {
		r.Text([]byte(s))
	}
	return conn, r
}

func expect(t *testing.T, conn *fakeConn, want ...string) {
	t.Helper()
	if got := conn.take(t); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

const greeting = `{"type":"connect","message":"Well hello there, I am a WebSocket server"}`

func login(name string) string { return `{"type":"login","name":"` + name + `"}` }

func TestConversation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(zerolog.InfoLevel)
		ana, _ := b.open(t, login("Ana"))
		expect(t, ana, greeting, `{"type":"login","success":true,"id":"id1","name":"Ana","room":"","users":[],"iceServers":[]}`)
		bob, bobSays := b.open(t, login("Bob"))
		expect(t, bob, greeting, `{"type":"login","success":true,"id":"id2","name":"Bob","room":"","users":[{"id":"id1","userName":"Ana"}],"iceServers":[]}`)
		bobSays.Text([]byte(`{"type":"offer","name":"ANA","offer":{"b":1,"a":2.50},"call":"x"}`))
		expect(t, ana, `{"type":"updateUsers","user":{"id":"id2","userName":"Bob"}}`,
			`{"type":"offer","name":"Bob","offer":{"b":1,"a":2.50},"call":"x"}`)
		bobSays.Text([]byte(`{"type":"leave","name":"Ana"}`))
		expect(t, ana, `{"type":"leave","name":"Bob"}`)
		bobSays.Text([]byte(`{"type":"leave"}`))
		time.Sleep(plainWindow)
		synctest.Wait()
		left := `"user":{"id":"id2","userName":"Bob"}}`
		expect(t, ana, `{"type":"leave",`+left, `{"type":"removeUser",`+left)
		bobSays.Text([]byte(login("Bobby")))
		expect(t, bob, `{"type":"login","success":true,"id":"id3","name":"Bobby","room":"","users":[{"id":"id1","userName":"Ana"}],"iceServers":[]}`)
		bobSays.Closed(link.End{Why: protocol.EndConnectionLost})
		time.Sleep(plainWindow)
		synctest.Wait()
		bobby := `"user":{"id":"id3","userName":"Bobby"}}`
		expect(t, ana, `{"type":"updateUsers",`+bobby, `{"type":"leave",`+bobby, `{"type":"removeUser",`+bobby)
	})
}

func TestRefusals(t *testing.T) {
	b := newBench(zerolog.InfoLevel)
	failed := func(code, message string) string {
		return `{"type":"login","success":false,"code":"` + code + `","message":"` + message + `"}`
	}
	b.open(t, login("Ana"))
	conn, says := b.open(t)
	conn.take(t)
	before := []struct{ say, answer string }{
		{`{"type":"offer"}`, `{"type":"error","code":"not_logged_in","message":"Log in before you send ` + "`offer`" + `"}`},
		{`{"type":"ice"}`, `{"type":"error","code":"not_logged_in","message":"Log in before you send ` + "`ice`" + `"}`},
		{`{"type":"ping","data":"d"}`, `{"type":"pong","data":"d"}`},
		{`{"type":"ping"}`, `{"type":"pong"}`},
		{login("ana"), failed("name_taken", "Username is unavailable")},
		{login("Bob"), ""},
		{login("Eve"), failed("already_logged_in", "You are logged in: send `leave` before you log in again")},
		{`{"type":"offer","name":"Zoe","offer":1}`, `{"type":"error","code":"unknown_user","message":"User Zoe does not exist!","name":"Zoe"}`},
		{`{"type":"leave","name":"\u0000"}`, `{"type":"error","code":"unknown_user","message":"User \u0000 does not exist!","name":"\u0000"}`},
		{`{"type":"dance"}`, `{"type":"error","code":"unknown_type","message":"Command not found: dance"}`},
		{`{"type":"offer","name":"Ana"}`, `{"type":"error","code":"bad_message","message":"the field ` + "`offer`" + ` is missing","name":"Ana"}`},
	}
	for _, step := range before {
		says.Text([]byte(step.say))
		if got := conn.take(t); got != step.answer && step.answer != "" {
			t.Errorf("%s:\ngot  %s\nwant %s", step.say, got, step.answer)
		}
	}
	says.Refuse(link.Binary, "")
	says.Refuse(link.TooLarge, "at most 9 bytes (--setting)")
	expect(t, conn,
		`{"type":"error","code":"bad_json","message":"Send one JSON object in a text frame: this frame is binary"}`,
		`{"type":"error","code":"too_large","message":"The message is too large: at most 9 bytes (--setting)"}`)
	b.open(t, login("Zoe"))
	full, _ := b.open(t, login("Max"))
	expect(t, full, greeting, failed("room_full", "The room is full: try another one, or come back later"))
}

func TestBadNamesSayWhy(t *testing.T) {
	b := newBench(zerolog.InfoLevel)
	tests := map[string]string{
		`{"type":"login","name":""}`:              `"code":"bad_name"`,
		`{"type":"login","name":"b\u043eb"}`:      `"code":"bad_name"`,
		`{"type":"login","name":"a","room":"  "}`: `"code":"bad_room"`,
		`{"type":"login"}`:                        `"code":"bad_message"`,
	}
	for say, want := range tests {
		conn, _ := b.open(t, say)
		if got := conn.take(t); !strings.Contains(got, want) || !strings.Contains(got, `"success":false`) {
			t.Errorf("%s: got %s, want %s", say, got, want)
		}
	}
}

func TestICE(t *testing.T) {
	stun, err := ice.ParseServer("stun:stun.example.org")
	if err != nil {
		t.Fatal(err)
	}
	conn, _ := newBench(zerolog.InfoLevel, stun).open(t, login("Ana"), `{"type":"ice"}`)
	got := strings.Split(conn.take(t), "\n")
	const want = `"iceServers":[{"urls":["stun:stun.example.org"]}]`
	if !strings.Contains(got[1], want) || !strings.Contains(got[2], want) || !strings.Contains(got[2], `"ttl":`) {
		t.Errorf("got %q", got)
	}
}

func TestLoginTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(zerolog.InfoLevel)
		idle, _ := b.open(t)
		user, says := b.open(t, login("Ana"))
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if idle.why() != protocol.EndLoginTimeout {
			t.Errorf("without a login: %s", idle.why())
		}
		if user.why() != 0 {
			t.Errorf("with a login: %s", user.why())
		}
		says.Text([]byte(`{"type":"leave"}`))
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if user.why() != protocol.EndLoginTimeout {
			t.Errorf("after logging out: %s", user.why())
		}
	})
}

func TestLogsTellWhoAndWhyButNotWhat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(zerolog.DebugLevel)
		_, says := b.open(t, `{"type":"login","name":"Ana","token":"secret1"}`)
		says.Text([]byte(`{"type":"offer","name":"Ana","offer":"secret2","call":"secret3"}`))
		says.Text([]byte(`{"type":"secret4"}`))
		says.Closed(link.End{Why: protocol.EndPingTimeout})
		log := b.log.String()
		if strings.Contains(log, "secret") {
			t.Errorf("the log tells what was said:\n%s", log)
		}
		for _, want := range []string{`"message":"connect"`, `"message":"login"`, `"user":"Ana"`, `"type":"offer"`, `"reason":"ping_timeout"`} {
			if !strings.Contains(log, want) {
				t.Errorf("the log lacks %s:\n%s", want, log)
			}
		}
	})
}
