package wire

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"
)

// dialTimeout is how long a connection may take until the server has upgraded it.
const dialTimeout = 30 * time.Second

// loopbackSources is how many addresses of the machine itself the connections come from, if the server is there
// too: each address has only so many ports, and a server may limit the connections of one.
const loopbackSources = 250

// Target is the server.
type Target struct {
	// URL is its WebSocket address, ws or wss.
	URL *url.URL

	address string
	tls     *tls.Config
	local   bool // on loopback
	next    int  // the source address of the next connection
}

// NewTarget reads the address of a server. insecure accepts any certificate.
func NewTarget(address string, insecure bool) (*Target, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "ws" && u.Scheme != "wss" {
		return nil, fmt.Errorf("%q is no address of a WebSocket: write ws://HOST:PORT/PATH or wss://HOST:PORT/PATH", address)
	}
	t := &Target{URL: u, address: u.Host}
	if u.Port() == "" {
		t.address = net.JoinHostPort(u.Hostname(), map[string]string{"ws": "80", "wss": "443"}[u.Scheme])
	}
	if u.Scheme == "wss" {
		t.tls = &tls.Config{
			ServerName: u.Hostname(), InsecureSkipVerify: insecure, ClientSessionCache: tls.NewLRUClientSessionCache(1),
		}
	}
	resolved, err := net.ResolveTCPAddr("tcp", t.address)
	if err != nil {
		return nil, err
	}
	t.local = resolved.IP.IsLoopback() && resolved.IP.To4() != nil
	return t, nil
}

// Address is host and port.
func (t *Target) Address() string { return t.address }

// source is where the next connection comes from, nil for the system's choice.
func (t *Target) source() net.Addr {
	if !t.local {
		return nil
	}
	t.next = (t.next + 1) % loopbackSources
	return &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+t.next))}
}

// Request is what is asked of the server at the upgrade.
type Request struct {
	Path        string // with the query
	Subprotocol string // offered, and demanded of the answer, unless empty
}

// dial is a connection to be made.
type dial struct {
	target  *Target
	source  net.Addr
	request Request
	done    func(*Conn, error)
}

// Dial begins a connection. done is called on the loop's goroutine, some time after Dial has returned, and sets the
// Handler; what the server has said by then comes afterwards.
func (l *Loop) Dial(t *Target, request Request, done func(*Conn, error)) {
	l.waiting = append(l.waiting, dial{target: t, source: t.source(), request: request, done: done})
	l.startDials()
}

func (l *Loop) startDials() {
	for len(l.waiting) > 0 && l.dialing < maxDialing {
		d := l.waiting[0]
		l.waiting = l.waiting[1:]
		l.dialing++
		go func() {
			c, socket, err := d.open()
			l.dialed <- func() { l.finish(d, c, socket, err) }
			l.poll.wake()
		}()
	}
}

// finish makes an upgraded connection one of the loop.
func (l *Loop) finish(d dial, c *Conn, socket net.Conn, err error) {
	l.dialing--
	l.startDials()
	if err == nil {
		c.loop = l
		if c.fd, err = take(socket); err == nil {
			err = l.adopt(c)
		}
	}
	if err != nil {
		d.done(nil, err)
		return
	}
	early := c.partial
	c.partial = nil
	d.done(c, nil)
	c.take(early)
	if c.tls != nil {
		c.readable() // it may have more than was asked for
	}
}

// open connects and upgrades. It returns the connection and the socket below it.
func (d dial) open() (*Conn, net.Conn, error) {
	dialer := net.Dialer{Timeout: dialTimeout, LocalAddr: d.source, KeepAlive: -1}
	socket, err := dialer.Dial("tcp", d.target.address)
	if err != nil {
		return nil, nil, err
	}
	socket.SetDeadline(time.Now().Add(dialTimeout))
	c := &Conn{}
	stream := socket
	if d.target.tls != nil {
		raw := &rawConn{Conn: socket}
		c.tls = tls.Client(raw, d.target.tls)
		ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
		defer cancel()
		err, stream = c.tls.HandshakeContext(ctx), c.tls
		defer func() { raw.conn = c }()
	}
	if err == nil {
		c.partial, err = upgrade(stream, d.target.URL.Host, d.request)
	}
	if err != nil {
		socket.Close()
		return nil, nil, err
	}
	return c, socket, nil
}

// maxResponse is the longest answer to an upgrade that is read, in bytes.
const maxResponse = 16 << 10

// upgrade makes a connection a WebSocket (RFC 6455 section 4.1). It returns what the server has said after its answer.
func upgrade(conn net.Conn, host string, request Request) (early []byte, err error) {
	key := newKey()
	if _, err := conn.Write(request.text(host, key)); err != nil {
		return nil, err
	}
	var answer []byte
	chunk := make([]byte, 4096)
	for {
		n, err := conn.Read(chunk)
		answer = append(answer, chunk[:n]...)
		if head, rest, whole := bytes.Cut(answer, []byte("\r\n\r\n")); whole {
			return rest, checkAnswer(string(head), key, request.Subprotocol)
		}
		if err != nil {
			return nil, fmt.Errorf("no answer to the upgrade: %w", err)
		}
		if len(answer) > maxResponse {
			return nil, fmt.Errorf("the answer to the upgrade is longer than %d bytes", maxResponse)
		}
	}
}

func newKey() string {
	var nonce [16]byte
	rand.Read(nonce[:])
	return base64.StdEncoding.EncodeToString(nonce[:])
}

func (r Request) text(host, key string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n", r.Path, host)
	fmt.Fprintf(&b, "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n", key)
	if r.Subprotocol != "" {
		fmt.Fprintf(&b, "Sec-WebSocket-Protocol: %s\r\n", r.Subprotocol)
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

func checkAnswer(head, key, subprotocol string) error {
	lines := strings.Split(head, "\r\n")
	if !strings.HasPrefix(lines[0], "HTTP/1.1 101 ") {
		return fmt.Errorf("the server refused the upgrade: %s", lines[0])
	}
	header := http.Header{}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ":")
		header.Add(textproto.CanonicalMIMEHeaderKey(name), strings.TrimSpace(value))
	}
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	if header.Get("Sec-Websocket-Accept") != base64.StdEncoding.EncodeToString(sum[:]) {
		return fmt.Errorf("the server's Sec-WebSocket-Accept does not fit: is it a WebSocket server?")
	}
	if got := header.Get("Sec-Websocket-Protocol"); got != subprotocol {
		return fmt.Errorf("the server chose the subprotocol %q, not %q", got, subprotocol)
	}
	return nil
}
