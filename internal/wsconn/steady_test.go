package wsconn

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"beckon/internal/frame"
	"beckon/internal/protocol"
	"beckon/internal/testkit"
)

// layers is a listener whose connections go through layers, as those of package listen do.
type layers struct {
	listener
	wrap func(net.Conn) net.Conn
}

func (l layers) Accept() (net.Conn, error) {
	conn, err := l.listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.wrap(conn), nil
}

// certificate is for TLS with nobody in particular.
func certificate(t testing.TB) tls.Certificate {
	t.Helper()
	key, keyFile := testkit.NewKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "beckon.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	pair, err := tls.X509KeyPair(testkit.Sign(t, template, template, key, key), keyFile)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// without is a listener without TLS whose sockets are wrapped, how a client reaches it, and where.
func without(l listener, wrap func(net.Conn) net.Conn) (listener, websocket.Dialer, string) {
	return layers{l, wrap}, websocket.Dialer{NetDialContext: l.Dial}, "ws://test/"
}

// overTLS is without, with TLS around what is wrapped.
func overTLS(t testing.TB, l listener, wrap func(net.Conn) net.Conn) (listener, websocket.Dialer, string) {
	config := &tls.Config{Certificates: []tls.Certificate{certificate(t)}}
	return layers{l, func(conn net.Conn) net.Conn { return tls.Server(wrap(conn), config) }},
		websocket.Dialer{NetDialContext: l.Dial, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, "wss://test/"
}

func asItIs(conn net.Conn) net.Conn { return conn }

func dialWith(t *testing.T, r *rig, d websocket.Dialer, url string) (*websocket.Conn, *side) {
	t.Helper()
	ws, _, err := d.Dial(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ws, <-r.sides
}

// ways are the kinds of sockets that are written to, in memory.
func ways(t *testing.T) map[string]func() (listener, websocket.Dialer, string) {
	return map[string]func() (listener, websocket.Dialer, string){
		"TCP":   func() (listener, websocket.Dialer, string) { return without(testkit.NewListener(), asItIs) },
		"TLS":   func() (listener, websocket.Dialer, string) { return overTLS(t, testkit.NewListener(), BelowTLS) },
		foreign: func() (listener, websocket.Dialer, string) { return overTLS(t, testkit.NewListener(), asItIs) },
	}
}

// foreign is TLS over a socket of somebody else's, of which less is known.
const foreign = "TLS over a foreign socket"

// Whoever takes something all the time may take as long as it likes: many frames at once, and a single one at a rate
// at which a TLS record takes longer than the write timeout.
func TestASteadyReaderIsNotCut(t *testing.T) {
	for _, c := range []struct {
		name                  string
		frames, size          int
		writeTimeout, between time.Duration
		step                  int // bytes that are read at a time
	}{
		{"many frames", 200, 60_000, 2 * time.Second, time.Millisecond, 4000},
		{"one frame", 1, 20_000, 10 * time.Second, time.Second, 1000},
	} {
		for how, listen := range ways(t) {
			if c.frames == 1 && how == foreign {
				continue
			}
			t.Run(c.name+", "+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					opts := usual()
					opts.WriteTimeout, opts.OutboxBytes = c.writeTimeout, 1<<30
					opts.PingInterval, opts.PongTimeout = 10*time.Hour, time.Hour
					l, d, url := listen()
					r := newRig(t, l, opts)
					ws, s := dialWith(t, r, d, url)
					begun := time.Now()
					for range c.frames {
						s.conn.Enqueue(frame.New(frame.Text, make([]byte, c.size)))
					}
					s.conn.Flush()
					socket, total := socketBelow(ws.NetConn()), c.frames*c.size
					took, buf := 0, make([]byte, c.step)
					for took < total {
						n, err := socket.Read(buf)
						if err != nil {
							t.Fatalf("after %v and %d of %d bytes: %v", time.Since(begun), took, total, err)
						}
						took += n
						time.Sleep(c.between)
					}
					if lasted := time.Since(begun); lasted < c.writeTimeout {
						t.Fatalf("all was read in %v: this shows nothing", lasted)
					}
					if len(s.ended) > 0 {
						t.Errorf("ended: %s", (<-s.ended).Why)
					}
					go io.Copy(io.Discard, socket)
					synctest.Wait()
					socket.Close()
					r.stop(t)
				})
			})
		}
	}
}

// Whoever takes nothing for as long as the write timeout is cut, at the latest when another has passed.
func TestAReaderThatStopsIsCut(t *testing.T) {
	for how, listen := range ways(t) {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				opts := usual()
				opts.PingInterval, opts.PongTimeout = 10*time.Hour, time.Hour
				l, d, url := listen()
				r := newRig(t, l, opts)
				ws, s := dialWith(t, r, d, url)
				s.conn.Enqueue(frame.New(frame.Text, make([]byte, 100_000)))
				s.conn.Flush()
				socket := socketBelow(ws.NetConn())
				for range 20 {
					if _, err := io.ReadFull(socket, make([]byte, 1000)); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Second)
				}
				stopped, least := time.Now().Add(-time.Second), opts.WriteTimeout
				if how == foreign {
					least -= 5 * time.Second // it does not see which part of a piece was taken
				}
				end := <-s.ended
				if lasted := time.Since(stopped); end.Why != protocol.EndWriteTimeout ||
					lasted < least || lasted > 2*opts.WriteTimeout {
					t.Errorf("%s after %v", end.Why, lasted)
				}
				socket.Close()
				r.stop(t)
			})
		})
	}
}

// told is a pipe that looks like a socket of which the system tells something.
type told struct{ net.Conn }

func (told) SyscallConn() (syscall.RawConn, error) { return deaf{}, nil }

// deaf is a socket's descriptor that is not asked anything.
type deaf struct{ syscall.RawConn }

func (deaf) Control(func(uintptr)) error { return nil }

// The timeout counts from the last byte that was taken, give or take a quarter, and not from the last that was offered.
func TestTheTimeoutBeginsWithTheLastByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const timeout, before = 8 * time.Second, 3 * time.Second
		ours, theirs := net.Pipe()
		s := steady{Conn: told{ours}}
		s.begin(timeout, func(int) {})
		go func() {
			time.Sleep(before)
			theirs.Read(make([]byte, 100))
		}()
		begun := time.Now()
		rest := net.Buffers{make([]byte, 1000)}
		err := s.write(&rest)
		if lasted := time.Since(begun) - before; !errors.Is(err, os.ErrDeadlineExceeded) || lasted < timeout || lasted > timeout+timeout/4 {
			t.Errorf("%v after %v of silence, want a timeout after %v", err, lasted, timeout)
		}
	})
}

// The pong of a slow client comes when the ping has got through, behind all that was sent before.
func TestASlowClientIsAskedInVain(t *testing.T) {
	for how, listen := range ways(t) {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, d, url := listen()
				r := newRig(t, l, usual())
				ws, s := dialWith(t, r, d, url)
				s.conn.Enqueue(frame.New(frame.Text, make([]byte, 100_000)))
				s.conn.Flush()
				socket := socketBelow(ws.NetConn())
				for i := range 99 { // seconds
					if _, err := io.ReadFull(socket, make([]byte, 1000)); err != nil {
						t.Fatalf("after %d s: %v", i, err)
					}
					time.Sleep(time.Second)
				}
				if len(s.ended) > 0 {
					t.Errorf("ended: %s", (<-s.ended).Why)
				}
				go io.Copy(io.Discard, socket)
				if end := <-s.ended; end.Why != protocol.EndPingTimeout {
					t.Errorf("%s, though it did not answer when the ping was there", end.Why)
				}
				socket.Close()
				r.stop(t)
			})
		})
	}
}
