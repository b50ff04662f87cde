package session

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"beckon/internal/link"
	"beckon/internal/replay"
)

// visit has somebody with a long name come, and go again.
func visit(t *testing.T, b bench, i int) {
	_, guest := b.openV1(t, login(fmt.Sprintf("%060d", i)))
	settle()
	guest.Closed(link.End{Code: 1000})
	settle()
}

// heap is how many bytes are in use.
func heap() int {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// Clients that resumed and promised to speak, but only answer pings, are sent nothing yet. Nothing is kept of who comes
// and goes meanwhile; when they speak they are told what it comes to.
func TestPresenceIsNotKeptForWhoIsHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(replay.Limits{Bytes: 1 << 19, Frames: 4096, WindowBytes: 1 << 18, WindowFrames: 2048})
		var conns []*fakeConn
		var says []link.Receiver
		for i := range 20 {
			name := fmt.Sprint("held", i)
			first, r := b.openV1(t, login(name))
			settle()
			token := tokenIn(t, first.take(t))
			r.Closed(cut)
			conn, r := b.openV1(t, `{"type":"login","name":"`+name+`","session":"`+token+`","received":0,"confirms":true}`)
			conns, says = append(conns, conn), append(says, r)
		}
		settle()
		before := heap()
		const visits = 3000
		for i := range visits {
			visit(t, b, i)
		}
		*b.log = bytes.Buffer{} // which is not what this is about
		if more := heap() - before; more > 1<<20 {
			t.Errorf("%d bytes are kept of %d visits for %d sessions", more, visits, len(conns))
		}
		stays, _ := b.openV1(t, login("Zoe"))
		stays.take(t)
		settle()
		for i, r := range says {
			conns[i].take(t)
			r.Text([]byte(`{"type":"ping"}`))
			settle()
			told := conns[i].take(t)
			if n := strings.Count(told, `"joined"`); n != 1 || !strings.Contains(told, `"userName":"Zoe"`) || strings.Contains(told, "000") {
				t.Fatalf("held%d was told %d times: %.300s", i, n, told)
			}
		}
	})
}

// A reader of the plain dialect that is behind is told what the changes come to once it has read.
func TestPresenceWaitsForAPlainReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newV1Bench(roomy)
		ana, _ := b.open(t, login("Ana"))
		settle()
		ana.take(t)
		ana.lag(true)
		for i := range 10 {
			visit(t, b, i)
		}
		_, bob := b.open(t, login("Bob"))
		settle()
		expect(t, ana)
		bob.Text(offer("Ana", "1"))
		told := strings.Split(ana.take(t), "\n")
		if len(told) != 2 || !strings.Contains(told[0], `"updateUsers"`) || !strings.Contains(told[0], `"Bob"`) || told[1] != offered("Bob", "1") {
			t.Errorf("with a message came %q", told)
		}
		b.open(t, login("Eve"))
		settle()
		expect(t, ana)
		ana.lag(false)
		settle()
		if told := ana.take(t); strings.Count(told, `"type"`) != 1 || !strings.Contains(told, `"Eve"`) {
			t.Errorf("in the end %q", told)
		}
	})
}
