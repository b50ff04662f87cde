//go:build linux

package soak_test

import (
	"errors"
	"io"
	"net"
	"sync"

	"beckon/internal/testkit"
)

// proxy is a way to the server on which connections break.
type proxy struct {
	listener *net.TCPListener
	target   string
	wait     sync.WaitGroup

	mu    sync.Mutex
	links map[string]*link // by the address at the client's end; guarded by mu
}

func newProxy(target string) (*proxy, error) {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: listener, target: target, links: map[string]*link{}}
	p.wait.Go(p.accept)
	return p, nil
}

// close cuts all connections.
func (p *proxy) close() {
	p.listener.Close()
	p.mu.Lock()
	for _, l := range p.links {
		l.cut()
	}
	p.mu.Unlock()
	p.wait.Wait()
}

func (p *proxy) accept() {
	for {
		near, err := p.listener.AcceptTCP()
		if err != nil {
			return
		}
		conn, err := net.DialTimeout("tcp", p.target, testkit.Patience)
		if err != nil {
			near.SetLinger(0)
			near.Close()
			continue
		}
		l := &link{near: near, far: conn.(*net.TCPConn), left: map[*net.TCPConn]int{}, done: make(chan struct{})}
		p.add(near.RemoteAddr().String(), l)
	}
}

func (p *proxy) add(client string, l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.links[client] = l
	p.wait.Go(func() {
		var both sync.WaitGroup
		both.Go(func() { l.forward(l.near, l.far) })
		both.Go(func() { l.forward(l.far, l.near) })
		both.Wait()
		l.near.Close()
		l.far.Close()
		p.mu.Lock()
		delete(p.links, client)
		p.mu.Unlock()
	})
}

// find is the link whose client's end has an address; nil if it is gone. It is there once something has come through.
func (p *proxy) find(client string) *link {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.links[client]
}

// link is a connection through a proxy.
type link struct {
	near, far *net.TCPConn // to the client, to the server

	mu      sync.Mutex
	left    map[*net.TCPConn]int // how many bytes may yet go to an end before the link is cut; guarded by mu
	lost    bool                 // whether what comes is thrown away; guarded by mu
	stalled chan struct{}        // closed when the link goes on; nil while it flows; guarded by mu
	done    chan struct{}        // closed when it is cut; guarded by mu
	broken  bool                 // guarded by mu
}

// cut resets both ends, so that what is under way is lost.
func (l *link) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken {
		return
	}
	l.broken = true
	close(l.done)
	for _, end := range []*net.TCPConn{l.near, l.far} {
		end.SetLinger(0)
		end.Close()
	}
}

// cutAfter cuts the link when so many bytes more have gone to the client, or to the server.
func (l *link) cutAfter(toClient, toServer int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left[l.near], l.left[l.far] = toClient, toServer
}

// lose throws away whatever comes from now on.
func (l *link) lose() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost = true
}

// stall holds everything back until flow.
func (l *link) stall() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stalled == nil {
		l.stalled = make(chan struct{})
	}
}

func (l *link) flow() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stalled != nil {
		close(l.stalled)
		l.stalled = nil
	}
}

// forward passes on what comes from an end, and the end of that.
func (l *link) forward(from, to *net.TCPConn) {
	buffer := make([]byte, 16<<10)
	for {
		n, err := from.Read(buffer)
		part, last := l.pass(to, n)
		to.Write(buffer[:part])
		switch {
		case last, err != nil && !errors.Is(err, io.EOF):
			l.cut()
			return
		case err != nil:
			to.CloseWrite()
			return
		}
	}
}

// pass waits while the link is stalled, and tells how many of n bytes may go on to an end, and whether that is all.
func (l *link) pass(to *net.TCPConn, n int) (part int, last bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.stalled != nil && !l.broken {
		stalled := l.stalled
		l.mu.Unlock()
		select {
		case <-stalled:
		case <-l.done:
		}
		l.mu.Lock()
	}
	if l.lost || l.broken {
		return 0, l.broken
	}
	left, limited := l.left[to]
	if limited && n >= left {
		return left, true
	}
	if limited {
		l.left[to] = left - n
	}
	return n, false
}
