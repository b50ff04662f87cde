package turn

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// packets is the UDP socket that clients talk to, as pion sees it.
type packets struct {
	*net.UDPConn
	door    *door
	control []byte // of pion's reading goroutine

	mu     sync.Mutex
	client netip.AddrPort // of the message under way; guarded by mu
	via    netip.Addr     // our address that it was sent to; guarded by mu
}

// servePackets answers the clients of a UDP socket. It returns at once; the socket is its from now on.
func (s *server) servePackets(conn *net.UDPConn) error {
	p := &packets{UDPConn: conn}
	if addrPortOf(conn.LocalAddr()).Addr().IsUnspecified() {
		if err := tellVia(conn); err != nil {
			return err
		}
		p.control = make([]byte, maxControl)
	}
	p.door = &door{server: s, transport: OverUDP, reply: p.reply, seen: &transactions{}}
	return s.open(p.door, p)
}

// ReadFrom returns the next message that pion shall see.
func (p *packets) ReadFrom(buf []byte) (int, net.Addr, error) {
	const pause = 10 * time.Millisecond
	for {
		n, nControl, _, from, err := p.UDPConn.ReadMsgUDPAddrPort(buf, p.control)
		switch {
		case errors.Is(err, net.ErrClosed):
			return 0, nil, err
		case err != nil: // of one datagram, or for want of memory
			time.Sleep(pause)
			continue
		}
		client := netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if nControl > 0 {
			p.arrived(client, viaIn(p.control[:nControl]))
		}
		if n == len(buf) { // cut off
			p.door.server.tally.refuse(RefusedMalformed)
		} else if p.door.admits(buf[:n], client) {
			return n, net.UDPAddrFromAddrPort(client), nil
		}
	}
}

// arrived notes how a message came.
func (p *packets) arrived(client netip.AddrPort, via netip.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.client, p.via = client, via
	p.door.via = via
}

// viaFor is our address that a client talks to; invalid if the kernel shall choose.
func (p *packets) viaFor(client netip.AddrPort) netip.Addr {
	if p.control == nil {
		return netip.Addr{}
	}
	if l := p.door.lease(client); l != nil {
		return l.via
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.client == client {
		return p.via
	}
	return netip.Addr{}
}

// WriteTo sends to a client.
func (p *packets) WriteTo(raw []byte, to net.Addr) (int, error) {
	if !p.door.sends(raw) {
		return len(raw), nil
	}
	return p.send(raw, addrPortOf(to))
}

func (p *packets) reply(raw []byte, to netip.AddrPort) { p.send(raw, to) }

func (p *packets) send(raw []byte, to netip.AddrPort) (int, error) {
	n, _, err := p.UDPConn.WriteMsgUDPAddrPort(raw, controlFor(p.viaFor(to)), to)
	return n, err
}

// LocalAddr is net.PacketConn; see door.local.
func (p *packets) LocalAddr() net.Addr {
	return net.UDPAddrFromAddrPort(p.door.local(addrPortOf(p.UDPConn.LocalAddr()).Port()))
}
