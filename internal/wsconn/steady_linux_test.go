package wsconn

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/frame"
)

// proxied is a connection as package listen makes one behind a PROXY header: a socket that is reached through a layer.
type proxied struct{ net.Conn }

func (p proxied) SyscallConn() (syscall.RawConn, error) {
	return p.Conn.(syscall.Conn).SyscallConn()
}

// unixSocket is a listener on a Unix socket.
type unixSocket struct{ net.Listener }

func (l unixSocket) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "unix", l.Addr().String())
}

func newUnixSocket(t *testing.T) unixSocket {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	return unixSocket{l}
}

// narrowly is a client's way to a listener over TCP with a small window from the start: one that shrinks later has the
// sender's system wait longer and longer between two looks whether it has opened.
func narrowly(l listener) func(context.Context, string, string) (net.Conn, error) {
	small := func(_, _ string, raw syscall.RawConn) (err error) {
		outer := raw.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 8<<10) })
		return errors.Join(outer, err)
	}
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{Control: small}).DialContext(ctx, l.Addr().Network(), l.Addr().String())
	}
}

// frugal has the system keep little, as package listen does.
func frugal(conn net.Conn) net.Conn {
	conn.(interface{ SetWriteBuffer(int) error }).SetWriteBuffer(256 << 10)
	return conn
}

// The system offers room in steps, which may take a slow client longer than the write timeout: that it takes something
// all the time counts.
func TestASlowClientOfARealSocketIsNotCut(t *testing.T) {
	behindProxy := func(conn net.Conn) net.Conn { return proxied{frugal(conn)} }
	secure := func(conn net.Conn) net.Conn { return BelowTLS(frugal(conn)) }
	var reading sync.WaitGroup
	for how, listen := range map[string]func() (listener, websocket.Dialer, string){
		"TCP":   func() (listener, websocket.Dialer, string) { return without(newLoopback(t), frugal) },
		"PROXY": func() (listener, websocket.Dialer, string) { return without(newLoopback(t), behindProxy) },
		"Unix":  func() (listener, websocket.Dialer, string) { return without(newUnixSocket(t), frugal) },
		"TLS":   func() (listener, websocket.Dialer, string) { return overTLS(t, newLoopback(t), secure) },
	} {
		opts := usual()
		opts.WriteTimeout, opts.OutboxBytes = 4*time.Second, 1<<30
		l, d, url := listen()
		d.NetDialContext = narrowly(l)
		r := newRig(t, l, opts)
		defer r.stop(t)
		ws, s := dialWith(t, r, d, url)
		socket := socketBelow(ws.NetConn())
		defer socket.Close()
		for range 50 {
			s.conn.Enqueue(frame.New(frame.Text, make([]byte, 1<<16)))
		}
		s.conn.Flush()
		step := 400 // bytes
		if how == "Unix" {
			step = 2000 // what is sent there in one piece, such as 32 KiB, counts only when all of it was read
		}
		reading.Go(func() {
			for begun := time.Now(); time.Since(begun) < 3*opts.WriteTimeout; time.Sleep(20 * time.Millisecond) {
				if _, err := socket.Read(make([]byte, step)); err != nil || len(s.ended) > 0 {
					t.Errorf("%s: cut after %v: %v", how, time.Since(begun), err)
					return
				}
			}
		})
	}
	reading.Wait()
}

// The same holds while the ping waits in the system's buffers.
func TestASlowClientOfARealSocketIsAskedInVain(t *testing.T) {
	opts := usual()
	opts.PingInterval, opts.PongTimeout = 4*time.Second, 3500*time.Millisecond
	l, d, url := overTLS(t, newLoopback(t), func(conn net.Conn) net.Conn { return BelowTLS(frugal(conn)) })
	d.NetDialContext = narrowly(l)
	r := newRig(t, l, opts)
	defer r.stop(t)
	ws, s := dialWith(t, r, d, url)
	socket := socketBelow(ws.NetConn())
	defer socket.Close()
	for range 4 {
		s.conn.Enqueue(frame.New(frame.Text, make([]byte, 1<<16)))
		s.conn.Flush()
	}
	for begun := time.Now(); time.Since(begun) < 2*opts.PingInterval; time.Sleep(20 * time.Millisecond) {
		if _, err := socket.Read(make([]byte, 400)); err != nil || len(s.ended) > 0 {
			t.Fatalf("cut after %v: %v", time.Since(begun), err)
		}
	}
	o := &s.conn.(*Conn).out
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.writing {
		t.Error("the system did not take all: this shows nothing")
	}
}
