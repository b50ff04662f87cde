package faults_test

import (
	"io"
	"net"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// link is a way to a server that can begin to lose packets. It forwards what arrives; where packets are lost, the
// system acknowledges none of them, as behind a cable that was pulled: who sent them sends them again and again.
type link struct {
	t        *testing.T
	listener *net.TCPListener
	target   string
	wait     sync.WaitGroup

	mu        sync.Mutex
	near, far []*net.TCPConn // to the clients, to the server; guarded by mu
}

// direction is one of a link's, or both.
type direction struct{ toServer, toClient bool }

// newLink leads to a server until the test ends.
func newLink(t *testing.T, target string) *link {
	t.Helper()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	l := &link{t: t, listener: listener, target: target}
	l.wait.Go(l.accept)
	t.Cleanup(func() {
		listener.Close()
		l.each(direction{true, true}, func(end *net.TCPConn) { end.Close() })
		l.wait.Wait()
	})
	return l
}

func (l *link) url() string { return "ws://" + l.listener.Addr().String() + "/ws" }

func (l *link) accept() {
	for {
		near, err := l.listener.AcceptTCP()
		if err != nil {
			return
		}
		conn, err := net.Dial("tcp", l.target)
		if err != nil {
			near.Close()
			continue
		}
		far := conn.(*net.TCPConn)
		l.mu.Lock()
		l.near, l.far = append(l.near, near), append(l.far, far)
		l.mu.Unlock()
		l.wait.Go(func() { forward(near, far) })
		l.wait.Go(func() { forward(far, near) })
	}
}

// forward ends with the connection that it reads from, and takes the other one along.
func forward(from, to *net.TCPConn) {
	io.Copy(to, from)
	to.Close()
}

// each calls do for the ends at which packets of a direction arrive.
func (l *link) each(lost direction, do func(end *net.TCPConn)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if lost.toServer {
		for _, end := range l.near {
			do(end)
		}
	}
	if lost.toClient {
		for _, end := range l.far {
			do(end)
		}
	}
}

// lose begins to lose every packet that goes in a direction.
func (l *link) lose(lost direction) {
	l.t.Helper()
	const keepNothing = 0
	filter := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K, K: keepNothing}}
	l.control(lost, func(fd int) error {
		program := &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
		return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, program)
	})
}

// heal ends the loss.
func (l *link) heal(lost direction) {
	l.t.Helper()
	l.control(lost, func(fd int) error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DETACH_FILTER, 0) })
}

func (l *link) control(of direction, do func(fd int) error) {
	l.t.Helper()
	l.each(of, func(end *net.TCPConn) {
		raw, err := end.SyscallConn()
		if err == nil {
			if failed := raw.Control(func(fd uintptr) { err = do(int(fd)) }); failed != nil {
				err = failed
			}
		}
		if err != nil {
			l.t.Fatalf("packets cannot be lost on this system: %v", err)
		}
	})
}

var directions = map[string]direction{
	"both ways":     {toServer: true, toClient: true},
	"to the server": {toServer: true},
	"to the client": {toClient: true},
}

// A link loses everything from one moment on. The heartbeat notices, and a session goes on exactly where it was. (A
// direction alone is of little use: without its acknowledgements the other one soon stands still, too.)
func TestBlackHole(t *testing.T) {
	t.Parallel()
	for name, lost := range directions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, quickPings...)
			others := s.bystanders()
			l := newLink(t, s.addr)
			cem := testkit.Dial(t, l.url(), testkit.V1())
			cem.Login("cem")
			others.meet("cem")
			send(others.ana, "cem", 0, 10)
			take(t, cem, "ana", 0, 10)
			l.lose(lost)
			send(others.ana, "cem", 10, 30)
			s.disconnected("cem", protocol.EndPingTimeout.String())
			send(others.ana, "cem", 30, 40)
			others.talk() // and have heard nothing
			again := s.back(cem.Session())
			take(t, again, "ana", 10, 40)
			again.ExpectPong("no more")
			others.talk()
		})
	}
}

// A plain client behind such a link has left.
func TestBlackHoleOfAPlainClient(t *testing.T) {
	t.Parallel()
	for name, lost := range directions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, quickPings...)
			others := s.bystanders()
			l := newLink(t, s.addr)
			testkit.Dial(t, l.url()).Login("cem")
			others.meet("cem")
			l.lose(lost)
			others.part("cem")
			s.disconnected("cem", protocol.EndPingTimeout.String())
			s.user("cem")
			others.meet("cem")
		})
	}
}

// A link that loses everything for a moment costs nobody anything, in either dialect: no session has to be resumed.
func TestShortBlackHole(t *testing.T) {
	t.Parallel()
	for name, lost := range directions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			l := newLink(t, s.addr)
			cem, dan := testkit.Dial(t, l.url()), testkit.Dial(t, l.url(), testkit.V1())
			cem.Login("cem")
			dan.Login("dan")
			cem.ExpectJoined("dan")
			l.lose(lost)
			send(cem, "dan", 0, 20)
			send(dan, "cem", 0, 20)
			l.heal(lost)
			take(t, dan, "cem", 0, 20)
			take(t, cem, "dan", 0, 20)
		})
	}
}
