package httpd

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/rs/zerolog"
)

// guest is a client that holds on to its connection.
type guest struct {
	net.Conn
	in    *bufio.Reader
	ended bool // whether the server has closed; to be read when all is quiet
}

// visit opens a connection and sends the beginning of a request, or all of it.
func visit(t *testing.T, listener *pipeListener, request string) *guest {
	conn := listener.dial()
	t.Cleanup(func() { _ = conn.Close() })
	g := &guest{Conn: conn, in: bufio.NewReader(conn)}
	_, _ = io.WriteString(conn, request)
	return g
}

func (g *guest) watch() {
	_, _ = io.Copy(io.Discard, g.in)
	g.ended = true
}

// untilItCloses takes the connection over and leaves it to the client to end it.
func untilItCloses(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = io.Copy(io.Discard, conn)
}

// Of connections that are no WebSockets, only so many are kept. Those that are, count for nothing.
func TestTheOldestVisitorMakesRoom(t *testing.T) {
	const get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
	synctest.Test(t, func(t *testing.T) {
		h := newSite(t, func(o *Options) { o.WebSocket = http.HandlerFunc(untilItCloses) })
		listener := serve(t, h, zerolog.Nop(), func(s *http.Server) { s.ConnState = newVisitors(2).note })
		arrive := func(request string) *guest {
			g := visit(t, listener, request)
			go g.watch()
			synctest.Wait()
			return g
		}
		socket := arrive("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		slow := arrive("GET / HTT")
		idle := arrive(get)
		_, _ = io.WriteString(slow, "P/1.1\r\nHost: a\r\n\r\n") // from now on idle has been so for longer
		synctest.Wait()
		if slow.ended || idle.ended {
			t.Fatal("closed while there is room")
		}
		late := arrive(get)
		if !idle.ended || slow.ended || late.ended || socket.ended {
			t.Errorf("closed: idle %t, slow %t, late %t, socket %t; want the first alone", idle.ended, slow.ended, late.ended, socket.ended)
		}
		later := arrive("")
		if !slow.ended || late.ended || later.ended || socket.ended {
			t.Errorf("closed: slow %t, late %t, later %t, socket %t; want the first alone", slow.ended, late.ended, later.ended, socket.ended)
		}
	})
}

// Those who have left make room too.
func TestVisitorsWhoLeftAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisitors(2)
		listener := serve(t, newSite(t, nil), zerolog.Nop(), func(s *http.Server) { s.ConnState = v.note })
		for range 10 {
			visit(t, listener, "GET / HTTP/1.1\r\n").Close()
			synctest.Wait()
		}
		if v.queue.Len() != 0 || len(v.places) != 0 {
			t.Errorf("%d connections in the queue and %d places, want none", v.queue.Len(), len(v.places))
		}
	})
}

func TestTheServerCountsItsVisitors(t *testing.T) {
	if NewServer(nil, Bounds{HeaderTimeout: headerTimeout}, zerolog.Nop()).ConnState == nil {
		t.Error("nobody counts connections that are no WebSockets")
	}
}

// Where the process has no file descriptor left, silent visitors give theirs up: the next is accepted.
func TestVisitorsYieldTheirFiles(t *testing.T) {
	const get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
	synctest.Test(t, func(t *testing.T) {
		listener := serve(t, newSite(t, nil), zerolog.Nop())
		arrive := func() *guest {
			g := visit(t, listener, get)
			go g.watch()
			synctest.Wait()
			return g
		}
		first, second := arrive(), arrive()
		listener.fails <- &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
		third := arrive()
		if !first.ended || second.ended || third.ended {
			t.Errorf("closed: %t, %t, %t; want the first alone", first.ended, second.ended, third.ended)
		}
		listener.fails <- &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EINTR)}
		if fourth := arrive(); second.ended || third.ended || fourth.ended {
			t.Error("closed for another failure")
		}
	})
}

// The system says so too while nobody waits to be accepted: then the only visitor, who is being served, stays.
func TestTheOnlyVisitorStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := serve(t, newSite(t, nil), zerolog.Nop())
		g := visit(t, listener, "GET /healthz HT")
		go g.watch()
		synctest.Wait()
		listener.fails <- &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
		synctest.Wait()
		if g.ended {
			t.Error("the only visitor was closed")
		}
	})
}
