// Package wsconn is the WebSocket transport (RFC 6455): the upgrade, and connections whose reading, writing,
// heartbeat and closing are bounded in bytes and in time. It is the only importer of gorilla/websocket, which
// does the handshake and parses what clients send; what the server sends are ready frames (package frame),
// queued in a bounded outbox.
//
// # Goroutines
//
// A connection has one goroutine, its reader; the HTTP handler returns once the connection is upgraded. While the
// client is silent there is none: a poller watches the sockets of all, and begins a reader where something comes.
// With TLS, and on systems other than Linux, the reader waits with a small stack instead, and has borrowed neither a
// parser nor a buffer. Who
// has something to send puts it into the outbox and tries one write that does not block; a second goroutine,
// the flusher, exists only while the socket would block. The heartbeat is a timer, and a probe is some.
//
// # Locks
//
// Server.mu, outbox.mu and poller.mu are leaves: nothing else is locked, and no I/O is done, while one is held.
package wsconn

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"

	"beckon/internal/fault"
	"beckon/internal/link"
	"beckon/internal/logflood"
	"beckon/internal/ratelimit"
	"beckon/internal/share"
)

// Options are the bounds of a server's connections.
type Options struct {
	MaxMessageBytes int64         // the longest message of a client that is logged in
	MaxLoginBytes   int64         // the longest message of one that is not; at most MaxMessageBytes
	OutboxBytes     int           // what may wait for one client; a single longer frame may wait alone
	OutboxMessages  int           // how many frames may wait for one client
	SenderShare     int           // how much of that may be of one source, in percent
	PingInterval    time.Duration // between two pings
	PongTimeout     time.Duration // from a ping until something must have come; less than PingInterval
	WriteTimeout    time.Duration // how long a socket may take not a single byte
	CloseTimeout    time.Duration // how long to wait for the client to close after a close frame
	AllowedOrigins  []string      // besides the page's own, as for AllowOrigins

	Clients   Clients          // who is behind a request
	Hosts     Hosts            // by which names the server may be asked for; nil for all
	Gate      *ratelimit.Gate  // how many connections there may be
	LocalGate *ratelimit.Gate  // how many of each address that the limits of Gate per address are not for
	Pacer     *ratelimit.Pacer // how fast each is read
	Observer  Observer         // nil for none
	Faults    fault.Observer   // nil for none
	Requests  Requests
	Log       zerolog.Logger // gets a line for each request that is refused
}

// Requests names requests for the log.
type Requests interface {
	Of(r *http.Request) string
}

// Clients knows who is behind a request, past the proxies that are trusted.
type Clients interface {
	// Client is the client's address, invalid where there is none.
	Client(r *http.Request) netip.Addr
	// Group is what limits per address count for one; limited is whether they apply.
	Group(r *http.Request) (group netip.Prefix, limited bool)
	// Origin is the scheme, http or https, and the host as the client sees them.
	Origin(r *http.Request) (scheme, host string)
	// ByProxy tells whether a trusted proxy sent the request.
	ByProxy(r *http.Request) bool
}

// Hosts knows by which names the server may be asked for.
type Hosts interface {
	// Check returns nil for a request by a good name, else an error that says what the operator could do.
	Check(r *http.Request) error
}

// allHosts takes every name.
type allHosts struct{}

func (allHosts) Check(*http.Request) error { return nil }

// Server upgrades requests and knows the connections that are open. It is an http.Handler.
type Server struct {
	opts     Options
	epoch    time.Time     // of clock
	busyGap  time.Duration // messages that come closer together find a reader that waits for them
	shares   share.Limits  // of an outbox
	dialects Dialects
	origins  atomic.Pointer[origins]
	strange  zerolog.Logger // for proxies that are not trusted
	upgrader websocket.Upgrader
	parsers  sync.Pool // of *parser
	attempts sync.Pool // of *attempt, for writes that do not block
	gone     *probe    // that of every connection whose Receiver has had Closed

	mu       fault.Mutex
	conns    map[*Conn]struct{} // guarded by mu
	poller   *poller            // nil while it has nothing to watch; guarded by mu
	polled   int                // connections that it watches or may watch; guarded by mu
	draining bool               // guarded by mu
	empty    chan struct{}      // closed when draining and the last connection is gone; guarded by mu
}

// Dialects says who serves a connection, by the subprotocol that it chose (RFC 6455 section 1.9); the empty
// one is for clients that offer none that is known.
type Dialects map[string]link.Accept

// NewServer returns a server of the given dialects.
func NewServer(opts Options, dialects Dialects) *Server {
	if opts.Observer == nil {
		opts.Observer = unobserved{}
	}
	if opts.Hosts == nil {
		opts.Hosts = allHosts{}
	}
	s := &Server{
		opts:     opts,
		epoch:    time.Now(),
		busyGap:  100 * time.Millisecond,
		shares:   share.Of(share.Tally{Bytes: opts.OutboxBytes, Frames: opts.OutboxMessages}, opts.SenderShare),
		dialects: dialects,
		strange:  logflood.Seldom(opts.Log, complaintInterval),
		upgrader: websocket.Upgrader{
			Subprotocols:    dialects.subprotocols(),
			ReadBufferSize:  1, // for the handshake only: the frames behind it are for a parser
			WriteBufferPool: noBuffers{},
			CheckOrigin:     func(*http.Request) bool { return true },
		},
		parsers:  sync.Pool{New: func() any { return newParser() }},
		attempts: sync.Pool{New: func() any { return newAttempt() }},
		gone:     newGone(),
		conns:    make(map[*Conn]struct{}),
		empty:    make(chan struct{}),
	}
	s.AllowOrigins(opts.AllowedOrigins)
	return s
}

func (d Dialects) subprotocols() []string {
	var names []string
	for name := range d {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// ServeHTTP upgrades the request, or refuses it with a status that says why.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if accept := unseen(r); accept != nil {
		s.serveUnseen(w, r, accept)
		return
	}
	if err := s.opts.Hosts.Check(r); err != nil {
		s.refuse(r, RefusedHost, err.Error())
		http.Error(w, err.Error(), http.StatusMisdirectedRequest)
		return
	}
	scheme, host := s.opts.Clients.Origin(r)
	if err := s.origins.Load().check(r.Header.Values("Origin"), scheme, host); err != nil {
		s.refuse(r, RefusedOrigin, err.Error())
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	group, limited := s.opts.Clients.Group(r)
	places, reason := s.admit(group, limited)
	if reason != ratelimit.None {
		s.refuse(r, refusalOf(reason), "")
		s.hintAtProxy(r, reason)
		w.Header().Set("Retry-After", strconv.Itoa(s.opts.Gate.RetryAfter(reason)))
		http.Error(w, reason.Text(), reason.Status())
		return
	}
	kept := false
	defer func() {
		if !kept {
			places.leave()
		}
	}()
	kept = s.upgrade(w, r, places, group)
}

// refuse notes that a request is not upgraded. What the operator or the client could do about it is the detail, "" for
// what the reason says already.
func (s *Server) refuse(r *http.Request, why Refusal, detail string) {
	s.opts.Observer.Refused(why)
	event := s.opts.Log.Info()
	if event == nil {
		return
	}
	client := r.RemoteAddr
	if addr := s.opts.Clients.Client(r); addr.IsValid() {
		client = addr.String()
	}
	event.Str("request", s.opts.Requests.Of(r)).Str("remote", client).
		Stringer("reason", why).Strs("origin", brief(r.Header.Values("Origin")))
	if detail != "" {
		event.Str("detail", detail)
	}
	event.Msg("refused")
}

// places is what a connection has inside the gates.
type places [2]ratelimit.Place

func (p *places) leave() {
	for i := range p {
		p[i].Leave()
	}
}

// takeLogin accounts for a login, and returns how long it must wait.
func (p *places) takeLogin() (wait time.Duration) {
	for i := range p {
		wait = max(wait, p[i].TakeLogin())
	}
	return wait
}

// groupConnections is how many connections the group of addresses may have; 0 for any number.
func (p *places) groupConnections() (most int) {
	for i := range p {
		most = max(most, p[i].GroupConnections()) // at most one of them has a group
	}
	return most
}

// admit asks the gates for a place.
func (s *Server) admit(group netip.Prefix, limited bool) (p places, reason ratelimit.Reason) {
	if limited {
		p[0], reason = s.opts.Gate.Admit(group)
		return p, reason
	}
	if p[0], reason = s.opts.Gate.AdmitExempt(); reason != ratelimit.None {
		return p, reason
	}
	if p[1], reason = s.opts.LocalGate.Admit(group); reason != ratelimit.None {
		p.leave()
	}
	return p, reason
}

// upgrade makes a connection of the request, which leaves its places at its end; false if it could not.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request, p places, group netip.Prefix) bool {
	if s.isDraining() {
		s.refuse(r, RefusedDraining, "")
		w.Header().Set("Retry-After", "5")
		http.Error(w, "the server is restarting: try again", http.StatusServiceUnavailable)
		return false
	}
	if f := faultOf(r); f != nil {
		s.refuse(r, RefusedBadHandshake, f.text)
		f.answer(w)
		return false
	}
	client, request := s.opts.Clients.Client(r), s.opts.Requests.Of(r)
	joinLines(r.Header, "Sec-WebSocket-Protocol")
	ws, err := s.upgrader.Upgrade(patient{w}, r, nil)
	if err != nil {
		s.refuse(r, RefusedBadHandshake, strings.TrimPrefix(err.Error(), "websocket: "))
		return false // gorilla has answered
	}
	c := newConn(s, ws.NetConn(), ws.Subprotocol())
	c.client, c.places, c.request, c.group, c.source = client, p, request, group, sourceOf(group)
	if !s.add(c) {
		s.refuse(r, RefusedDraining, "")
		c.net.Close()
		return false
	}
	s.opts.Observer.Opened(c.dialect)
	c.begin(s.dialects[ws.Subprotocol()])
	go c.read()
	return true
}

// sourceOf is who the messages of a client are counted for: its group of addresses, or the client alone where it has no
// address.
func sourceOf(group netip.Prefix) share.Source {
	if !group.IsValid() {
		return new(byte)
	}
	return group
}

// joinLines makes one line of a header that came in several (RFC 9110 section 5.3), since gorilla reads one.
func joinLines(h http.Header, key string) {
	if lines := h.Values(key); len(lines) > 1 {
		h.Set(key, strings.Join(lines, ", "))
	}
}

// clock is the time since the server was made.
func (s *Server) clock() time.Duration { return time.Since(s.epoch) }

func (s *Server) isDraining() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draining
}

func (s *Server) add(c *Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return false
	}
	s.conns[c] = struct{}{}
	if c.out.raw != nil {
		if s.polled++; s.polled == 1 {
			s.poller = newPoller()
		}
		c.poller = s.poller
	}
	return true
}

func (s *Server) remove(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	if c.out.raw != nil {
		if s.polled--; s.polled == 0 {
			s.poller.stop()
			s.poller = nil
		}
	}
	s.checkEmpty()
}

// checkEmpty tells Drain when it is done. It needs mu.
func (s *Server) checkEmpty() {
	if s.draining && len(s.conns) == 0 && s.empty != nil {
		close(s.empty)
		s.empty = nil
	}
}

// Len is how many connections are open.
func (s *Server) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}
