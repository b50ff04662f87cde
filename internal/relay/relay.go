package relay

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"beckon/internal/turn"

	"github.com/rs/zerolog"
)

// Options say what a relay listens on and how its process is started.
type Options struct {
	Listen   string // host:port, for UDP and TCP; with port 0 both get the same one
	Settings turn.Settings
	Program  string   // the executable, such as os.Executable tells
	Args     []string // which make it call turn.Main
	Log      zerolog.Logger
	Observer Observer // may be nil
}

// Observer is told what the relay does, about once a second, by one goroutine at a time.
type Observer interface {
	Allocations(transport turn.Transport, now int)
	Created(transport turn.Transport, n int)
	Sent(bytes int64)     // from clients to their peers
	Received(bytes int64) // from peers to clients
	Refused(reason turn.Refusal, n int)
	Restarted()

	// These are called from any goroutine, and must not block.

	Revoked(n int)    // logins that the process was told to refuse
	NotRevoked(n int) // those that it was not told of, as too many waited for that
}

// Relay is a STUN and TURN server in a process of its own. It is safe for concurrent use.
type Relay struct {
	// Static.

	options    Options
	maxSilence time.Duration
	sockets    sockets
	log        zerolog.Logger
	observer   Observer
	end        context.CancelFunc
	ended      chan struct{} // closed when there is no process and will be none

	streams     sync.WaitGroup // goroutines that copy, and the one that tells of revocations
	close       func() error   // Close, once
	revocations revocations

	mu       sync.Mutex
	settings turn.Settings         // guarded by mu
	child    *child                // nil while there is none; guarded by mu
	handed   map[net.Conn]struct{} // streams of the child, both ends of which are here; guarded by mu
	closed   bool                  // guarded by mu
	inForce  int                   // the version of the secrets that a child last confirmed; guarded by mu
	told     chan struct{}         // closed when inForce changes; guarded by mu
}

var (
	errNoProcess = errors.New("relay: its process is not running")
	errNoSecret  = errors.New("relay: no secret")
	errClosed    = errors.New("relay: closed")
)

// Open binds the sockets and starts the process. It owns a goroutine until Close, or Serve, returns.
func Open(options Options) (*Relay, error) { return open(options, maxSilence) }

func open(options Options, maxSilence time.Duration) (*Relay, error) {
	if err := options.Settings.Validate(); err != nil {
		return nil, err
	}
	bound, err := bind(options.Listen)
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(context.Background())
	r := &Relay{
		options: options, sockets: bound, log: options.Log, observer: options.Observer,
		maxSilence: maxSilence, settings: options.Settings, end: end, ended: make(chan struct{}), handed: make(map[net.Conn]struct{}),
		told: make(chan struct{}), revocations: revocations{wake: make(chan struct{}, 1)},
	}
	r.close = sync.OnceValue(r.shut)
	if r.observer == nil {
		r.observer = nobody{}
	}
	started := make(chan error, 1)
	r.streams.Go(r.tellRevocations)
	go r.supervise(ctx, started)
	if err := <-started; err != nil {
		r.Close()
		return nil, fmt.Errorf("start the relay's process: %w", err)
	}
	return r, nil
}

// Serve returns when ctx has ended and the process with it.
func (r *Relay) Serve(ctx context.Context) error {
	<-ctx.Done()
	return r.Close()
}

// Close ends the process and gives the sockets back, whether Serve was called or not.
func (r *Relay) Close() error { return r.close() }

func (r *Relay) shut() error {
	r.end()
	<-r.ended
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.drop()
	r.streams.Wait()
	return r.sockets.close()
}

// Update replaces the secrets, of which there is at least one, and returns when they are in force. Allocations stay, as
// long as their users can sign with one of the new ones. Where no process confirms them that is an error, though one
// that is started later knows them.
func (r *Relay) Update(secrets []string) error {
	if len(secrets) == 0 {
		return errNoSecret
	}
	r.mu.Lock()
	r.settings.Secrets = slices.Clone(secrets)
	r.settings.Version++
	version := r.settings.Version
	if r.child != nil {
		r.child.tell(r.settings)
	}
	r.mu.Unlock()
	late := time.After(min(updateTime, r.maxSilence))
	for {
		known, told := r.confirmed()
		if known >= version {
			return nil
		}
		select {
		case <-told:
		case <-r.ended:
			return errClosed
		case <-late:
			return errNoProcess
		}
	}
}

// updateTime is how long a process may take to confirm its secrets; one that has just ended is started anew meanwhile.
const updateTime = 5 * time.Second

// confirmed is the version of the secrets that is in force, and what is closed when it changes.
func (r *Relay) confirmed() (version int, told <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.inForce, r.told
}

// confirm notes the version that a process reports.
func (r *Relay) confirm(version int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if version != r.inForce {
		r.inForce = version
		close(r.told)
		r.told = make(chan struct{})
	}
}

// Addrs are the addresses listened on.
func (r *Relay) Addrs() (udp, tcp net.Addr) { return r.sockets.udp, r.sockets.tcp }

// sockets are what the process inherits. They are not read here, and stay open from one process to the next.
type sockets struct {
	packets, streams *os.File
	udp, tcp         net.Addr
}

func (s *sockets) close() error { return errors.Join(s.packets.Close(), s.streams.Close()) }

// receiveBuffer is how much the kernel keeps of UDP that has not been read, in bytes, if it may.
const receiveBuffer = 1 << 20

// bind opens a UDP and a TCP socket at one address.
func bind(listen string) (sockets, error) {
	const tries = 10 // to find a port that is free for both
	for try := 1; ; try++ {
		udp, err := net.ListenPacket("udp", listen)
		if err != nil {
			return sockets{}, err
		}
		host, port, _ := net.SplitHostPort(listen)
		chosen := port == "0" || port == ""
		if chosen {
			_, port, _ = net.SplitHostPort(udp.LocalAddr().String())
		}
		tcp, err := net.Listen("tcp", net.JoinHostPort(host, port))
		if err != nil {
			udp.Close()
			if chosen && try < tries {
				continue
			}
			return sockets{}, err
		}
		return files(udp.(*net.UDPConn), tcp.(*net.TCPListener))
	}
}

// files keeps the sockets as what a process can inherit.
func files(udp *net.UDPConn, tcp *net.TCPListener) (sockets, error) {
	defer udp.Close()
	defer tcp.Close()
	udp.SetReadBuffer(receiveBuffer)
	s := sockets{udp: udp.LocalAddr(), tcp: tcp.Addr()}
	var err error
	if s.packets, err = udp.File(); err != nil {
		return sockets{}, err
	}
	if s.streams, err = tcp.File(); err != nil {
		s.packets.Close()
		return sockets{}, err
	}
	return s, nil
}

// nobody observes nothing.
type nobody struct{}

func (nobody) Allocations(turn.Transport, int) {}
func (nobody) Created(turn.Transport, int)     {}
func (nobody) Sent(int64)                      {}
func (nobody) Received(int64)                  {}
func (nobody) Refused(turn.Refusal, int)       {}
func (nobody) Restarted()                      {}
func (nobody) Revoked(int)                     {}
func (nobody) NotRevoked(int)                  {}
